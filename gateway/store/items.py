"""The leaves of an event's item tree (一物一码): every serialised unit with its own salt, in the order of the tree."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from gateway.store.tables import items


def insert_items(tx: Connection, event_row: int, units: Sequence[tuple[str, bytes]]) -> None:
    """Stores the (code, salt) of every unit of an event that has none yet."""
    rows = [{"event": event_row, "position": at, "code": code, "salt": salt} for at, (code, salt) in enumerate(units)]
    if rows:
        tx.execute(insert(items), rows)


def position_of(tx: Connection, event_row: int, code: str) -> int | None:
    """Where a unit stands in an event's tree, or None."""
    return tx.execute(select(items.c.position).where(items.c.event == event_row, items.c.code == code)).scalar_one_or_none()


def units_of(tx: Connection, event_row: int) -> list[tuple[str, bytes]]:
    """(code, salt) of every unit of an event's tree, in the order of its leaves."""
    query = select(items.c.code, items.c.salt).where(items.c.event == event_row).order_by(items.c.position)
    return [(row.code, row.salt) for row in tx.execute(query)]
