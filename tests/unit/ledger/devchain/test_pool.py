"""The pool: gaps wait, senders keep their order, nobody fills it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ledger.devchain import admission, pool
from ledger.devchain.errors import RpcError
from ledger.devchain.pool import Pool

CHAIN = 7
OTHER = "0x" + "22" * 32
TO = "0x" + "33" * 20


def from_zero(_: bytes) -> int:
    return 0


@pytest.fixture
def mine(wallet_of: Callable[[str], Any]) -> Any:
    return wallet_of("0x" + "11" * 32)


@pytest.fixture
def theirs(wallet_of: Callable[[str], Any]) -> Any:
    return wallet_of(OTHER)


def tx(wallet: Any, nonce: int, **fields: Any) -> Any:
    return admission.decode(wallet.sign(TO, nonce=nonce, **fields), chain_id=CHAIN)


def order(waiting: Pool) -> list[Any]:
    return [entry.transaction for entry in waiting.executable(from_zero)]


def test_a_nonce_gap_waits_until_it_is_filled(mine: Any) -> None:
    waiting = Pool()
    waiting.add(tx(mine, 1))
    assert not waiting.has_executable(from_zero) and order(waiting) == []
    assert waiting.next_nonce(tx(mine, 1).sender, 0) == 0
    waiting.add(tx(mine, 0))
    assert [one.nonce for one in order(waiting)] == [0, 1]
    assert waiting.next_nonce(tx(mine, 1).sender, 0) == 2


def test_senders_take_turns_by_arrival_and_each_goes_by_nonce(mine: Any, theirs: Any) -> None:
    waiting = Pool()
    for one in (tx(mine, 1), tx(theirs, 0), tx(mine, 0), tx(theirs, 1)):
        waiting.add(one)
    assert order(waiting) == [tx(theirs, 0), tx(mine, 0), tx(mine, 1), tx(theirs, 1)]


def test_the_same_transaction_twice_is_already_known(mine: Any) -> None:
    waiting = Pool()
    waiting.add(tx(mine, 0))
    with pytest.raises(RpcError, match=r"^already known$"):
        waiting.add(tx(mine, 0))


@pytest.mark.parametrize(("price", "taken"), [(100, False), (109, False), (110, True), (111, True)])
def test_a_replacement_pays_a_tenth_more_or_is_refused(mine: Any, price: int, taken: bool) -> None:
    waiting = Pool()
    first = tx(mine, 0, gasPrice=100)
    waiting.add(first)
    second = tx(mine, 0, gasPrice=price, value=1)
    if taken:
        waiting.add(second)
        assert order(waiting) == [second] and waiting.get(first.hash) is None and waiting.get(second.hash) == second
    else:
        with pytest.raises(RpcError, match=r"^replacement transaction underpriced$"):
            waiting.add(second)
        assert order(waiting) == [first]


def test_a_free_transaction_cannot_be_replaced_by_a_free_one(mine: Any) -> None:
    waiting = Pool()
    waiting.add(tx(mine, 0))
    with pytest.raises(RpcError, match="underpriced"):
        waiting.add(tx(mine, 0, value=1))


def test_a_replacement_must_raise_both_the_cap_and_the_tip(mine: Any) -> None:
    waiting = Pool()
    waiting.add(tx(mine, 0, maxFeePerGas=100, maxPriorityFeePerGas=100))
    with pytest.raises(RpcError, match="underpriced"):
        waiting.add(tx(mine, 0, maxFeePerGas=200, maxPriorityFeePerGas=100))


def test_one_sender_cannot_fill_the_pool_and_all_together_cannot_overfill_it(
    mine: Any, theirs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "MAX_WAITING_OF_ONE_SENDER", 2)
    monkeypatch.setattr(pool, "MAX_WAITING", 3)
    waiting = Pool()
    waiting.add(tx(mine, 5))
    waiting.add(tx(mine, 6))
    with pytest.raises(RpcError, match=r"^txpool is full$"):
        waiting.add(tx(mine, 7))
    waiting.add(tx(theirs, 0))
    with pytest.raises(RpcError, match=r"^txpool is full$"):
        waiting.add(tx(theirs, 1))


def test_what_a_block_took_takes_its_rivals_along_and_what_cannot_be_goes_alone(mine: Any) -> None:
    waiting = Pool()
    taken, rival = tx(mine, 0, gasPrice=0), tx(mine, 0, gasPrice=9)
    waiting.add(taken)
    waiting.add(rival)
    waiting.settle([], [taken])
    assert order(waiting) == [rival]
    waiting.settle([taken], [])
    assert order(waiting) == [] and waiting.get(rival.hash) is None
    waiting.add(taken)
    waiting.settle([], [taken])
    assert order(waiting) == []
