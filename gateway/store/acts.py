"""
Acts (上链操作): requested contract calls, each a status change or a vote, from the asking to the endorsed block.

An act is asked for in one transaction and never changed but in its state, by compare-and-set, as batches are. Acts of one
subject go one after the other; the same ask, while the newest act of its subject is that very ask and not settled, is that act.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, insert, or_, select, update

from gateway.store.errors import StateMoved
from gateway.store.tables import acts

STATUS: Final = "status"
VOTE: Final = "vote"
REGISTRY: Final = "registry"
CONSORTIUM: Final = "consortium"
UNSETTLED: Final = ("queued", "signed", "included")
_ON_ITS_WAY: Final = ("queued", "signed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks a member's signer to do.

    `subject` is what the call is about, `content` what is asked for in our words (JCS text), `successor` the number of the
    certificate that takes the place of a superseded one.
    """

    member: str
    kind: str
    subject: str
    target: str
    data: bytes
    content: str
    successor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A stored act. The transaction and block are set while it is included or final; `refusal` names the contract's error.

    `transaction_hash` stays None when the effect was found on the chain without a transaction of ours. `proposal` is the number
    that a proposing act was given; `final_at` is when it was final for the first time.
    """

    id: int
    member: str
    kind: str
    subject: str
    target: str
    data: bytes
    asked: str
    asked_by: str
    asked_at: int
    successor: str | None
    state: str
    changed_at: int
    refusal: str | None
    proposal: int | None
    transaction_hash: bytes | None
    block_number: int | None
    block_hash: bytes | None
    final_at: int | None


def ask(tx: Connection, asked: Asked, *, by: str, now: int) -> Act:
    """The queued act for this ask, or the one that is on its way for the same."""
    newest = newest_of(tx, asked.member, asked.subject)
    if newest is not None and newest.state in UNSETTLED and newest.asked == asked.content and newest.data == asked.data:
        return newest
    values = {
        "member": asked.member, "kind": asked.kind, "subject": asked.subject, "target": asked.target, "data": asked.data,
        "asked": asked.content, "asked_by": by, "asked_at": now, "successor": asked.successor, "state": "queued",
        "changed_at": now,
    }  # fmt: skip
    return _act(tx.execute(insert(acts).values(values).returning(acts)).one())


def newest_of(tx: Connection, member: str, subject: str) -> Act | None:
    """The member's newest act of a subject, whatever became of it, or None."""
    query = select(acts).where(acts.c.member == member, acts.c.subject == subject).order_by(acts.c.id.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else _act(row)


def find(tx: Connection, act_id: int) -> Act | None:
    """The act of this id, or None."""
    row = tx.execute(select(acts).where(acts.c.id == act_id)).one_or_none()
    return None if row is None else _act(row)


def in_states(tx: Connection, member: str, *states: str, limit: int) -> list[Act]:
    """The member's acts in one of these states, the oldest first."""
    query = select(acts).where(acts.c.member == member, acts.c.state.in_(states)).order_by(acts.c.id).limit(limit)
    return [_act(row) for row in tx.execute(query)]


def ready(tx: Connection, member: str, *, limit: int) -> list[Act]:
    """The member's queued acts whose turn has come: no older act of their subject is still on its way.

    Nor is a newer one signed: a rewind can take the older of two statuses for good and leave the newer, which the older must
    not undo. It waits for the newer one, and is `overtaken` once that is final.
    """
    older = acts.alias()
    waits = exists().where(
        older.c.member == acts.c.member,
        older.c.subject == acts.c.subject,
        older.c.id < acts.c.id,
        older.c.state.in_(_ON_ITS_WAY),
    )
    late = _has_newer_status("signed", "included", "final")
    query = select(acts).where(acts.c.member == member, acts.c.state == "queued", ~waits, ~late).order_by(acts.c.id).limit(limit)
    return [_act(row) for row in tx.execute(query)]


def overtaken(tx: Connection, member: str, *, limit: int) -> list[Act]:
    """The member's queued statuses that would undo a newer one of their subject that is final."""
    query = select(acts).where(acts.c.member == member, acts.c.state == "queued", _has_newer_status("final"))
    return [_act(row) for row in tx.execute(query.order_by(acts.c.id).limit(limit))]


def _has_newer_status(*states: str) -> ColumnElement[bool]:
    """The condition that an act is a status, and a newer one of its subject is in one of these states."""
    newer = acts.alias()
    return and_(
        acts.c.kind == STATUS,
        exists().where(
            newer.c.member == acts.c.member, newer.c.subject == acts.c.subject, newer.c.id > acts.c.id, newer.c.state.in_(states)
        ),
    )


def newest_final(tx: Connection, member: str, *, limit: int) -> list[Act]:
    """The member's final acts, the highest block first."""
    query = select(acts).where(acts.c.member == member, acts.c.state == "final")
    return [_act(row) for row in tx.execute(query.order_by(acts.c.block_number.desc(), acts.c.id.desc()).limit(limit))]


def about_batch(tx: Connection, member: str, seq: int) -> list[int]:
    """The ids of the member's unsettled acts about a batch or one of its leaves."""
    about = or_(acts.c.subject == f"batch {seq}", acts.c.subject.startswith(f"leaf {seq} ", autoescape=True))
    query = select(acts.c.id).where(acts.c.member == member, acts.c.state.in_(UNSETTLED), about).order_by(acts.c.id)
    return list(tx.execute(query).scalars())


def move(tx: Connection, act_id: int, *, source: Collection[str], to: str, now: int, **columns: Any) -> None:
    """`source` → `to` with other columns; the compare-and-set of every arrow. Raises `StateMoved` (`store.act.state`).

    Becoming final the first time is remembered.
    """
    if to == "final":
        columns["final_at"] = func.coalesce(acts.c.final_at, now)
    moved = tx.execute(
        update(acts).where(acts.c.id == act_id, acts.c.state.in_(source)).values(state=to, changed_at=now, **columns)
    )
    if moved.rowcount != 1:
        raise StateMoved("store.act.state", str(act_id))


def final_count(tx: Connection) -> int:
    """How many acts are final: another number than before means that a status may have changed by this gateway's own hand."""
    return tx.execute(select(func.count()).select_from(acts).where(acts.c.state == "final")).scalar_one()


def any_rewound(tx: Connection) -> bool:
    """Whether an act that once was final is not final now, and no newer act of its subject is."""
    newer = acts.alias()
    replaced = exists().where(
        newer.c.member == acts.c.member,
        newer.c.subject == acts.c.subject,
        newer.c.id > acts.c.id,
        newer.c.state == "final",
    )
    query = select(acts.c.id).where(acts.c.final_at.is_not(None), acts.c.state != "final", ~replaced).limit(1)
    return tx.execute(query).first() is not None


def successor_of(tx: Connection, member: str, subject: str) -> str | None:
    """The number that the newest final act of a leaf names as its successor, or None."""
    query = (
        select(acts.c.successor)
        .where(acts.c.member == member, acts.c.subject == subject, acts.c.state == "final")
        .order_by(acts.c.id.desc())
        .limit(1)
    )
    return tx.execute(query).scalar_one_or_none()


def superseded_by(tx: Connection, number: str) -> list[str]:
    """The numbers of the certificates in whose place this one stands, by their newest final acts."""
    newer = acts.alias()
    changed = exists().where(
        and_(newer.c.member == acts.c.member, newer.c.subject == acts.c.subject, newer.c.id > acts.c.id, newer.c.state == "final")
    )
    query = select(acts.c.asked).where(acts.c.successor == number, acts.c.state == "final", ~changed).order_by(acts.c.id)
    return [json.loads(text)["number"] for text in tx.execute(query).scalars()]


def _act(row: Row[Any]) -> Act:
    return Act(**row._mapping)
