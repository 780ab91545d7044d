"""signed → included → final and every way back: the fate of a batch is the contract's head, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import rlp
from eth_account import Account
from sqlalchemy import select

from gateway.pipeline.follow import find_included, make_final, watch_final
from gateway.pipeline.line import Pace
from gateway.store import batches as stored
from gateway.store.tables import attempts, evidence
from ledger.signers import KeystoreSigner
from ledger.transactions import UnsignedTransaction, send, sign
from tests.member_line import Bench
from tests.world import MEMBER


def call_datas(bench: Bench) -> list[bytes]:
    with bench.database.read() as tx:
        return [bytes(rlp.decode(raw)[5]) for raw in tx.execute(select(attempts.c.raw)).scalars()]


def editions(bench: Bench) -> list[tuple[int, int]]:
    with bench.database.read() as tx:
        query = select(evidence.c.batch_id, evidence.c.edition).order_by(evidence.c.batch_id, evidence.c.edition)
        return [(row.batch_id, row.edition) for row in tx.execute(query)]


def issued_bench(bench: Bench, batches: int) -> None:
    bench.pace = Pace(batch_events=1, batch_age_s=0, ahead=16)
    bench.accept(batches)
    with bench.worker() as worker:
        for _ in range(batches):  # one block a batch
            bench.settle(worker, rounds=2)
        bench.settle(worker, rounds=3 * batches + 10)
    assert bench.states() == ["issued"] * batches


def test_a_foreign_head_at_our_seq_halts_the_line_loudly(bench: Bench) -> None:
    bench.accept(1)
    bench.chain.swallow = 10**6
    with bench.worker() as worker:
        worker.step()
        bench.chain.write_head(MEMBER, 1, root=b"\7" * 32)
        bench.accept(1, first=5)
        for _ in range(4):
            worker.step()
    assert bench.states() == ["halted"]
    assert bench.event_states() == ["closed", "open"]
    assert bench.log.events().count("batch.halted") == 1
    assert bench.numbers() == []


def test_a_head_that_differs_in_one_field_is_foreign(bench: Bench) -> None:
    bench.accept(1)
    bench.chain.swallow = 10**6
    with bench.worker() as worker:
        worker.step()
        bench.run("update batches set size = 2")
        bench.chain.swallow = 0
        bench.clock += 5
        bench.settle(worker)
    assert bench.states() == ["halted"]


def test_a_failed_transaction_reopens_the_batch_for_a_new_attempt_of_the_same_call(bench: Bench) -> None:
    bench.accept(1)
    with bench.worker() as worker:
        worker.step()
        bench.chain.refuse = "AnchoringIsPaused"  # between the preflight and the block
        bench.chain.mine()
        worker.step()
        assert bench.states() == ["closed"]
        assert worker.alarms["sign"] == ("pipeline.anchor.refused", "AnchoringIsPaused")
        bench.chain.refuse = ""
        bench.settle(worker)
        assert worker.alarms == {}
    assert (bench.states(), bench.nonces(), bench.chain.anchored_seqs()) == (["issued"], [0, 1], [1])
    assert len(set(call_datas(bench))) == 1


def test_batches_signed_ahead_of_a_failed_one_follow_it(bench: Bench) -> None:
    bench.pace = Pace(batch_events=1, batch_age_s=0)
    bench.accept(3)
    with bench.worker() as worker:
        for _ in range(4):
            worker.step()
        assert bench.states() == ["signed"] * 3
        bench.chain.refuse = "MemberIsFrozen"
        bench.chain.mine()
        bench.chain.refuse = ""
        bench.settle(worker, rounds=30)
    assert (bench.states(), bench.chain.anchored_seqs()) == (["issued"] * 3, [1, 2, 3])


def test_a_nonce_taken_by_another_transaction_of_our_key_is_made_up_for(bench: Bench) -> None:
    bench.accept(1)
    bench.chain.swallow = 1
    with bench.worker() as worker:
        worker.step()
        foreign = UnsignedTransaction(chain_id=bench.chain.world.chain_id, nonce=0, gas=21_000, to=bytes(20), data=b"")
        send(bench.chain, sign(bench.signer, foreign).raw)
        bench.chain.mine()
        bench.settle(worker)
    assert (bench.states(), bench.nonces()) == (["issued"], [0, 1])
    assert len(set(call_datas(bench))) == 1


def test_a_transaction_is_not_given_up_while_it_may_still_land(bench: Bench) -> None:
    bench.accept(1)
    bench.chain.swallow = 10**6
    with bench.worker() as worker:
        for _ in range(5):
            worker.step()
            bench.chain.mine()
    assert (bench.states(), bench.nonces()) == (["signed"], [0])


class Meddling:
    """The fake chain, with something done before or to an answer."""

    def __init__(self, bench: Bench, method: str, meddle: Callable[[Any], Any]) -> None:
        self._chain, self._method, self._meddle = bench.chain, method, meddle

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        if method != self._method:
            return self._chain.call(method, params)
        return self._meddle(lambda: self._chain.call(method, params))

    def batch(self, calls: Sequence[Any]) -> list[Any]:
        return self._chain.batch(calls)


def test_a_transaction_mined_between_two_questions_is_not_given_up(bench: Bench) -> None:
    """No head, then a block, then a nonce that is past ours: only the head read after the nonce says that it landed."""
    bench.accept(1)
    with bench.worker() as worker:
        worker.step()

    def mine_first(ask: Callable[[], Any]) -> Any:
        bench.chain.mine()
        return ask()

    assert not find_included(bench.line(rpc=Meddling(bench, "eth_getTransactionCount", mine_first)))
    assert bench.states() == ["signed"]
    assert find_included(bench.line())
    assert bench.states() == ["included"]


@pytest.mark.parametrize("changed", [{"status": "0x0"}, {"blockNumber": "0x63"}, None])
def test_a_receipt_that_does_not_fit_the_head_is_asked_for_again(bench: Bench, changed: dict[str, str] | None) -> None:
    bench.accept(1)
    with bench.worker() as worker:
        worker.step()
    bench.chain.mine()

    def other(ask: Callable[[], Any]) -> Any:
        return None if changed is None else {**ask(), **changed}

    assert not find_included(bench.line(rpc=Meddling(bench, "eth_getTransactionReceipt", other)))
    assert bench.states() == ["signed"]


def test_the_same_head_is_success_whoever_sent_the_transaction(bench: Bench) -> None:
    """The store's copy from before signing knows no attempt, and finds its batch on the chain."""
    bench.accept(1)
    with bench.worker(after=lambda arrow: bench.keep("old.db") if arrow == "closed" else None) as worker:
        worker.step()
        bench.chain.mine()
    bench.put_back("old.db")
    with bench.worker() as worker:
        assert (bench.states(), bench.nonces()) == (["closed"], [])
        bench.settle(worker)
    assert (bench.states(), len(bench.numbers()), bench.nonces()) == (["issued"], 1, [])


