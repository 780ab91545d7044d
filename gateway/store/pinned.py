"""
What a store belongs to: written once when it is first used, compared for ever after.

A store opened with another chain, genesis or set of contracts is refused: its numbers and nonces mean nothing there.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from gateway.store.errors import StoreElsewhere
from gateway.store.tables import pinned


def pin(tx: Connection, facts: Mapping[str, str]) -> None:
    """Writes facts that are not pinned yet, compares those that are.

    Raises `StoreElsewhere` (`store.pinned`, the field is the fact's name) for one that differs; nothing is written then.
    """
    known = read(tx)
    for name, value in facts.items():
        if known.get(name, value) != value:
            raise StoreElsewhere("store.pinned", name)
    missing = [{"name": name, "value": value} for name, value in facts.items() if name not in known]
    if missing:
        tx.execute(insert(pinned), missing)


def read(tx: Connection) -> dict[str, str]:
    """All pinned facts."""
    return {row.name: row.value for row in tx.execute(select(pinned))}
