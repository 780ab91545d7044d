"""Stored bytes to the node: when, in what order, and how little its answers mean."""

from __future__ import annotations

import pytest

from gateway.pipeline.broadcast import broadcast
from gateway.pipeline.close import close_batch
from gateway.pipeline.line import Line, Pace
from gateway.pipeline.sign import sign_batch
from ledger.errors import RpcUnavailable
from tests.member_line import Bench

# What engines answer to bytes they already have, to bytes they dislike, and to nothing in particular (RELIABILITY.md §0 fact 4).
ERROR_CODES = (-32000, -32003, -32010, -32602, -32603, 3, 1)


def signed_line(bench: Bench, count: int = 1) -> Line:
    bench.pace = Pace(batch_events=1, batch_age_s=0, resend_s=5)
    bench.accept(count)
    line = bench.line()
    for _ in range(count):
        assert close_batch(line)
        assert sign_batch(line)
    return line


def test_bytes_go_out_in_nonce_order(bench: Bench) -> None:
    line = signed_line(bench, 3)
    assert broadcast(line, {})
    assert [sent.nonce for sent in bench.chain.pool] == [0, 1, 2]


def test_the_same_bytes_are_not_repeated_within_the_time_and_are_after_it(bench: Bench) -> None:
    line, sent_at = signed_line(bench), {}
    assert broadcast(line, sent_at)
    bench.clock += 4
    assert not broadcast(line, sent_at)
    bench.clock += 1
    assert broadcast(line, sent_at)
    assert len(bench.chain.sends) == 2
    assert len(set(bench.chain.sends)) == 1


def test_a_clock_set_back_does_not_hold_bytes_back(bench: Bench) -> None:
    line, sent_at = signed_line(bench), {}
    broadcast(line, sent_at)
    bench.clock -= 1000
    assert broadcast(line, sent_at)


def test_a_restarted_worker_sends_at_once(bench: Bench) -> None:
    line = signed_line(bench)
    broadcast(line, {})
    assert broadcast(line, {})


def test_what_the_chain_has_passed_is_not_sent_again(bench: Bench) -> None:
    line, sent_at = signed_line(bench), {}
    broadcast(line, sent_at)
    bench.chain.mine()
    bench.clock += 100
    assert not broadcast(line, sent_at)
    assert sent_at == {}


def test_after_a_rewind_the_same_bytes_go_out_again(bench: Bench) -> None:
    line = signed_line(bench)
    broadcast(line, {})
    bench.chain.mine()
    bench.chain.rewind(3, forget=True)
    assert broadcast(line, {})
    assert len(set(bench.chain.sends)) == 1


@pytest.mark.parametrize("code", ERROR_CODES)
def test_no_error_of_the_node_is_believed(bench: Bench, code: int) -> None:
    """Refused, and yet it is in the pool; nothing in the store changes either way."""
    bench.chain.error_code = code
    bench.accept(1)
    with bench.worker() as worker:
        bench.settle(worker)
    assert (bench.states(), bench.nonces()) == (["issued"], [0])


def test_an_answer_that_never_came_is_asked_again_with_the_same_bytes(bench: Bench) -> None:
    line, sent_at = signed_line(bench), {}
    bench.chain.lose_answers = 1
    assert broadcast(line, sent_at)
    assert broadcast(line, sent_at)
    assert len(set(bench.chain.sends)) == 1
    assert bench.states() == ["signed"]


def test_a_transaction_that_vanished_from_the_pool_is_sent_again(bench: Bench) -> None:
    bench.chain.swallow = 1
    bench.accept(1)
    with bench.worker() as worker:
        bench.settle(worker)
        assert bench.states() == ["signed"]
        bench.clock += 5
        bench.settle(worker)
    assert (bench.states(), bench.nonces(), bench.chain.anchored_seqs()) == (["issued"], [0], [1])


def test_an_unreachable_node_is_said_before_anything_is_noted(bench: Bench) -> None:
    line, sent_at = signed_line(bench), {}
    bench.chain.offline = True
    with pytest.raises(RpcUnavailable):
        broadcast(line, sent_at)
    assert sent_at == {}