def test_an_older_copy_that_forgot_a_whole_batch_goes_on_above_it(bench: Bench) -> None:
    bench.accept(2)
    bench.keep("old.db")
    with bench.worker() as worker:
        bench.settle(worker)
    bench.put_back("old.db")
    with bench.worker() as worker:
        bench.settle(worker)
    assert (bench.seqs(), bench.states(), len(bench.numbers())) == ([2], ["issued"], 2)
    assert bench.chain.anchored_seqs() == [1, 2]
    assert "pipeline.chain.ahead" in bench.log.events()


def test_too_few_endorsers_are_never_final(bench: Bench) -> None:
    bench.chain.world.seals = 4  # of 7; ⌈2·7/3⌉ = 5
    bench.accept(1)
    with bench.worker() as worker:
        bench.settle(worker)
        worker.step()
    assert (bench.states(), bench.numbers()) == (["included"], [])


def test_a_block_that_another_took_the_place_of_is_not_final(bench: Bench) -> None:
    """Same number, same head, another block: caught by the hash of the block re-read by its number."""
    bench.accept(1)
    line = bench.line()
    with bench.worker() as worker:
        worker.step()
        bench.chain.mine()
        assert find_included(line)
        height = bench.chain.height
        bench.chain.rewind(height - 1)
        assert bench.chain.mine() == height
        assert make_final(line)
        assert bench.states() == ["signed"]
        bench.settle(worker)
    assert (bench.states(), bench.nonces()) == (["issued"], [0])


