"""
Stored bytes to the node, in nonce order, again and again until the chain has passed them.

What the node answers decides nothing (four engines spell one fact in four ways, and one error text covers a dozen facts): an
attempt is done when the account's nonce on the chain is above its own. After a rewind that nonce falls, and the same bytes go
out again. Attempts of every kind are sent, also those that have become pointless: the next nonce needs them. A nonce below them
that nothing has, and that no signing arrow has taken meanwhile, is filled.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final

from gateway.pipeline.line import Line
from gateway.pipeline.outbox import fill_gap, free_slot
from ledger.transactions import Outcome, send_in_order

BURST: Final = 100  # attempts handed over, and nonces filled, in one step


def broadcast(line: Line, sent_at: MutableMapping[bytes, int]) -> bool:
    """Sends what waits and was not sent in the last `resend_s` seconds; `sent_at` (hash → time) only spares the node repeats."""
    slot = free_slot(line)
    for _ in range(BURST):  # a false nonce may have opened a gap of any width: the worker must come back to its lease
        if not slot.gap:
            break
        fill_gap(line, slot)
        slot = free_slot(line)
    waiting = slot.waiting
    for settled in sent_at.keys() - {attempt.hash for attempt in waiting}:
        del sent_at[settled]
    now = line.now()
    due = [attempt for attempt in waiting if not 0 <= now - sent_at.get(attempt.hash, -line.pace.resend_s) < line.pace.resend_s]
    if not due:
        return False
    due = due[:BURST]
    for attempt, sent in zip(due, send_in_order(line.rpc, [attempt.raw for attempt in due]), strict=True):
        if sent.outcome is not Outcome.UNKNOWN:
            sent_at[attempt.hash] = now
        line.log.debug("attempt.sent", nonce=attempt.nonce, outcome=sent.outcome.value, rpc_code=sent.rpc_code)
    line.after("broadcast")
    return True
