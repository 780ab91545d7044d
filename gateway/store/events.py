"""
Accepted events: written in the transaction that lets their sender be answered, and read back by eventID, content or place.

An event is one row a submitter and a content, whoever sends it how often. How far it has come is its batch's state.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, insert, select

from certs.canonical import canonical
from certs.record import Record, leaf_hash, tier_digest
from certs.suites import hash_function
from gateway.store.tables import batches, certificates, events

# Statements are made once: a document may have thousands of events, and making one takes longer than running it.
_STATES: Final = (
    select(
        events.c.id, events.c.event_id, events.c.submitter, events.c.member, events.c.received_at,
        func.coalesce(batches.c.state, events.c.state), certificates.c.number,
        events.c.suite, events.c.public_salt, events.c.public_body, events.c.declares == 1,
    )
    .select_from(events)
    .outerjoin(batches, events.c.batch_id == batches.c.id)
    .outerjoin(certificates, certificates.c.event == events.c.id)
    .order_by(events.c.id)
)  # fmt: skip
_OF_SUBMITTER: Final = events.c.submitter == bindparam("submitter")
_BY_CONTENT: Final = _STATES.where(_OF_SUBMITTER, events.c.content_sha256 == bindparam("content"))
_BY_EVENT_ID: Final = _STATES.where(events.c.event_id == bindparam("event_id"))
_BY_EVENT_ID_OF: Final = _BY_EVENT_ID.where(_OF_SUBMITTER)
_BY_ROWS: Final = _STATES.where(events.c.id.in_(bindparam("rows", expanding=True)))
_BY_PLACE: Final = _STATES.where(
    batches.c.member == bindparam("member"), batches.c.seq == bindparam("seq"), events.c.leaf_index == bindparam("index")
)
_INSERT: Final = insert(events).returning(events.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event about to be stored. `scope` is the uint64 of its class and stage bit, `received_at` seconds since 1970."""

    event_id: str
    member: str
    submitter: str
    capture_id: str
    received_at: int
    content_sha256: bytes
    record: Record
    scope: int
    state: str  # open, or kept: durable and not anchored
    declares: bool = False  # that the event of the same eventID is wrong


@dataclass(frozen=True, slots=True)
class EventState:
    """How far a stored event has come: `state` is open, kept, or its batch's; `number` is None until a certificate is issued."""

    row_id: int
    event_id: str
    submitter: str
    member: str
    received_at: int
    state: str
    number: str | None
    suite: int
    public_salt: bytes
    public_body: bytes
    declares: bool


def insert_event(tx: Connection, event: NewEvent) -> int:
    """Stores an event and returns its row id; (submitter, content) must be new."""
    record, h = event.record, hash_function(event.record.suite)
    public, bureaus, submitter = (canonical(tier.body) for tier in (record.public, record.bureaus, record.submitter))
    digests = (
        tier_digest(record.public.salt, public, h), tier_digest(record.bureaus.salt, bureaus, h),
        tier_digest(record.submitter.salt, submitter, h),
    )  # fmt: skip
    values = {
        "event_id": event.event_id, "member": event.member, "submitter": event.submitter, "capture_id": event.capture_id,
        "received_at": event.received_at, "content_sha256": event.content_sha256, "suite": record.suite,
        "public_salt": record.public.salt, "public_body": public, "bureaus_salt": record.bureaus.salt, "bureaus_body": bureaus,
        "submitter_salt": record.submitter.salt, "submitter_body": submitter, "leaf": leaf_hash(digests, h),
        "scope": event.scope.to_bytes(8, "big"), "state": event.state, "declares": int(event.declares),
    }  # fmt: skip
    return int(tx.execute(_INSERT, values).scalar_one())


def by_content(tx: Connection, submitter: str, content_sha256: bytes) -> EventState | None:
    """The event with exactly this content from this submitter, or None."""
    found = _run(tx, _BY_CONTENT, {"submitter": submitter, "content": content_sha256})
    return found[0] if found else None


def by_event_id(tx: Connection, event_id: str, *, submitter: str | None = None) -> list[EventState]:
    """Every stored event with this eventID, oldest first: a wrong event and its error declaration share one."""
    if submitter is None:
        return _run(tx, _BY_EVENT_ID, {"event_id": event_id})
    return _run(tx, _BY_EVENT_ID_OF, {"event_id": event_id, "submitter": submitter})


def by_rows(tx: Connection, row_ids: Collection[int]) -> dict[int, EventState]:
    """Events by their row ids."""
    ids = list(row_ids)
    chunks = [ids[start : start + 500] for start in range(0, len(ids), 500)]  # SQLite's parameter limit is 999 in old builds
    return {state.row_id: state for chunk in chunks for state in _run(tx, _BY_ROWS, {"rows": chunk})}


def by_place(tx: Connection, member: str, seq: int, index: int) -> EventState | None:
    """The event at a leaf index of a member's batch, issued or not."""
    found = _run(tx, _BY_PLACE, {"member": member, "seq": seq, "index": index})
    return found[0] if found else None


def _run(tx: Connection, query: Select[Any], values: Mapping[str, Any]) -> list[EventState]:
    return [EventState(*tuple(row)) for row in tx.execute(query, values)]
