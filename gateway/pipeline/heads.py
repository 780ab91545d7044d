"""How far a member's batches reach on the chain: the contract keeps no counter, but its heads have no gaps."""

from __future__ import annotations

from typing import Final

from ledger.anchors import head, heads
from ledger.rpc import ChainPort

_SEQ_LIMIT: Final = 2**48  # PROTOCOL.md §5: seq < 2^48


def last_on_chain(rpc: ChainPort, anchor_log: bytes, member: str, *, guess: int) -> int:
    """The highest seq with a head in the latest state, 0 for none. One round trip for a right guess, else log2 of the miss."""
    here, above = heads(rpc, anchor_log, [(member, max(guess, 1)), (member, guess + 1)])
    if guess and here is None:
        high, step = guess, 1
        while high > step and head(rpc, anchor_log, member, high - step) is None:
            high, step = high - step, step * 2
        return _between(rpc, anchor_log, member, max(high - step, 0), high)
    if above is None:
        return guess
    low, step = guess + 1, 1
    while low + step < _SEQ_LIMIT and head(rpc, anchor_log, member, low + step) is not None:
        low, step = low + step, step * 2
    return _between(rpc, anchor_log, member, low, min(low + step, _SEQ_LIMIT))


def _between(rpc: ChainPort, anchor_log: bytes, member: str, low: int, high: int) -> int:
    """`low` has a head (or is 0), `high` has none."""
    while high - low > 1:
        middle = (low + high) // 2
        if head(rpc, anchor_log, member, middle) is None:
            high = middle
        else:
            low = middle
    return low
