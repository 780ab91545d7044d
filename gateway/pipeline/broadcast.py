"""
Stored bytes to the node, in nonce order, again and again until the chain has passed them.

What the node answers decides nothing (four engines spell one fact in four ways, and one error text covers a dozen facts): an
attempt is done when the account's nonce on the chain is above its own. After a rewind that nonce falls, and the same bytes go
out again. Attempts of every kind and of every batch are sent, also those that have become pointless: the next nonce needs them.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final

from gateway.pipeline.line import Line
from gateway.store import attempts
from ledger.transactions import Outcome, latest_nonce, send_in_order

BURST: Final = 100  # attempts handed over in one step


def broadcast(line: Line, sent_at: MutableMapping[bytes, int]) -> bool:
    """Sends what waits and was not sent in the last `resend_s` seconds; `sent_at` (hash → time) only spares the node repeats."""
    account_nonce = latest_nonce(line.rpc, line.signer.address)
    with line.database.read() as tx:
        waiting = attempts.unsettled(tx, line.signer_bytes, account_nonce=account_nonce)
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
