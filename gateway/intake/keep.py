"""
Keeping one checked event, inside the transaction that lets its sender be answered.

The same content from the same submitter is the same row (`known`); the same eventID with other content is a conflict unless it
declares an error. What only the store can judge is judged here, and everything that is kept beside an event is kept here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from gateway.errors import Fault
from gateway.intake.balance import balance_faults, balance_warnings, note_amounts
from gateway.intake.behalf import behalf_warnings
from gateway.intake.checks import Facts
from gateway.intake.context import general_profile
from gateway.intake.declared import declaration_faults
from gateway.intake.epcis import Document
from gateway.intake.hash_id import event_hash_id
from gateway.intake.index import index_event
from gateway.intake.items import keep_goods, lot_warnings, name_goods
from gateway.intake.records import Intake, make_record
from gateway.intake.reuse import note_uses, reuse_faults, reuse_warnings
from gateway.store.corrections import declare
from gateway.store.events import EventState, NewEvent, by_content, by_event_id, insert_event

ACCEPTED: Final = "accepted"
KNOWN: Final = "known"
NO_CODES: Final = "event.codes.none"  # a warning: durable, not anchored


@dataclass(frozen=True, slots=True)
class Arrival:
    """One capture while it is being written."""

    id: str
    sha256: bytes
    now: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An event that is in the store now, or was before."""

    outcome: str
    row_id: int
    warnings: tuple[Fault, ...]
    declares: bool = False  # newly, that the event of the same eventID is wrong


def keep_event(
    tx: Connection, intake: Intake, document: Document, index: int, facts: Facts, arrival: Arrival
) -> Stored | list[Fault]:
    """Stores a checked event with all that is kept beside it, finds that it is known, or says why it cannot be kept."""
    event, at = document.events[index], document.pointer(index)
    known = by_content(tx, facts.submitter, facts.content_sha256)
    if known is not None:
        warnings = (*_warnings(facts, at, anchored=known.state != "kept"), *_wrong_since(tx, known, at))
        return Stored(KNOWN, known.row_id, warnings)
    event_id = facts.event_id or event_hash_id(event, document.context)
    same_id = by_event_id(tx, event_id, submitter=facts.submitter)
    is_general = general_profile(document.context, facts.submitter) is not None
    faults = _stored_faults(tx, event, facts, same_id, at, is_general=is_general) or balance_faults(
        tx, facts, at, intake.catalogue.bounds
    )
    if faults:
        return faults
    goods = name_goods(tx, intake, event, facts.submitter, at)
    if isinstance(goods, list):
        return goods
    new = NewEvent(
        event_id=event_id, member=facts.member, submitter=facts.submitter, capture_id=arrival.id, received_at=arrival.now,
        content_sha256=facts.content_sha256, record=make_record(event, facts, document, intake, goods), scope=facts.scope,
        state="open" if goods.codes else "kept", declares="errorDeclaration" in event,
    )  # fmt: skip
    row_id = insert_event(tx, new)
    index_event(
        tx, row_id, event, codes=goods.codes, hosts=intake.hosts, submitter=facts.submitter, received_at=arrival.now
    )  # fmt: skip
    wrong = [other.row_id for other in same_id] if new.declares else []
    disputed = list(lot_warnings(tx, goods, at))
    keep_goods(tx, row_id, goods, submitter=facts.submitter, gives_lots=facts.gives_lots, wrong=wrong)
    note_uses(tx, row_id, facts)
    note_amounts(tx, row_id, facts)
    warnings = (*_warnings(facts, at, anchored=bool(goods.codes)), *disputed, *_stored_warnings(tx, event, facts, at, intake))
    if new.declares:
        warnings = (*warnings, *_declare(tx, row_id, event, new, same_id, at))
    return Stored(ACCEPTED, row_id, warnings, new.declares)


def _declare(
    tx: Connection, row_id: int, event: dict[str, Any], new: NewEvent, same_id: Sequence[EventState], at: str
) -> Iterator[Fault]:
    """Stores what a declaration names; `event.declares_nothing` where what it declares wrong was never sent."""
    corrective_ids = event["errorDeclaration"].get("correctiveEventIDs", [])
    declare(
        tx, row_id, member=new.member, submitter=new.submitter, wrong_id=new.event_id,
        corrective_ids=list(dict.fromkeys(corrective_ids)),
    )  # fmt: skip
    if all(other.declares for other in same_id):
        yield Fault("event.declares_nothing", f"{at}/errorDeclaration")


def _stored_faults(
    tx: Connection, event: dict[str, Any], facts: Facts, same_id: Sequence[EventState], at: str, *, is_general: bool
) -> list[Fault]:
    """What is wrong beside what is stored: `same_id` are the submitter's events of this eventID."""
    if "errorDeclaration" in event:
        return declaration_faults(tx, event, same_id, at, is_general=is_general)
    if same_id:  # an eventID that only declarations have was called wrong before it said anything: it would never count
        is_used = any(not other.declares for other in same_id)
        return [Fault("event.id_conflict" if is_used else "event.declared_before", f"{at}/eventID")]
    return reuse_faults(tx, facts, at)


def _wrong_since(tx: Connection, known: EventState, at: str) -> Iterator[Fault]:
    """`event.declared_wrong` where a stored event, that is sent again, was declared wrong by its submitter."""
    same_id = () if known.declares else by_event_id(tx, known.event_id, submitter=known.submitter)
    if any(other.declares and other.row_id > known.row_id for other in same_id):
        yield Fault("event.declared_wrong", at)


def _stored_warnings(tx: Connection, event: dict[str, Any], facts: Facts, at: str, intake: Intake) -> Iterator[Fault]:
    """What is worth a warning beside what is stored, this event included."""
    yield from behalf_warnings(tx, event, at)
    yield from reuse_warnings(tx, facts, at)
    yield from balance_warnings(tx, facts, at, intake.catalogue.bounds)


def _warnings(facts: Facts, at: str, *, anchored: bool) -> tuple[Fault, ...]:
    return facts.warnings if anchored else (*facts.warnings, Fault(NO_CODES, at))
