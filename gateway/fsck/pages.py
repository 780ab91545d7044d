"""
Rows of any number in a fixed order, a page at a time, and several such rows walked side by side.

A page begins after the last key of the one before it, so the store is asked a bounded number of times for a thousand rows, and
never has more than a page in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, tuple_

from gateway.fsck.findings import Report

PAGE: Final = 500


def rows_by(tx: Connection, query: Select[Any], *keys: ColumnElement[Any], page: int = PAGE) -> Iterator[Row[Any]]:
    """The rows of a query in the order of its `keys`, which it selects by their names and which are unique and not null."""
    names = [str(key.key) for key in keys]
    ordered = query.order_by(*keys).limit(page)
    wanted = ordered
    while True:
        rows = tx.execute(wanted).all()
        yield from rows
        if len(rows) < page:
            return
        after = [getattr(rows[-1], name) for name in names]
        wanted = ordered.where(keys[0] > after[0] if len(keys) == 1 else tuple_(*keys) > tuple_(*after))


class Beside:
    """Rows of another table that belong to ascending ids: `of` gives those of one id. Those of ids passed over are orphans."""

    def __init__(self, rows: Iterator[Row[Any]], key: str, *, table: str, report: Report) -> None:
        self._rows = rows
        self._key = key
        self._table = table
        self._report = report
        self._next = next(rows, None)

    def of(self, id_: int) -> Iterator[Row[Any]]:
        """The rows of this id, larger than every one asked for before; take them all before the next id is asked for."""
        yield from self._until(id_)

    def rest(self) -> None:
        """Reports what belongs to no id at all."""
        list(self._until(None))

    def _until(self, id_: int | None) -> Iterator[Row[Any]]:
        while self._next is not None and (id_ is None or getattr(self._next, self._key) <= id_):
            row, self._next = self._next, next(self._rows, None)
            self._report.looked(self._table, 1)
            owner = getattr(row, self._key)
            if owner == id_:
                yield row
            else:
                self._report.differs(self._table, f"{self._key} {owner}", "row.orphan")
