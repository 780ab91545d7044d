"""Staples: proven, shared for a moment, and never given while the chain is rewound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certs.assemble import file_of
from certs.canonical import canonical
from certs.slots import batch_status_slot
from certs.staple import Status
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway import staples as module
from gateway.rendering import certificate
from gateway.staples import Rewound, Staples
from gateway.trust import current_bundle
from ledger.errors import RpcUnavailable
from tests.member_line import Bench, batch_ask, open_bench
from tests.world import MEMBER

NUMBER = "SHFS-COM-1-0-R"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        opened.accept(3)
        with opened.worker() as worker:
            opened.settle(worker)
        yield opened


def staples(bench: Bench, *, fresh_s: float = 5.0) -> Staples:
    return Staples(bench.database, bench.chain, bench.line().consortium, monotonic=lambda: float(bench.clock), fresh_s=fresh_s)


def verdict(bench: Bench, staple: object) -> Verdict:
    made = certificate(bench.database, NUMBER, "public")
    assert made is not None
    bundle = load_bundle(canonical(current_bundle(bench.chain, bench.line().consortium)))
    return verify(canonical(file_of(made, staple=staple)), bundle, now=bench.clock).verdict


def test_a_certificate_with_its_staple_is_valid(bench: Bench) -> None:
    assert verdict(bench, staples(bench).current(NUMBER)) is Verdict.VALID


def test_an_adverse_status_is_in_the_next_staple(bench: Bench) -> None:
    bench.chain.world.set_status(batch_status_slot(MEMBER, 1), 2)
    bench.chain.mine()
    assert verdict(bench, staples(bench).current(NUMBER)) is Verdict.SUSPENDED


def test_a_number_never_issued_has_no_staple(bench: Bench) -> None:
    assert staples(bench).current("SHFS-COM-7-0-X") is None


def test_an_answer_is_given_again_for_a_moment_only(bench: Bench) -> None:
    shared = staples(bench)
    first = shared.current(NUMBER)
    bench.chain.offline = True
    bench.clock += 4
    assert shared.current(NUMBER) is first
    bench.clock += 1
    with pytest.raises(RpcUnavailable):
        shared.current(NUMBER)


def test_only_so_many_answers_are_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 1)
    shared = staples(bench)
    shared.current(NUMBER)
    last = shared.current("SHFS-COM-1-1-P")
    bench.chain.offline = True
    assert shared.current("SHFS-COM-1-1-P") is last
    with pytest.raises(RpcUnavailable):
        shared.current(NUMBER)


def test_no_staple_is_given_while_an_anchor_that_was_final_is_not_back(bench: Bench) -> None:
    shared = staples(bench)
    shared.current(NUMBER)
    bench.chain.rewind(3, forget=True)
    with bench.worker() as worker:
        worker.step()
        with pytest.raises(Rewound):
            shared.current(NUMBER)
        bench.settle(worker)
    bench.clock += 10
    assert verdict(bench, shared.current(NUMBER)) is Verdict.VALID


def test_a_status_that_this_gateway_made_final_is_in_the_next_staple_however_fresh_the_last(bench: Bench) -> None:
    shared = staples(bench, fresh_s=1e9)
    assert verdict(bench, shared.current(NUMBER)) is Verdict.VALID
    act = bench.ask(batch_ask(Status.SUSPENDED))
    with bench.worker() as worker:
        bench.settle(worker)
    assert bench.act(act).state == "final"
    assert verdict(bench, shared.current(NUMBER)) is Verdict.SUSPENDED
