"""Stored evidence, walked as a verifier walks it: packages of another batch, without seals, with a lie in one field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import rlp

from certs.canonical import canonical, parse
from gateway.fsck.findings import DIFFERS, UNCHECKED
from ledger.collect import NamedMember
from tests.service import COM
from tests.unit.gateway.fsck.conftest import Audited
from tests.unit.gateway.fsck.test_run import fresh, of
from tests.world import hexed


def package_of(audited: Audited, batch: int) -> dict[str, Any]:
    with audited.bench.database.read() as tx:
        raw = tx.exec_driver_sql("select package from evidence where batch_id = ?", (batch,)).scalar_one()
    return parse(raw)  # type: ignore[no-any-return]


def put(audited: Audited, batch: int, package: dict[str, Any]) -> set[tuple[str, str]]:
    audited.edit("update evidence set package = ? where batch_id = ?", canonical(package), batch)
    return of(audited.audit(), DIFFERS)


def test_the_real_evidence_of_another_batch_proves_nothing_here(audited: Audited) -> None:
    """The shape of CVE-2022-36056 and CVE-2026-22703."""
    assert ("evidence", "evidence.batch") in put(audited, 1, package_of(audited, 2))


@pytest.mark.parametrize(
    ("name", "value"), [("index", 1), ("log", 1), ("nodes", []), ("headers", ["0xc0"])], ids=["index", "log", "nodes", "headers"]
)
def test_a_package_with_a_lie_in_it_proves_nothing(audited: Audited, name: str, value: Any) -> None:
    assert put(audited, 1, package_of(audited, 1) | {name: value}) == {("evidence", "evidence.proof")}


def test_a_package_of_another_chain_is_found(audited: Audited) -> None:
    assert put(audited, 1, package_of(audited, 1) | {"chainId": 7}) == {("evidence", "evidence.chain")}


def test_a_node_that_no_proof_visits_does_not_belong_there(audited: Audited) -> None:
    package = package_of(audited, 1)
    package["nodes"] = sorted([*package["nodes"], "0x" + "11" * 40])
    assert put(audited, 1, package) == {("evidence", "evidence.proof")}


def without_seals(raw: str) -> str:
    fields = rlp.decode(bytes.fromhex(raw[2:]))
    vanity, validators, vote, round_, _ = rlp.decode(fields[12])
    return hexed(rlp.encode([*fields[:12], rlp.encode([vanity, validators, vote, round_, []]), *fields[13:]]))


def test_a_header_without_its_seals_is_endorsed_by_nobody(audited: Audited) -> None:
    """The block's hash does not cover the seals: everything else still holds."""
    package = package_of(audited, 1)
    package["headers"] = [without_seals(raw) for raw in package["headers"]]
    assert put(audited, 1, package) == {("evidence", "evidence.endorsement")}


def test_without_the_announcements_too_few_signers_are_not_known_to_be_false(audited: Audited) -> None:
    package = package_of(audited, 1)
    package["headers"] = [without_seals(raw) for raw in package["headers"]]
    audited.edit("update evidence set package = ? where batch_id = 1", canonical(package))
    found = audited.audit(offline=True)
    assert [(finding.kind, finding.what) for finding in found] == [(UNCHECKED, "evidence.set")]


def test_evidence_of_another_contract_or_another_members_code_is_found(audited: Audited) -> None:
    other = fresh(audited.expected).consortium
    elsewhere = replace(other, deployment=replace(other.deployment, anchor_log=b"\5" * 20))
    audited.expected = replace(audited.expected, consortium=elsewhere)
    assert ("evidence", "evidence.contract") in of(audited.audit(offline=True), DIFFERS)
    audited.expected = replace(audited.expected, consortium=replace(other, members=(NamedMember(COM, "XXX", "x"),)))
    found = of(audited.audit(offline=True), DIFFERS)
    assert {("evidence", "evidence.batch"), ("certificates", "certificate.number")} <= found


def test_an_older_edition_is_kept_and_still_proves(audited: Audited) -> None:
    bench = audited.bench
    bench.chain.rewind(3)
    bench.chain.pool, kept = [], bench.chain.pool
    bench.chain.mine()
    bench.chain.pool = kept
    with bench.worker(consortium=audited.expected.consortium) as worker:
        bench.settle(worker, rounds=60)
    with bench.database.read() as tx:
        assert tx.exec_driver_sql("select count(*) from evidence").scalar_one() == 4
    assert audited.audit() == []
    audited.edit("delete from evidence where batch_id = 1 and edition = 1")
    assert ("evidence", "batch 1 edition 1", "evidence.missing") in [(f.table, f.row, f.what) for f in audited.audit()]


def test_a_batch_that_a_rewind_took_keeps_its_numbers_and_is_sound(audited: Audited) -> None:
    bench = audited.bench
    bench.chain.rewind(3, forget=True)
    with bench.worker(consortium=audited.expected.consortium) as worker:
        worker.step()
    assert bench.states() == ["signed", "signed"]
    assert of(audited.audit(), DIFFERS) == set()
