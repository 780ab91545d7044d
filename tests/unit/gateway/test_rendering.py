"""Renderings: three of one leaf, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certs.canonical import canonical
from gateway.rendering import certificate
from gateway.store.errors import RowEdited
from tests.member_line import Bench, open_bench

NUMBER = "SHFS-COM-1-0-R"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        opened.accept(3)
        with opened.worker() as worker:
            opened.settle(worker)
        yield opened


def test_a_rendering_shows_its_tiers_and_hides_the_rest(bench: Bench) -> None:
    shown = {}
    for rendering in ("public", "bureaus", "submitter"):
        made = certificate(bench.database, NUMBER, rendering)
        assert made is not None
        shown[rendering] = [name for name, tier in made["tiers"].items() if "body" in tier]
    assert shown == {"public": ["public"], "bureaus": ["public", "bureaus"], "submitter": ["public", "bureaus", "submitter"]}


def test_a_rendering_has_the_same_bytes_whatever_happened_since(bench: Bench) -> None:
    before = canonical(certificate(bench.database, NUMBER, "public"))
    bench.accept(2, first=10)
    bench.clock += 1000
    with bench.worker() as worker:
        bench.settle(worker)
    assert canonical(certificate(bench.database, NUMBER, "public")) == before


def test_a_rendering_needs_no_chain(bench: Bench) -> None:
    bench.chain.offline = True
    assert certificate(bench.database, NUMBER, "bureaus") is not None


def test_a_number_never_issued_has_no_certificate(bench: Bench) -> None:
    assert certificate(bench.database, "SHFS-COM-7-0-X", "public") is None


def test_a_rendering_that_does_not_exist_is_refused(bench: Bench) -> None:
    with pytest.raises(KeyError):
        certificate(bench.database, NUMBER, "all")


@pytest.mark.parametrize("edit", ["events set bureaus_salt = zeroblob(32)", "batches set tree = zeroblob(length(tree))"])
def test_rows_that_no_longer_lead_to_the_root_are_not_handed_out(bench: Bench, edit: str) -> None:
    bench.run(f"update {edit}")
    with pytest.raises(RowEdited, match=r"store\.certificate\.root"):
        certificate(bench.database, NUMBER, "public")


def test_after_a_rewind_the_newest_evidence_is_shown(bench: Bench) -> None:
    before = certificate(bench.database, NUMBER, "public")
    bench.chain.rewind(3)
    with bench.worker() as worker:
        bench.settle(worker)
    after = certificate(bench.database, NUMBER, "public")
    assert before is not None
    assert after is not None
    assert after["evidence"] != before["evidence"]
    assert {**after, "evidence": None} == {**before, "evidence": None}
