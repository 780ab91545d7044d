"""A whole audit: a clean store, rows that are gone or changed places, deleted salts, and a chain that says nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from gateway.cli.fsck import exit_code
from gateway.fsck.expected import Expected
from gateway.fsck.findings import DELETED, DIFFERS, MISSING, UNCHECKED, Finding, Report
from gateway.fsck.run import audit
from gateway.fsck.words import WORDS
from gateway.store.database import open_database
from gateway.store.reseal import reseal
from gateway.store.salts import SaltKeys
from ledger.errors import NodeContradicts
from tests.member_line import Bench, open_bench
from tests.unit.gateway.fsck.conftest import Audited
from tests.world import MEMBER

# what is deleted → the table whose row is missed, and the code
GONE = {
    "pinned where name = 'genesisHash'": ("pinned", "pinned.missing"),
    "captures where id = (select capture_id from events limit 1)": ("captures", "row.referred"),
    "events where id = 1": ("events", "leaf.missing"),
    "events where state = 'kept'": ("events", "row.referred"),
    "batches where seq = 1": ("batches", "batch.gap"),
    "batches where seq = 2": ("batches", "row.referred"),
    "evidence where batch_id = 1": ("evidence", "evidence.missing"),
    "certificates where leaf_index = 0 and batch_id = 1": ("certificates", "certificate.missing"),
    "attempts where nonce = 0": ("attempts", "attempt.missing"),
    "attempts where kind = 'anchor' and nonce > 0": ("attempts", "attempt.nonce"),
    "attempts where kind = 'status'": ("attempts", "attempt.missing"),
    "acts where id = 2": ("acts", "row.referred"),
    "corrections": ("corrections", "correction.missing"),
    "event_index where event = 2": ("event_index", "index.missing"),
    "event_codes where rowid = (select max(rowid) from event_codes)": ("event_codes", "codes.missing"),
    "items where position = 0": ("items", "item.missing"),
    "items where position = 7": ("items", "item.missing"),
    "items where position = 16": ("items", "item.missing"),
    "items": ("items", "item.missing"),
}


def of(found: Sequence[Finding], kind: str) -> set[tuple[str, str]]:
    return {(finding.table, finding.what) for finding in found if finding.kind == kind}


def test_a_clean_store_passes_and_every_table_was_looked_at(audited: Audited) -> None:
    report, found = audited.report()
    assert found == []
    assert report.looked_at == {
        "pinned": 6, "events": 6, "event_index": 6, "event_codes": report.looked_at["event_codes"], "items": 17,
        "corrections": 1, "batches": 2, "certificates": 5, "attempts": 7, "acts": 5, "evidence": 2,
    }  # fmt: skip
    assert exit_code(report) == 0


def test_a_store_that_no_gateway_was_started_on_is_clean(tmp_path: Path) -> None:
    with open_bench(tmp_path) as bench:
        found: list[Finding] = []
        audit(bench.database, Expected(consortium=bench.line().consortium, hosts=(), served=()), None, Report(found.append))
    assert found == []


@pytest.mark.parametrize(("rows", "named"), GONE.items(), ids=list(GONE))
def test_a_row_that_is_gone_is_missed(audited: Audited, rows: str, named: tuple[str, str]) -> None:
    audited.edit(f"delete from {rows}")
    report, found = audited.report()
    assert named in of(found, MISSING), found
    assert exit_code(report) == 1


def test_events_that_changed_places_are_both_named(audited: Audited) -> None:
    audited.edit("update events set leaf_index = leaf_index + 100 where batch_id = 1 and leaf_index < 2")
    audited.edit("update events set leaf_index = 101 - leaf_index where batch_id = 1 and leaf_index >= 100")
    found = audited.audit()
    assert len([finding for finding in found if finding.what == "leaf.place"]) == 2
    assert len([finding for finding in found if finding.what == "certificate.place"]) == 2


def test_events_that_changed_places_with_their_certificates_are_found_too(audited: Audited) -> None:
    audited.edit("update events set leaf_index = leaf_index + 100 where batch_id = 1 and leaf_index < 2")
    audited.edit("update events set leaf_index = 101 - leaf_index where batch_id = 1 and leaf_index >= 100")
    pairs = "(select e.id from events e where e.batch_id = 1 and e.leaf_index = certificates.leaf_index)"
    audited.edit("update certificates set event = -event")
    audited.edit(f"update certificates set event = {pairs} where batch_id = 1")
    audited.edit("update certificates set event = -event where event < 0")
    assert of(audited.audit(), DIFFERS) == {("events", "leaf.place")}


def test_leaves_that_changed_places_in_the_tree_are_found(audited: Audited) -> None:
    audited.edit(
        "update batches set tree = cast(substr(tree, 33, 32) || substr(tree, 1, 32) || substr(tree, 65) as blob) where seq = 1"
    )
    assert {("events", "leaf.place"), ("batches", "batch.tree")} <= of(audited.audit(), DIFFERS)


@pytest.mark.parametrize("node", [3, 4, 5])
def test_an_edited_level_of_a_tree_is_found(audited: Audited, node: int) -> None:
    """Three leaves, two nodes above them, the root."""
    before, after = f"substr(tree, 1, {node * 32})", f"substr(tree, {node * 32 + 33})"
    audited.edit(f"update batches set tree = cast({before} || zeroblob(32) || {after} as blob) where seq = 1")
    assert of(audited.audit(), DIFFERS) == {("batches", "batch.tree")}


def test_a_tree_that_is_longer_than_its_size_is_found(audited: Audited) -> None:
    audited.edit("update batches set tree = cast(tree || zeroblob(32) as blob) where seq = 1")
    assert of(audited.audit(), DIFFERS) == {("batches", "batch.size")}


def test_an_event_whose_leaf_was_made_again_after_an_edit_is_not_the_trees(audited: Audited) -> None:
    """Who edits a body and knows how leaves are made gets past the leaf, and not past the hash of what was sent, nor the tree."""
    with audited.bench.database.read() as tx:
        row = tx.exec_driver_sql("select * from events where id = 2").mappings().one()
    body = row["submitter_body"].replace(b'"event":{', b'"event":{"cn:added":1,', 1)
    digests = [hashlib.sha256(b"\2" + row[f"{t}_salt"] + row[f"{t}_body"]).digest() for t in ("public", "bureaus")]
    digests.append(hashlib.sha256(b"\2" + row["submitter_salt"] + body).digest())
    leaf = hashlib.sha256(b"\0\1" + b"".join(digests)).digest()
    audited.edit("update events set submitter_body = ?, leaf = ? where id = 2", body, leaf)
    assert {("events", "event.content"), ("events", "leaf.place")} <= of(audited.audit(), DIFFERS)


@pytest.mark.parametrize("tier", ["public", "bureaus", "submitter"])
@pytest.mark.parametrize("gone", [b"", bytes(32)], ids=["empty", "zeros"])
def test_a_deleted_salt_is_deleted_and_not_wrong(audited: Audited, tier: str, gone: bytes) -> None:
    audited.edit(f"update events set {tier}_salt = ?, {tier}_body = x'' where id = 2", gone)
    report, found = audited.report()
    assert [(finding.kind, finding.row, finding.what) for finding in found] == [(DELETED, "2", f"deleted.{tier}")]
    assert exit_code(report) == 0


def test_a_leaf_without_its_salts_is_still_held_against_the_tree(audited: Audited) -> None:
    audited.edit("update events set bureaus_salt = x'', leaf = zeroblob(32) where id = 2")
    assert of(audited.audit(), DIFFERS) == {("events", "leaf.place")}


def test_a_body_that_went_without_its_salt_is_wrong(audited: Audited) -> None:
    audited.edit("update events set bureaus_body = x'' where id = 2")
    assert ("events", "event.leaf") in of(audited.audit(), DIFFERS)


def test_a_units_deleted_salt_is_deleted_and_not_wrong(audited: Audited) -> None:
    audited.edit("update items set salt = zeroblob(32) where position = 3")
    report, found = audited.report()
    assert [(finding.kind, finding.what) for finding in found] == [(DELETED, "deleted.item")]
    assert report.is_sound


def test_units_of_an_event_that_states_none_are_surplus(audited: Audited) -> None:
    audited.edit("insert into items select 1, position, code, salt from items")
    assert ("items", "item.surplus") in of(audited.audit(), DIFFERS)


def test_the_first_row_that_differs_is_kept(audited: Audited) -> None:
    for row in (3, 2):
        audited.edit("update events set leaf = zeroblob(32) where id = ?", row)
    report, _ = audited.report()
    assert report.first is not None
    assert (report.first.table, report.first.row, report.first.what) == ("events", "2", "event.leaf")
    assert report.found[DIFFERS, "events"] == 4  # two leaves, and two places in the tree


# --- the chain does not answer


def test_a_silent_chain_is_not_held_against_the_store(audited: Audited) -> None:
    audited.bench.chain.offline = True
    report, found = audited.report()
    assert {finding.kind for finding in found} == {UNCHECKED}
    assert ("chain", "chain.silent") in of(found, UNCHECKED)
    assert exit_code(report) == 7


def test_what_differs_goes_before_what_could_not_be_asked(audited: Audited) -> None:
    audited.bench.chain.offline = True
    audited.edit("update events set leaf = zeroblob(32) where id = 2")
    assert exit_code(audited.report()[0]) == 1


@pytest.mark.parametrize("silent_from", range(12))
def test_a_chain_that_falls_silent_or_lies_at_any_question_makes_nothing_false(audited: Audited, silent_from: int) -> None:
    class Failing:
        asked = 0

        def _count(self) -> None:
            self.asked += 1
            if self.asked > silent_from:
                raise NodeContradicts("ledger.node.form")

        def call(self, method: str, params: Sequence[Any] = ()) -> Any:
            self._count()
            return audited.bench.chain.call(method, params)

        def batch(self, calls: Sequence[Any]) -> list[Any]:
            self._count()
            return audited.bench.chain.batch(calls)

    audited.expected = fresh(audited.expected)
    report, _ = audited.report(rpc=Failing())
    assert exit_code(report) == 7


def fresh(expected: Expected) -> Expected:
    """The same consortium with nothing asked of the chain yet."""
    consortium = expected.consortium
    values = {name: getattr(consortium, name) for name in ("deployment", "engine", "network", "name", "prefix", "members")}
    return replace(expected, consortium=type(consortium)(**values))


def test_a_store_alone_is_checked_without_a_chain(audited: Audited) -> None:
    audited.bench.chain.offline = True
    report, found = audited.report(offline=True)
    assert (found, exit_code(report)) == ([], 0)


# --- how it reads


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[tuple[Bench, list[str]]]:
    with open_bench(tmp_path) as bench:
        statements: list[str] = []
        event.listen(bench.database._engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        yield bench, statements


def test_a_thousand_more_rows_cost_a_bounded_number_of_questions(counted: tuple[Bench, list[str]]) -> None:
    bench, statements = counted
    expected = Expected(consortium=bench.line().consortium, hosts=(), served=[MEMBER])

    def cost() -> int:
        statements.clear()
        audit(bench.database, expected, None, Report(lambda _: None))
        return len(statements)

    bench.accept(300)
    few = cost()
    bench.accept(1_000, first=300)
    assert cost() - few <= 10
    assert few < 40


def test_an_audit_only_reads(audited: Audited) -> None:
    path = audited.bench.directory / "gateway.db"
    with audited.bench.database.read() as tx:
        tx.exec_driver_sql("select 1")
    before = path.read_bytes()
    audited.audit()
    assert path.read_bytes() == before


def test_every_code_has_words_and_every_word_a_code() -> None:
    room = Path(__file__).resolve().parents[4] / "gateway/fsck"
    said = "".join(path.read_text("utf-8") for path in room.glob("*.py") if path.name != "words.py")
    unused = {code for code in WORDS if f'"{code}"' not in said}
    # made of names: f"event.{name}", f"deleted.{tier}"
    assert unused == {"event.member", "event.submitter", "deleted.public", "deleted.bureaus", "deleted.submitter"}


def test_sealed_salts_are_opened_and_one_that_cannot_be_is_named(audited: Audited) -> None:
    path, keys = audited.bench.directory / "gateway.db", SaltKeys([b"\1" * 32])
    audited.bench.database.close()
    audited.bench.database = open_database(f"sqlite:///{path}", keys)
    list(reseal(audited.bench.database))
    report, found = audited.report()
    assert (found, report.is_sound) == ([], True)
    audited.edit("update events set bureaus_salt = public_salt where id = 2")
    audited.edit("update items set salt = ? where position = 3", b"\1" * 64)
    report, found = audited.report()
    assert {(finding.table, finding.what) for finding in found} == {("events", "event.salt"), ("items", "item.salt")}
    assert not report.is_sound
