"""What the gateway says of itself: ready only when nothing holds a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.errors import Refused
from gateway.pipeline.worker import Worker
from gateway.proofs import StoredProofs
from gateway.staples import Staples
from gateway.store.tables import batches
from tests.member_line import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        opened.accept(1)
        with opened.worker() as worker:
            opened.settle(worker)
        yield opened


def proofs(bench: Bench, *workers: Worker) -> StoredProofs:
    consortium = bench.line().consortium
    staples = Staples(bench.database, bench.chain, consortium, monotonic=lambda: float(bench.clock))
    return StoredProofs(
        bench.database, bench.chain, consortium, staples, workers, step_s=120, monotonic=lambda: float(bench.clock)
    )


def test_a_gateway_whose_lines_move_has_no_troubles(bench: Bench) -> None:
    assert proofs(bench).troubles() == []


def test_a_halted_line_is_a_trouble_until_a_human_has_decided(bench: Bench) -> None:
    with bench.database.write() as tx:
        tx.execute(update(batches).values(state="halted"))
    assert "pipeline.head.foreign" in proofs(bench).troubles()


def test_a_rewound_chain_is_a_trouble(bench: Bench) -> None:
    with bench.database.write() as tx:
        tx.execute(update(batches).values(state="signed"))
    assert "staple.rewound" in proofs(bench).troubles()


def test_a_worker_that_completes_no_step_for_too_long_is_a_trouble_until_it_does(bench: Bench) -> None:
    with bench.worker() as worker:
        given = proofs(bench, worker)
        bench.clock += 120
        assert given.troubles() == []
        bench.clock += 1
        assert given.troubles() == ["pipeline.worker.stalled"]
        worker.step()
        assert given.troubles() == []


def test_a_step_that_never_returns_is_not_a_step(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hung(BaseException):
        pass

    def hang(*_: object) -> None:
        raise Hung

    with bench.worker() as worker:
        given = proofs(bench, worker)
        bench.clock += 121
        monkeypatch.setattr(bench.chain, "call", hang)
        with pytest.raises(Hung):
            worker.step()
        monkeypatch.undo()
        assert given.troubles() == ["pipeline.worker.stalled"]


def test_the_bundle_is_made_anew_after_a_few_seconds_and_not_before(bench: Bench) -> None:
    given = proofs(bench)
    first = given.trust()
    bench.chain.mine()
    assert given.trust() == first
    bench.clock += 5
    assert given.trust() != first


def test_a_unit_is_asked_of_certificate_and_staple_alike(bench: Bench) -> None:
    given, unit = proofs(bench), "01/09521234200024/21/1"
    assert given.item("SHFS-COM-7-0-X", unit) is given.staple("SHFS-COM-7-0-X", unit) is None
    for ask in (given.item, given.staple):
        with pytest.raises(Refused, match=r"^item\.unknown$"):
            ask("SHFS-COM-1-0-R", unit)
