"""Tallies for the quality report: counts per submitter, Beijing day of arrival and what happened. They only ever grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, or_, select, update

from gateway.store.tables import enterprises, tallies


@dataclass(frozen=True, slots=True)
class Tallied:
    """One count. `name` and `member` (USCC) are those of the submitter as it is registered now, "" where it is not."""

    submitter: str
    day: str
    what: str
    count: int
    name: str
    member: str


def add_counts(tx: Connection, day: str, counts: Mapping[tuple[str, str], int]) -> None:
    """Adds counts, by (submitter, what), to those of a day, YYYY-MM-DD."""
    for (submitter, what), count in sorted(counts.items()):  # in one order, so that two writers cannot wait for each other
        place = (tallies.c.submitter == submitter, tallies.c.day == day, tallies.c.what == what)
        if tx.execute(update(tallies).where(*place).values(count=tallies.c.count + count)).rowcount == 0:
            tx.execute(insert(tallies).values(submitter=submitter, day=day, what=what, count=count))


def read_counts(
    tx: Connection, *, first: str, last: str, submitter: str | None = None, member: str | None = None, limit: int
) -> list[Tallied]:
    """Up to `limit` counts of the days first…last, by day and submitter: of one submitter, of one member's, or of all.

    A member's are its enterprises' as they are registered now, and its own.
    """
    columns = (tallies.c.submitter, tallies.c.day, tallies.c.what, tallies.c.count, enterprises.c.name, enterprises.c.member)
    query = (
        select(*columns)
        .select_from(tallies)
        .outerjoin(enterprises, enterprises.c.uscc == tallies.c.submitter)
        .where(tallies.c.day.between(first, last))
        .order_by(tallies.c.day, tallies.c.submitter, tallies.c.what)
        .limit(limit)
    )
    if submitter is not None:
        query = query.where(tallies.c.submitter == submitter)
    if member is not None:
        query = query.where(or_(enterprises.c.member == member, tallies.c.submitter == member))
    rows = tx.execute(query)  # unpacked, since a Row has a `count` of its own
    return [Tallied(uscc, day, what, count, name or "", by or "") for uscc, day, what, count, name, by in rows]
