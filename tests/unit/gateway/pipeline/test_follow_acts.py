"""signed → included → final of acts, and every way back; one act, one effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from certs.staple import Status
from gateway.pipeline.broadcast import broadcast
from gateway.pipeline.follow_acts import MAX_FAILURES, find_included_acts, make_acts_final, watch_final_acts
from gateway.pipeline.sign_acts import sign_acts
from gateway.staples import Rewound, Staples
from gateway.store import certificates
from ledger.transactions import UnsignedTransaction, send, sign
from tests.member_line import Bench, leaf_ask, propose_ask, vote_ask
from tests.world import MEMBER


@pytest.fixture
def anchored(bench: Bench) -> Bench:
    bench.accept(2)
    with bench.worker() as worker:
        bench.settle(worker)
    return bench


def settled(bench: Bench, *asks: Any) -> list[int]:
    """Asked for and final, one block each."""
    ids = []
    with bench.worker() as worker:
        for asked in asks:
            ids.append(bench.ask(asked))
            bench.settle(worker)
    assert set(bench.act_states()) == {"final"}
    return ids


def word(bench: Bench, index: int = 0) -> int:
    return int(bench.chain.contracts._view_leafStatus(MEMBER.encode(), 1, index)[0][0])


def is_rewound(bench: Bench) -> bool:
    with bench.database.read() as tx:
        return certificates.rewound(tx)


def test_an_act_goes_all_the_way_and_names_its_transaction_and_block(anchored: Bench) -> None:
    (act,) = settled(anchored, leaf_ask(Status.SUSPENDED))
    found = anchored.act(act)
    assert (found.block_number, found.block_hash) == (anchored.chain.height, anchored.chain.chain[-1].block.hash)
    assert found.transaction_hash == anchored.chain.chain[-1].transactions[0].hash
    assert found.final_at is not None
    assert word(anchored) == Status.SUSPENDED
    assert [arrow for arrow in anchored.arrows if arrow.startswith("act.")] == ["act.signed", "act.included", "act.final"]


def test_a_proposing_act_learns_the_number_of_its_proposal(anchored: Bench) -> None:
    first, second = settled(anchored, propose_ask(b"\1" * 20), propose_ask(b"\2" * 20))
    assert (anchored.act(first).proposal, anchored.act(second).proposal) == (1, 2)


def test_a_number_that_a_rewind_took_is_forgotten(anchored: Bench) -> None:
    height = anchored.chain.height
    (act,) = settled(anchored, propose_ask(b"\1" * 20))
    anchored.chain.rewind(height, forget=True)
    assert watch_final_acts(anchored.line())
    assert (anchored.act(act).state, anchored.act(act).proposal) == ("signed", None)


def test_too_few_endorsers_are_never_final(anchored: Bench) -> None:
    anchored.chain.world.seals = 4
    anchored.ask(leaf_ask(Status.SUSPENDED))
    with anchored.worker() as worker:
        anchored.settle(worker)
        worker.step()
    assert anchored.act_states() == ["included"]


def test_a_failed_transaction_is_asked_about_and_made_anew(anchored: Bench) -> None:
    anchored.ask(leaf_ask(Status.SUSPENDED))
    line = anchored.line()
    sign_acts(line)
    broadcast(line, {})
    anchored.chain.fail_act = True
    anchored.chain.mine()
    anchored.chain.fail_act = False
    assert find_included_acts(line)
    assert anchored.act_states() == ["queued"]
    with anchored.worker() as worker:
        anchored.settle(worker)
    assert (anchored.act_states(), anchored.nonces()) == (["final"], [0, 1, 2])


def test_a_transaction_that_fails_for_a_reason_is_refused_with_it(anchored: Bench) -> None:
    act = anchored.ask(leaf_ask(Status.SUSPENDED))
    with anchored.worker() as worker:
        worker.step()
        anchored.chain.refuse_act = "StatusKept"  # somebody was quicker
        anchored.settle(worker)
    assert (anchored.act(act).state, anchored.act(act).refusal) == ("refused", "StatusKept")


def test_an_act_that_fails_again_and_again_without_a_reason_is_given_up(anchored: Bench) -> None:
    act = anchored.ask(leaf_ask(Status.SUSPENDED))
    anchored.chain.fail_act = True
    with anchored.worker() as worker:
        anchored.settle(worker, rounds=40)
    assert (anchored.act(act).state, anchored.act(act).refusal) == ("failed", "")
    assert anchored.nonces() == list(range(1 + MAX_FAILURES))


def test_an_act_is_not_given_up_while_it_may_still_land(anchored: Bench) -> None:
    anchored.ask(leaf_ask(Status.SUSPENDED))
    anchored.chain.swallow = 10**6
    with anchored.worker() as worker:
        for _ in range(5):
            worker.step()
            anchored.chain.mine()
    assert (anchored.act_states(), anchored.nonces()) == (["signed"], [0, 1])


def test_a_nonce_taken_by_another_transaction_of_our_key_is_made_up_for(anchored: Bench) -> None:
    anchored.ask(propose_ask(b"\1" * 20))
    anchored.chain.swallow = 1
    with anchored.worker() as worker:
        worker.step()
        foreign = UnsignedTransaction(chain_id=anchored.chain.world.chain_id, nonce=1, gas=21_000, to=bytes(20), data=b"")
        send(anchored.chain, sign(anchored.signer, foreign).raw)
        anchored.chain.mine()
        anchored.settle(worker)
    assert (anchored.act_states(), anchored.nonces(), len(anchored.chain.contracts.now.proposals)) == (["final"], [0, 1, 2], 1)


class NoReceipts:
    """A node that shows the state after a transaction, and not its receipt yet."""

    def __init__(self, bench: Bench) -> None:
        self._chain = bench.chain

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        return None if method == "eth_getTransactionReceipt" else self._chain.call(method, params)

    def batch(self, calls: Sequence[Any]) -> list[Any]:
        return self._chain.batch(calls)


def test_a_receipt_that_is_missing_makes_no_second_proposal(anchored: Bench) -> None:
    act = anchored.ask(propose_ask(b"\1" * 20))
    with anchored.worker() as worker:
        worker.step()
    anchored.chain.mine()
    line = anchored.line(rpc=NoReceipts(anchored))
    assert find_included_acts(line)
    assert sign_acts(line)
    assert make_acts_final(line)
    assert (anchored.act(act).state, anchored.act(act).proposal, anchored.nonces()) == ("final", 1, [0, 1])


def test_an_act_reorganised_away_before_it_was_final_comes_back(anchored: Bench) -> None:
    act, line = anchored.ask(leaf_ask(Status.SUSPENDED)), anchored.line()
    sign_acts(line)
    broadcast(line, {})
    anchored.chain.mine()
    assert find_included_acts(line)
    height = anchored.chain.height
    anchored.chain.rewind(height - 1)
    anchored.chain.pool, kept = [], anchored.chain.pool
    anchored.chain.mine()  # the same height, another block
    anchored.chain.pool = kept
    assert make_acts_final(line)
    back = anchored.act(act)
    assert (back.state, back.transaction_hash, back.block_number, back.final_at) == ("signed", None, None, None)
    assert not is_rewound(anchored)
    with anchored.worker() as worker:
        anchored.settle(worker)
    assert (anchored.act_states(), anchored.nonces(), anchored.chain.contracts.now.changes) == (["final"], [0, 1], 1)


def test_an_act_whose_block_is_gone_is_not_waited_for(anchored: Bench) -> None:
    anchored.ask(leaf_ask(Status.SUSPENDED))
    line = anchored.line()
    sign_acts(line)
    broadcast(line, {})
    anchored.chain.mine()
    find_included_acts(line)
    anchored.chain.rewind(anchored.chain.height - 1)
    assert make_acts_final(line)
    assert anchored.act_states() == ["signed"]


def test_what_a_rewind_took_is_sent_again_in_order_and_no_staple_is_given_meanwhile(anchored: Bench) -> None:
    height = anchored.chain.height
    asks = [leaf_ask(Status.SUSPENDED), leaf_ask(Status.ACTIVE), leaf_ask(Status.REVOKED, index=1)]
    settled(anchored, *asks)
    nonces = anchored.nonces()
    anchored.chain.rewind(height + 1, forget=True)  # the first of the three stays
    staples = Staples(anchored.database, anchored.chain, anchored.line().consortium, monotonic=lambda: 0.0)
    with anchored.worker() as worker:
        worker.step()
        assert anchored.act_states() == ["final", "signed", "signed"]
        with pytest.raises(Rewound):
            staples.current("SHFS-COM-1-0-R")
        anchored.clock += 5
        anchored.settle(worker)
    assert (anchored.act_states(), anchored.nonces(), is_rewound(anchored)) == (["final"] * 3, nonces, False)
    assert (word(anchored), word(anchored, 1), anchored.chain.contracts.now.changes) == (Status.ACTIVE, Status.REVOKED, 3)
    assert staples.current("SHFS-COM-1-0-R") is not None


def test_an_effect_without_a_transaction_of_ours_is_asked_for_again_after_a_rewind(anchored: Bench) -> None:
    height = anchored.chain.height
    settled(anchored, leaf_ask(Status.SUSPENDED), leaf_ask(Status.SUSPENDED))
    anchored.run("delete from attempts where act_id = 1")
    anchored.run("delete from acts where id = 1")  # as an older copy of the store would have it
    anchored.chain.rewind(height, forget=True)
    with anchored.worker() as worker:
        assert watch_final_acts(anchored.line())
        assert (anchored.act_states(), is_rewound(anchored)) == (["queued"], True)
        anchored.settle(worker)
    assert (anchored.act_states(), word(anchored)) == (["final"], Status.SUSPENDED)


def test_an_act_refused_after_a_rewind_keeps_staples_back_until_a_newer_one_is_final(anchored: Bench) -> None:
    """What was final and shown must not quietly become "active" again."""
    height = anchored.chain.height
    (act,) = settled(anchored, leaf_ask(Status.SUSPENDED))
    anchored.chain.rewind(height, forget=True)
    anchored.run("update attempts set signer = zeroblob(20), hash = zeroblob(32) where act_id = 1")  # it can land no more
    with anchored.worker() as worker:
        anchored.chain.refuse_act = "StatusRightMissing"
        anchored.settle(worker)
        assert (anchored.act(act).state, is_rewound(anchored)) == ("refused", True)
        assert ("act.refused", "StatusRightMissing") in [(event, f.get("error")) for event, f in anchored.log.lines]
        anchored.chain.refuse_act = ""
        anchored.ask(leaf_ask(Status.SUSPENDED))
        anchored.clock += 5
        anchored.settle(worker, rounds=20)
    assert (anchored.act_states()[-1], word(anchored), is_rewound(anchored)) == ("final", Status.SUSPENDED, False)
    with anchored.database.read() as tx:
        assert tx.exec_driver_sql("select count(*) from acts where id = 1 and state = 'refused'").scalar_one() == 1


def test_a_node_that_is_behind_takes_nothing_back_for_good(anchored: Bench) -> None:
    settled(anchored, leaf_ask(Status.SUSPENDED))
    anchored.chain.lag = 1
    with anchored.worker() as worker:
        for _ in range(3):
            worker.step()
        anchored.chain.lag = 0
        anchored.settle(worker)
    assert (anchored.act_states(), anchored.nonces(), anchored.chain.contracts.now.changes) == (["final"], [0, 1], 1)


def test_a_healthy_chain_costs_one_question_a_look(anchored: Bench) -> None:
    settled(anchored, leaf_ask(Status.SUSPENDED), leaf_ask(Status.SUSPENDED, index=1), leaf_ask(Status.ACTIVE))
    asked: list[str] = []

    class Counting:
        def call(self, method: str, params: Sequence[Any] = ()) -> Any:
            asked.append(method)
            return anchored.chain.call(method, params)

        def batch(self, calls: Sequence[Any]) -> list[Any]:
            raise AssertionError(calls)

    assert not watch_final_acts(anchored.line(rpc=Counting()))
    assert asked == ["eth_getBlockByNumber"]


def test_a_line_without_acts_asks_the_chain_nothing(anchored: Bench) -> None:
    class Silent:
        def call(self, method: str, params: Sequence[Any] = ()) -> Any:
            raise AssertionError(method)

        batch = call

    line = anchored.line(rpc=Silent())
    assert not any(arrow(line) for arrow in (watch_final_acts, find_included_acts, make_acts_final, sign_acts))


def test_votes_are_counted_from_proposal_to_execution(anchored: Bench) -> None:
    settled(anchored, propose_ask(b"\1" * 20), vote_ask("approve", 1), vote_ask("withdraw", 1), vote_ask("approve", 1))
    settled(anchored, vote_ask("execute", 1), vote_ask("freeze", 0))
    (made,) = anchored.chain.contracts.now.proposals
    assert (made.approvals, made.executed, anchored.chain.contracts.now.frozen) == ({MEMBER}, True, {MEMBER})
