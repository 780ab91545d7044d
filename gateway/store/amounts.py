"""
Amounts by account, side and event: what lots and papers add up to. What events declared wrong have said no longer counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, select

from gateway.store.tables import amounts, events

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number on one side of one account (`key`)."""

    side: str
    key: str
    amount: int


def add_amounts(tx: Connection, event_row: int, submitter: str, found: Sequence[Amount]) -> None:
    """Stores what an event says, in the transaction that stores the event. A side and key is listed once."""
    rows = [
        {"side": entry.side, "account": entry.key, "submitter": submitter, "event": event_row, "amount": entry.amount}
        for entry in found
    ]
    if rows:
        tx.execute(insert(amounts), rows)


def sum_of(tx: Connection, side: str, keys: Collection[str], *, submitter: str) -> int | None:
    """What the submitter's events add up to on this side of any of these accounts, each event once; None where there is none."""
    by_event: dict[int, int] = {}
    for chunk in _chunks(keys):
        query = _live(amounts.c.event, amounts.c.amount, side=side, keys=chunk).where(amounts.c.submitter == submitter)
        by_event.update({row.event: row.amount for row in tx.execute(query.distinct())})
    return sum(by_event.values()) if by_event else None


def total_of(tx: Connection, side: str, key: str, *, submitter: str) -> int | None:
    """As `sum_of`, of one account, added up by the store."""
    query = _live(func.sum(amounts.c.amount), side=side, keys=[key]).where(amounts.c.submitter == submitter)
    found = tx.execute(query).scalar_one()
    return None if found is None else int(found)


def greatest_of(tx: Connection, side: str, keys: Collection[str], *, submitter: str | None = None) -> dict[str, tuple[int, int]]:
    """The greatest amount on this side by account, and before it the row of the event that says it: anyone's, or the submitter's.

    An account of which none says anything is left out; of equal amounts it is the earliest event's.
    """
    found: dict[str, tuple[int, int]] = {}
    for chunk in _chunks(keys):
        query = _of(_live(amounts.c.account, amounts.c.event, amounts.c.amount, side=side, keys=chunk), submitter)
        for account, event, amount in tx.execute(query.order_by(amounts.c.amount.desc(), amounts.c.event)):
            found.setdefault(account, (event, int(amount)))
    return found


def named_with(tx: Connection, side: str, keys: Collection[str], *, submitter: str | None = None) -> set[str]:
    """These accounts and all that any event names together with one of them on this side, over however many events."""
    found, new = set(keys), set(keys)
    while new:
        rows: set[int] = set()
        for chunk in _chunks(new):
            rows.update(tx.execute(_of(_live(amounts.c.event, side=side, keys=chunk), submitter)).scalars())
        accounts: set[str] = set()
        for chunk in _chunks(rows):
            accounts.update(
                tx.execute(select(amounts.c.account).where(amounts.c.side == side, amounts.c.event.in_(chunk))).scalars()
            )
        new = accounts - found
        found |= new
    return found


def _of(query: Select[Any], submitter: str | None) -> Select[Any]:
    return query if submitter is None else query.where(amounts.c.submitter == submitter)


def _live(*columns: ColumnElement[Any], side: str, keys: Collection[str]) -> Select[Any]:
    declaration = events.alias("declaration")
    is_wrong = exists().where(
        declaration.c.event_id == events.c.event_id, declaration.c.submitter == events.c.submitter, declaration.c.declares == 1,
        declaration.c.id > events.c.id,  # what was said before an event is not about it
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(amounts)
        .join(events, and_(events.c.id == amounts.c.event, ~is_wrong))
        .where(amounts.c.side == side, amounts.c.account.in_(keys))
    )


def _chunks(keys: Collection[Any]) -> Iterator[list[Any]]:
    listed = list(keys)
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
