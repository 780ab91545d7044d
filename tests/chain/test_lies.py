"""
A13, the half about words: a node that lies, is on another chain, or is far behind. Nothing is final on its word alone.

A liar says one thing that is not so, or everything that belongs to it. What is told is proven under an endorsed header before it
is called final, so all it can do is to keep us waiting.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from certs.staple import Status
from gateway.staples import Rewound, Staples
from ledger.errors import LedgerError
from tests.chain.parts import Wired, settled_once
from tests.chain.weather import Lie
from tests.fake_chain import FakeChain
from tests.member_line import leaf_ask


def otherwise(name: str, value: Any) -> Lie:
    """An object with one field that is not so; null stays null."""
    return lambda _params, answer: None if answer is None else {**answer, name: value}


BYTES = "0x" + "77" * 32
LIES: dict[str, dict[str, Lie]] = {
    "receipt: another block": {"eth_getTransactionReceipt": otherwise("blockHash", BYTES)},
    "receipt: another height": {"eth_getTransactionReceipt": otherwise("blockNumber", "0x2")},
    "receipt: of another transaction": {"eth_getTransactionReceipt": otherwise("transactionHash", BYTES)},
    "receipt: failed": {"eth_getTransactionReceipt": otherwise("status", "0x0")},
    "receipt: none": {"eth_getTransactionReceipt": lambda _params, _answer: None},
    "header: another state": {"eth_getBlockByNumber": otherwise("stateRoot", BYTES)},
    "header: another hash": {"eth_getBlockByNumber": otherwise("hash", BYTES)},
    "header: another height": {"eth_getBlockByNumber": otherwise("number", "0x1")},
    "header: seals of nobody": {"eth_getBlockByNumber": otherwise("extraData", "0x")},
    "header: none": {"eth_getBlockByNumber": lambda _params, _answer: None},
    "height: higher": {"eth_blockNumber": lambda _params, answer: hex(int(answer, 16) + 50)},
    "height: zero": {"eth_blockNumber": lambda _params, _answer: "0x0"},
    "nonce: too high": {"eth_getTransactionCount": lambda _params, answer: hex(int(answer, 16) + 3)},
    "nonce: zero": {"eth_getTransactionCount": lambda _params, _answer: "0x0"},
    "nonce: no number": {"eth_getTransactionCount": lambda _params, _answer: "many"},
    "logs: none": {"eth_getLogs": lambda _params, _answer: []},
    "logs: of another transaction": {"eth_getLogs": lambda _params, logs: [{**log, "transactionHash": BYTES} for log in logs]},
    "calls: nothing": {"eth_call": lambda _params, _answer: "0x"},
    "calls: zeros": {"eth_call": lambda _params, answer: "0x" + "00" * ((len(answer) - 2) // 2)},
    "receipts: one too few": {"eth_getBlockReceipts": lambda _params, answer: answer[:-1]},
    "receipts: failed": {"eth_getBlockReceipts": lambda _params, answer: [{**entry, "status": "0x0"} for entry in answer]},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(LIES))
def test_a13_one_lie_claims_nothing_and_once_it_ends_all_is_well(line: Wired, name: str) -> None:
    """The node lies from before the first question until long after the transaction was mined."""
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)  # what the pipeline must have asked before anything can be mined
        line.node.lies = dict(LIES[name])
        for _ in range(4):
            line.step(worker, name)
            line.bench.chain.mine()
            line.bench.clock += 6
        claims = {"final", "issued"} & set(line.bench.states())
        proven = line.bench.chain.anchored_seqs() == [1]
        assert proven or not claims
        line.node.lies = {}
        line.settle(worker)
        assert worker.alarms == {}
    assert (line.bench.states(), line.bench.chain.anchored_seqs(), len(line.bench.numbers())) == (["issued"], [1], 1)


class OtherChain:
    """A liar that shows, for the questions that a batch or an act turns on, what a chain of its own says."""

    def __init__(self, chain: FakeChain) -> None:
        self.own = chain

    def lies(self, *methods: str) -> dict[str, Lie]:
        """For these methods the own chain's answers."""

        def of(method: str) -> Callable[[Sequence[Any], Any], Any]:
            return lambda params, _answer: self.own.call(method, params)

        return {method: of(method) for method in methods}


WORDS = ("eth_call", "eth_getLogs", "eth_getTransactionReceipt", "eth_getTransactionCount")


