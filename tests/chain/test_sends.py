"""A3, A4, A8, A9, A10: what can happen between handing bytes to a node and finding them on the chain."""

from __future__ import annotations

import pytest
import rlp
from sqlalchemy import select

from gateway.pipeline import broadcast as broadcasting
from gateway.pipeline.outbox import Outgoing, free_slot, save
from gateway.store import attempts as kept
from gateway.store.tables import attempts
from tests.chain.node import Says
from tests.chain.parts import Wired, settled_once
from tests.chain.sea import Sea
from tests.chain.weather import Weather
from tests.member_line import Bench, vote_ask


def call_data(bench: Bench) -> list[bytes]:
    """What each attempt calls, in the order of nonces."""
    with bench.database.read() as tx:
        return [bytes(rlp.decode(raw)[5]) for raw in tx.execute(select(attempts.c.raw).order_by(attempts.c.nonce)).scalars()]


@pytest.mark.parametrize("habit", ["drops the answer", "bad gateway after it took", "breaks off", "truncates"])
def test_a03_a_send_whose_answer_never_came_but_landed_is_settled_once(line: Wired, habit: str) -> None:
    line.bench.accept(1)
    with line.worker() as worker:
        line.node.sending = [habit]
        line.step(worker, habit)
        assert (len(line.bench.chain.pool), line.bench.states()) == (1, ["signed"])
        line.bench.chain.mine()
        line.settle(worker)
    assert settled_once(line.bench)
    assert len(line.bench.chain.sends) == 1, "it was found on the chain before it was sent again"


def test_a03_a_send_that_timed_out_while_the_node_took_it_is_settled_once(line: Wired) -> None:
    line.bench.accept(1)
    line.node.sending = ["hangs"]
    impatient = type(line.rpc)(line.node.url, chain_id=line.bench.chain.world.chain_id, timeout_s=0.2)
    with line.worker(rpc=impatient) as worker:
        line.step(worker, "hangs")
        assert len(line.bench.chain.pool) == 1
        assert line.bench.states() == ["signed"]
        line.node.released.set()
        line.bench.chain.mine()
    with line.worker() as worker:
        line.settle(worker)
    impatient.close()
    assert settled_once(line.bench)


def test_a04_a_send_that_was_answered_well_and_vanished_is_sent_again(line: Wired) -> None:
    line.bench.accept(1)
    line.bench.chain.swallow = 2
    with line.worker() as worker:
        for _ in range(3):
            line.step(worker, "swallowed")
            line.bench.chain.mine()
            assert line.bench.states() == ["signed"]
            line.bench.clock += 6
        line.settle(worker)
    assert settled_once(line.bench)
    assert len(line.bench.chain.sends) == 3
    assert len(set(line.bench.chain.sends)) == 1


def test_a04_a_transaction_that_a_node_drops_from_its_pool_is_sent_again(line: Wired) -> None:
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)
        line.bench.chain.pool.clear()
        line.settle(worker)
    assert settled_once(line.bench)


def test_a08_after_a_foreign_transaction_took_our_nonce_the_same_call_gets_another(line: Wired) -> None:
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)
        Sea(line.bench, Weather(line.bench.chain)).foreign_transaction()
        line.settle(worker)
    assert (line.bench.states(), line.bench.chain.anchored_seqs(), line.bench.nonces()) == (["issued"], [1], [0, 1])
    assert len(set(call_data(line.bench))) == 1
    assert line.bench.log.events().count("batch.reopened") == 1


@pytest.mark.parametrize(
    "message", ["transaction underpriced", "replacement transaction underpriced", "max fee per gas less than block base fee"]
)
def test_a09_a_node_that_finds_it_too_cheap_is_waited_for_with_the_same_bytes(line: Wired, message: str) -> None:
    """Fees are never raised (gas is free on these chains): nothing is signed anew, every hash is kept, and it lands as it is."""
    line.bench.accept(1)
    with line.worker() as worker:
        line.node.always = Says(-32000, message, lands=False)
        for _ in range(5):
            line.step(worker, message)
            line.bench.chain.mine()
            line.bench.clock += 6
        assert (line.bench.states(), line.bench.nonces()) == (["signed"], [0])
        line.settle(worker)
    assert settled_once(line.bench)


def test_a10_a_nonce_that_nothing_has_is_an_alarm_and_is_filled(line: Wired) -> None:
    """Another attempt waits behind it, as after an older copy forgot the one in between."""
    line.bench.accept(1)
    made = line.bench.line(rpc=line.rpc)
    slot = free_slot(made)
    outgoing = Outgoing(kind=kept.FILL, to=made.signer_bytes, data=b"", gas=21_000)
    save(made, type(slot)(2, False, slot.account_nonce, slot.waiting), outgoing, lambda _tx: None)
    with line.worker() as worker:
        line.step(worker, "gap")
        assert line.bench.log.events().count("pipeline.nonce.gap") == 2
        line.settle(worker)
    assert (line.bench.states(), line.bench.chain.anchored_seqs()) == (["issued"], [1])
    assert sorted(line.bench.nonces()) == [0, 1, 2]
    assert line.bench.chain.chain[-1].nonces[line.bench.signer.address] == 3


def test_a10_a_gap_of_any_width_does_not_keep_the_worker_in_one_round(line: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that named a false nonce once has opened it: every round fills a part, and what waits behind lands."""
    monkeypatch.setattr(broadcasting, "BURST", 4)
    act = line.bench.ask(vote_ask("freeze", 0))
    line.node.lies = {"eth_getTransactionCount": lambda _params, answer: hex(int(answer, 16) + 10)}
    with line.worker() as worker:
        line.step(worker, "lies")
        line.node.lies = {}
        assert line.bench.nonces() == [10]
        for filled in (4, 8, 10):
            line.step(worker, "fills")
            assert len(line.bench.nonces()) == 1 + filled
        line.settle(worker)
    assert line.bench.act(act).state == "final"
    assert sorted(line.bench.nonces()) == list(range(11))