def test_an_anchor_reorganised_away_before_it_was_final_comes_back(bench: Bench) -> None:
    bench.accept(1)
    line = bench.line()
    with bench.worker() as worker:
        worker.step()
        bench.chain.mine()
        find_included(line)
        bench.chain.rewind(3, forget=True)
        assert make_final(line)
        with bench.database.read() as tx:
            (back,) = stored.in_states(tx, MEMBER, "signed", limit=2)
        assert (back.transaction_hash, back.block_number, back.block_hash) == (None, None, None)
        bench.clock += 5
        bench.settle(worker)
    assert (bench.states(), bench.nonces(), bench.chain.anchored_seqs()) == (["issued"], [0], [1])


def test_a_healthy_chain_costs_two_questions_a_look(bench: Bench) -> None:
    """The newest head, and its block."""
    issued_bench(bench, 3)
    asked: list[str] = []

    class Counting:
        def call(self, method: str, params: Sequence[Any] = ()) -> Any:
            asked.append(method)
            return bench.chain.call(method, params)

        def batch(self, calls: Sequence[Any]) -> list[Any]:
            asked.extend(method for method, _ in calls)
            return bench.chain.batch(calls)

    assert not watch_final(bench.line(rpc=Counting()))
    assert asked == ["eth_call", "eth_getBlockByNumber"]


def test_issued_batches_that_a_rewind_took_are_sent_again_and_get_a_new_edition(bench: Bench) -> None:
    issued_bench(bench, 3)
    numbers, nonces = bench.numbers(), bench.nonces()
    bench.chain.rewind(4, forget=True)  # block 4 holds batch 1
    bench.log.lines.clear()
    with bench.worker() as worker:
        worker.step()
        assert bench.states() == ["issued", "signed", "signed"]
        bench.clock += 5
        bench.settle(worker, rounds=20)
    assert (bench.states(), bench.chain.anchored_seqs()) == (["issued"] * 3, [1, 2, 3])
    assert (bench.numbers(), bench.nonces()) == (numbers, nonces)
    assert editions(bench) == [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2)]
    assert bench.log.events().count("batch.rewound") == 2


def test_an_anchor_that_came_back_in_another_block_gets_a_new_edition(bench: Bench) -> None:
    issued_bench(bench, 1)
    bench.chain.rewind(3)
    bench.chain.pool, kept = [], bench.chain.pool
    bench.chain.mine()
    bench.chain.pool = kept
    bench.chain.mine()
    with bench.worker() as worker:
        bench.settle(worker)
    assert (bench.states(), editions(bench)) == (["issued"], [(1, 1), (1, 2)])


def test_a_rewound_seq_that_somebody_else_took_halts(bench: Bench) -> None:
    issued_bench(bench, 1)
    bench.chain.rewind(3, forget=True)
    bench.chain.write_head(MEMBER, 1, root=b"\7" * 32)
    with bench.worker() as worker:
        worker.step()
        worker.step()
    assert bench.states() == ["halted"]
    assert len(bench.numbers()) == 1


def test_a_node_that_is_behind_takes_nothing_back_for_good(bench: Bench) -> None:
    """A stale node shows no head: the batch is looked for again, no second transaction is made, and it is found again."""
    issued_bench(bench, 1)
    bench.chain.lag = 1
    with bench.worker() as worker:
        for _ in range(3):
            worker.step()
        bench.chain.lag = 0
        bench.settle(worker)
    assert (bench.states(), bench.nonces(), bench.chain.anchored_seqs()) == (["issued"], [0], [1])


def test_after_a_change_of_signer_the_same_call_is_signed_anew(bench: Bench) -> None:
    bench.accept(1)
    bench.chain.swallow = 10**6
    with bench.worker() as worker:
        worker.step()
    fresh = KeystoreSigner(Account.from_key(b"\x22" * 32))
    bench.chain.members = {fresh.address: next(iter(bench.chain.members.values()))}
    bench.chain.swallow = 0
    bench.signer = fresh
    with bench.worker() as worker:
        bench.settle(worker)
    assert (bench.states(), bench.nonces(), bench.chain.anchored_seqs()) == (["issued"], [0, 0], [1])
    assert len(set(call_datas(bench))) == 1