def mined_elsewhere(line: Wired) -> OtherChain:
    """A copy of the chain on which what waits in the pool is mined; on the real one other blocks are, and the pool is empty."""
    liar = OtherChain(copy.deepcopy(line.bench.chain))
    liar.own.mine()
    line.bench.chain.pool.clear()
    line.bench.chain.mine()
    return liar


def test_a13_a_batch_is_not_final_on_a_nodes_word(line: Wired) -> None:
    """Head, log and receipt say so with one voice and name a block that is endorsed: it does not hold the transaction."""
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)
        liar = mined_elsewhere(line)
        line.node.lies = liar.lies(*WORDS)
        true_hash = "0x" + line.bench.chain.chain[-1].block.hash.hex()
        line.node.lies["eth_getTransactionReceipt"] = lambda params, _answer: _moved(liar, params, true_hash)
        for _ in range(4):
            line.step(worker, "lies")
        assert set(line.bench.states()) <= {"signed", "included"}, "no finality is claimed"
        assert line.bench.numbers() == []
        line.node.lies = {}
        line.settle(worker)
        assert worker.alarms == {}
    assert settled_once(line.bench)


def test_a13_an_act_is_not_final_on_a_nodes_word(line: Wired) -> None:
    line.bench.accept(1)
    with line.worker() as worker:
        line.settle(worker)
        act = line.bench.ask(leaf_ask(Status.SUSPENDED))
        line.step(worker)
        liar = mined_elsewhere(line)
        line.node.lies = liar.lies(*WORDS)
        true_hash = "0x" + line.bench.chain.chain[-1].block.hash.hex()
        line.node.lies["eth_getTransactionReceipt"] = lambda params, _answer: _moved(liar, params, true_hash)
        for _ in range(4):
            line.step(worker, "lies")
        assert line.bench.act(act).state in ("signed", "included"), "no finality is claimed"
        line.node.lies = {}
        line.settle(worker)
        assert worker.alarms == {}
    assert line.bench.act(act).state == "final"


def _moved(liar: OtherChain, params: Sequence[Any], block_hash: str) -> Any:
    found = liar.own.call("eth_getTransactionReceipt", params)
    return None if found is None else {**found, "blockHash": block_hash}


def test_a13_a_second_node_on_another_chain_is_noticed_before_it_is_believed(line: Wired) -> None:
    """The balancer turns to it when the connection breaks."""
    line.bench.accept(1)
    with line.worker() as worker:
        line.step(worker)
        line.bench.chain.mine()
        kept = line.store()
        line.node.chain_id = 1
        line.node.habits = ["drops the request"]
        for _ in range(3):
            line.step(worker, "another chain")
            assert line.store() == kept
        assert ("ledger.chain.id", "") in worker.alarms.values()
        line.node.chain_id = None
        line.settle(worker)
        assert worker.alarms == {}
    assert settled_once(line.bench)


def test_a13_a_node_a_hundred_blocks_behind_takes_nothing_back_for_good_and_no_staple_is_given(line: Wired) -> None:
    line.bench.accept(2)
    with line.worker() as worker:
        line.settle(worker)
        for _ in range(100):
            line.bench.chain.mine()
        line.bench.chain.lag = line.bench.chain.height - 3  # it has not seen the batch
        line.step(worker, "behind")
        consortium = line.bench.line().consortium
        staples = Staples(line.bench.database, line.rpc, consortium, monotonic=lambda: 0.0)
        with pytest.raises((Rewound, LedgerError)):
            staples.current(line.bench.numbers()[0])
        for _ in range(3):
            line.bench.clock += 6
            line.step(worker, "behind")
        line.bench.chain.lag = 0
        line.settle(worker)
        assert staples.current(line.bench.numbers()[0]) is not None
    assert settled_once(line.bench)


@pytest.mark.parametrize("habit", ["hangs", "drops the request", "too many requests", "truncates", "shows a page"])
def test_a13_a_node_that_does_not_answer_costs_one_question_a_round(line: Wired, habit: str) -> None:
    """The other arrows would wait for the same node, each for the whole time-out."""
    impatient = type(line.rpc)(line.node.url, chain_id=line.bench.chain.world.chain_id, timeout_s=0.2)
    line.bench.accept(1)
    with line.worker(rpc=impatient) as worker:
        line.step(worker)
        line.node.always = habit
        before = line.node.requests
        line.step(worker, habit)
        assert line.node.requests == before + 1
        assert len(worker.alarms) == 1
    impatient.close()
    line.node.released.set()
    with line.worker() as worker:
        line.settle(worker)
    assert settled_once(line.bench)
