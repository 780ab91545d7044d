"""
The outbox: every transaction of every kind, its nonce, bytes and hash saved before the bytes are first sent.

Rows are never changed or deleted, so every hash ever signed stays searchable (RELIABILITY.md §1 R4). There is no column for an
attempt's fate: it is unsettled while the account's nonce on the chain is not above its own, and that is asked of the chain,
which may rewind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select

from gateway.store.tables import attempts

ANCHOR: Final = "anchor"
FILL: Final = "fill"  # a transaction to oneself that does nothing, in a nonce that nothing else has


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One signed transaction; `signer` is the 20-byte address.

    `batch_id` goes with kind `anchor`, `act_id` with the kinds of acts, and `fill` has neither.
    """

    hash: bytes
    kind: str
    batch_id: int | None
    act_id: int | None
    signer: bytes
    nonce: int
    raw: bytes
    made_at: int


def save(tx: Connection, attempt: Attempt) -> None:
    """Adds an attempt; the same bytes twice raise `IntegrityError`."""
    tx.execute(insert(attempts).values({name: getattr(attempt, name) for name in attempt.__dataclass_fields__}))


def unsettled(tx: Connection, signer: bytes, *, account_nonce: int) -> list[Attempt]:
    """The signer's attempts that the chain has not passed, in nonce order: those to (re)broadcast."""
    query = (
        select(attempts)
        .where(attempts.c.signer == signer, attempts.c.nonce >= account_nonce)
        .order_by(attempts.c.nonce, attempts.c.made_at)
    )
    return [Attempt(**row._mapping) for row in tx.execute(query)]


def of_batch(tx: Connection, batch_id: int) -> list[Attempt]:
    """Every attempt of a batch, the last made one last."""
    return _made(tx, attempts.c.batch_id == batch_id)


def of_act(tx: Connection, act_id: int) -> list[Attempt]:
    """Every attempt of an act, the last made one last."""
    return _made(tx, attempts.c.act_id == act_id)


def _made(tx: Connection, condition: ColumnElement[bool]) -> list[Attempt]:
    query = select(attempts).where(condition).order_by(attempts.c.made_at, attempts.c.nonce)
    return [Attempt(**row._mapping) for row in tx.execute(query)]
