"""
Corrections (更正): which events error declarations call wrong, which corrective events they name, and what came of it.

A wrong event, its declaration and its corrective event are of one submitter; the first two share an eventID. A certificate can be
superseded only by one of a later place of the same member, so that is part of what makes a correction due.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, select, tuple_, update

from gateway.store.errors import StateMoved
from gateway.store.tables import batches, certificates, corrections, events

_WRONG = events.alias("wrong")
_RIGHT = events.alias("corrective")


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate as far as a correction needs it: number and place."""

    number: str
    seq: int
    index: int


@dataclass(frozen=True, slots=True)
class Due:
    """A correction whose two certificates are issued: `wrong` is to be superseded by `right`."""

    declaration: int
    wrong: Issued
    right: Issued


@dataclass(frozen=True, slots=True)
class Named:
    """One corrective event that was named for a wrong one. `act_id` is the superseding act, once it was asked for."""

    corrective_id: str
    act_id: int | None


def declare(
    tx: Connection, declaration: int, *, member: str, submitter: str, wrong_id: str, corrective_ids: Sequence[str]
) -> None:
    """Stores what the event of row `declaration` declares, in the transaction that stores the event."""
    rows = [
        {"declaration": declaration, "position": position, "member": member, "submitter": submitter, "wrong_id": wrong_id,
         "corrective_id": corrective_id}
        for position, corrective_id in enumerate(corrective_ids)
    ]  # fmt: skip
    if rows:
        tx.execute(insert(corrections), rows)


def due(tx: Connection, member: str, *, limit: int, after: int = 0) -> list[Due]:
    """The member's corrections that can be asked for now, one a declaration: of several corrective events the first named.

    In the order of their declarations, from the one after row `after`.
    """
    wrong, right = certificates.alias(), certificates.alias()
    wrong_batch, right_batch = batches.alias(), batches.alias()
    columns = (
        corrections.c.declaration,
        *(wrong.c.number, wrong_batch.c.seq, wrong.c.leaf_index),
        *(right.c.number, right_batch.c.seq, right.c.leaf_index),
    )
    query = (
        _open_corrections(member, *columns)
        .join(wrong, wrong.c.event == _WRONG.c.id)
        .join(right, right.c.event == _RIGHT.c.id)
        .join(wrong_batch, wrong_batch.c.id == wrong.c.batch_id)
        .join(right_batch, right_batch.c.id == right.c.batch_id)
        .where(
            corrections.c.declaration > after,
            tuple_(right_batch.c.seq, right.c.leaf_index) > tuple_(wrong_batch.c.seq, wrong.c.leaf_index),
        )
        .order_by(corrections.c.declaration, corrections.c.position)
        .limit(limit)
    )
    found: dict[int, Due] = {}
    for row in tx.execute(query):
        found.setdefault(row[0], Due(row[0], Issued(*row[1:4]), Issued(*row[4:7])))
    return list(found.values())


def settle(tx: Connection, declaration: int, act_id: int) -> None:
    """Notes the act that was asked for on the ground of this declaration. Raises `StateMoved` when there was one."""
    noted = tx.execute(
        update(corrections).where(corrections.c.declaration == declaration, corrections.c.act_id.is_(None)).values(act_id=act_id)
    )
    if noted.rowcount == 0:
        raise StateMoved("store.correction.state", str(declaration))


def pairs(tx: Connection, member: str, row_ids: Collection[int]) -> list[tuple[str, int, int]]:
    """(submitter, wrong, corrective) of the declared pairs whose both events (row ids) are among `row_ids`, in a fixed order."""
    wanted = set(row_ids)
    query = (
        _open_corrections(member, _WRONG.c.submitter, _WRONG.c.id, _RIGHT.c.id)
        .where(*(func.coalesce(event.c.state, "") == "open" for event in (_WRONG, _RIGHT)))
        .order_by(_WRONG.c.id, _RIGHT.c.id)
        .distinct()
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query) if row[1] in wanted and row[2] in wanted]


def named_for(tx: Connection, submitter: str, wrong_id: str) -> list[Named]:
    """The corrective events that the submitter named for an eventID, the oldest declaration first."""
    query = (
        select(corrections.c.corrective_id, corrections.c.act_id)
        .where(corrections.c.submitter == submitter, corrections.c.wrong_id == wrong_id)
        .order_by(corrections.c.declaration, corrections.c.position)
    )
    return [Named(*row) for row in tx.execute(query)]


def declared_wrong(tx: Connection, row_ids: Collection[int]) -> dict[int, bool]:
    """Which of these events (row ids) their submitters declared wrong, and whether that named a corrective event."""
    wanted, found = sorted(set(row_ids)), dict[int, bool]()
    declaration = events.alias("declaration")
    same = and_(
        declaration.c.event_id == _WRONG.c.event_id, declaration.c.submitter == _WRONG.c.submitter, declaration.c.declares == 1
    )
    query = (
        select(_WRONG.c.id, corrections.c.corrective_id)
        .join(declaration, same)
        .outerjoin(corrections, corrections.c.declaration == declaration.c.id)
        .where(_WRONG.c.declares == 0)
    )
    for start in range(0, len(wanted), 500):  # SQLite's parameter limit was 999
        for row_id, corrective_id in tx.execute(query.where(_WRONG.c.id.in_(wanted[start : start + 500]))):
            found[row_id] = found.get(row_id, False) or corrective_id is not None
    return found


def _open_corrections(member: str, *columns: Any) -> Select[Any]:
    """Corrections not asked for, with their wrong and corrective events: one submitter, one member, and no declarations;
    the wrong one came first.

    Events are looked up by eventID and in no other way (coalesce keeps other indexes out): by member and state a planner would
    pair every open event with every other.
    """
    are_events = [
        and_(
            func.coalesce(event.c.submitter, "") == corrections.c.submitter,
            func.coalesce(event.c.member, "") == corrections.c.member,
            event.c.event_id == event_id,
            event.c.declares == 0,
        )
        for event, event_id in ((_WRONG, corrections.c.wrong_id), (_RIGHT, corrections.c.corrective_id))
    ]
    return (
        select(*columns)
        .select_from(corrections)
        .join(_WRONG, and_(are_events[0], func.coalesce(_WRONG.c.id, 0) < corrections.c.declaration))
        .join(_RIGHT, are_events[1])
        .where(corrections.c.member == member, corrections.c.act_id.is_(None))
    )
