"""A5: blocks that go away. The transaction is mined elsewhere, or never again, or another's is; before and after it was final."""

from __future__ import annotations

import pytest

from certs.staple import Status
from gateway.acts.prospects import STATUS_OVERTAKEN
from gateway.staples import Staples
from gateway.store import certificates
from tests.chain.parts import Wired, settled_once
from tests.chain.promises import check_staples, check_true
from tests.chain.sea import Sea
from tests.chain.weather import Weather
from tests.member_line import leaf_ask
from tests.world import MEMBER


def sea_of(line: Wired) -> Sea:
    return Sea(line.bench, Weather(line.bench.chain))


@pytest.mark.parametrize("steps", range(4))
@pytest.mark.parametrize("left_out", [set(), {0}], ids=["at the same height", "a block later"])
def test_a05_a_transaction_mined_in_another_block_is_settled_once(line: Wired, left_out: set[int], steps: int) -> None:
    """The reorganisation comes after so many looks: before it was seen, when it was included, final, and issued."""
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)
        line.bench.chain.mine()
        for _ in range(steps):
            line.step(worker)
        sea_of(line).reorganise(1, left_out=left_out)
        line.bench.chain.mine()
        line.settle(worker)
    assert settled_once(line.bench)


def test_a05_an_anchor_that_came_back_at_the_same_height_gets_a_new_edition(line: Wired) -> None:
    """Between two looks. The old certificate shows a block that is lost: beside a staple of that height it cannot be checked."""
    line.bench.accept(1)
    with line.worker() as worker:
        line.settle(worker)
        sea = sea_of(line)
        line.bench.chain.rewind(4)  # block 5 is gone and block 4, which has the anchor, is the newest …
        line.bench.chain.rewind(3)
        line.bench.chain.mine()  # … and another one of height 4 now
        line.step(worker, "came back")
        check_staples(sea)
        line.settle(worker)
    (number,) = line.bench.numbers()
    staples = Staples(line.bench.database, line.rpc, line.bench.line().consortium, monotonic=lambda: 0.0)
    check_true(sea, number, staples.current(number))
    assert settled_once(line.bench)
    assert len(line.store()["evidence"]) == 2


def test_a05_of_two_anchors_in_another_block_the_one_not_issued_again_gets_no_staple(line: Wired) -> None:
    """One batch is issued a step: meanwhile the other's certificate shows the lost block, which every new staple contradicts."""
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)
        line.bench.accept(1, first=1)
        line.step(worker)
        for _ in range(3):  # blocks without the anchors, which come back lower
            line.bench.chain.pool, waiting = [], line.bench.chain.pool
            line.bench.chain.mine()
            line.bench.chain.pool = waiting
        line.settle(worker)
        sea = sea_of(line)
        assert line.bench.states() == ["issued", "issued"]
        line.bench.chain.rewind(3)
        line.bench.chain.mine()
        line.step(worker, "moved")
        assert line.bench.states() == ["issued", "final"]
        check_staples(sea)
        line.settle(worker)
    staples = Staples(line.bench.database, line.rpc, line.bench.line().consortium, monotonic=lambda: 0.0)
    for number in line.bench.numbers():
        check_true(sea, number, staples.current(number))
    assert settled_once(line.bench, batches=2)


@pytest.mark.parametrize("steps", range(4))
def test_a05_a_transaction_that_no_pool_remembers_is_sent_again(line: Wired, steps: int) -> None:
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)
        line.bench.chain.mine()
        for _ in range(steps):
            line.step(worker)
        line.bench.chain.rewind(line.bench.chain.height - 1, forget=True)
        line.bench.chain.mine()
        line.settle(worker)
    assert settled_once(line.bench)
    assert len(set(line.bench.chain.sends)) == 1


@pytest.mark.parametrize("steps", range(4))
def test_a05_a_place_that_another_batch_took_meanwhile_halts_the_line(line: Wired, steps: int) -> None:
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)
        line.bench.chain.mine()
        for _ in range(steps):
            line.step(worker)
        line.bench.chain.rewind(line.bench.chain.height - 1, forget=True)
        line.bench.chain.write_head(MEMBER, 1, root=b"\7" * 32)
        line.settle(worker)
    assert line.bench.states() == ["halted"]
    assert line.bench.log.events().count("batch.halted") == 1


def test_a05_a_place_that_a_person_accepted_and_a_rewind_took_is_an_alarm(line: Wired) -> None:
    """Nobody here can bring that batch again: ours was signed by a signer of before. What was closed above it waits, loudly."""
    line.bench.accept(1)
    line.bench.chain.swallow = 10
    with line.worker() as worker:
        line.step(worker)
        line.bench.chain.write_head(MEMBER, 1, root=b"\7" * 32)
        line.step(worker)
    line.bench.chain.swallow = 0
    sea = sea_of(line)
    sea.decide()
    sea.rotate(1)
    with line.worker() as worker:
        line.settle(worker)
        assert line.bench.states() == ["halted", "issued"]
        line.bench.chain.rewind(3, forget=True)
        line.settle(worker)
        assert worker.alarms["sign"] == ("pipeline.seq.gap", "2")
    assert line.bench.states() == ["halted", "closed"]
    assert line.bench.chain.anchored_seqs() == []


def test_a05_a_status_that_a_rewind_took_does_not_undo_a_newer_one_that_came_back(line: Wired) -> None:
    """The older one's nonce is another's now: signed anew behind the newer one, it would have the last word."""
    line.bench.accept(1)
    with line.worker() as worker:
        line.settle(worker)
        height = line.bench.chain.height
        older, newer = line.bench.ask(leaf_ask(Status.ACTIVE)), line.bench.ask(leaf_ask(Status.SUSPENDED))
        line.settle(worker)
        assert line.bench.act_states() == ["final", "final"]
        line.bench.chain.rewind(height)
        last = line.bench.chain.pool.pop(1)
        line.bench.chain.pool = []
        sea_of(line).foreign_transaction()
        line.bench.chain.pool.append(last)
        line.bench.chain.mine()
        line.settle(worker)
    assert (line.bench.act(older).state, line.bench.act(older).refusal) == ("refused", STATUS_OVERTAKEN)
    assert line.bench.act(newer).state == "final"
    assert line.bench.chain.contracts._view_leafStatus(MEMBER.encode(), 1, 0)[0][0] == Status.SUSPENDED
    with line.bench.database.read() as tx:
        assert not certificates.rewound(tx)
