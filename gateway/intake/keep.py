"""
Keeping one checked event, inside the transaction that lets its sender be answered.

The same content from the same submitter is the same row (`known`); the same eventID with other content is a conflict unless it
declares an error. What only the store can judge is judged here, and everything that is kept beside an event is kept here.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from certs.canonical import canonical
from gateway.errors import Fault
from gateway.intake.checks import Facts
from gateway.intake.epcis import Document
from gateway.intake.records import Intake, make_record
from gateway.store.corrections import declare
from gateway.store.events import NewEvent, by_content, by_event_id, insert_event

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


def keep_event(
    tx: Connection, intake: Intake, document: Document, index: int, facts: Facts, arrival: Arrival
) -> Stored | list[Fault]:
    event = document.events[index]
    content = hashlib.sha256(canonical(event)).digest()
    event_id = facts.event_id or _assigned_id(facts.submitter, content)
    warnings = (*facts.warnings, *(() if facts.codes else (Fault(NO_CODES, document.pointer(index)),)))
    known = by_content(tx, facts.submitter, content)
    if known is not None:
        return Stored(KNOWN, known.row_id, warnings)
    if _conflicts(tx, event, event_id, facts.submitter):
        return [Fault("event.id_conflict", f"{document.pointer(index)}/eventID")]
    new = NewEvent(
        event_id=event_id, member=facts.member, submitter=facts.submitter, capture_id=arrival.id, received_at=arrival.now,
        content_sha256=content, record=make_record(event, facts, document, intake), scope=facts.scope,
        state="open" if facts.codes else "kept", declares="errorDeclaration" in event,
    )  # fmt: skip
    row_id = insert_event(tx, new)
    corrective_ids = event.get("errorDeclaration", {}).get("correctiveEventIDs", [])
    declare(
        tx, row_id, member=facts.member, submitter=facts.submitter, wrong_id=event_id,
        corrective_ids=list(dict.fromkeys(corrective_ids)),
    )  # fmt: skip
    return Stored(ACCEPTED, row_id, warnings)


def _conflicts(tx: Connection, event: dict[str, Any], event_id: str, submitter: str) -> bool:
    """Whether a submitter already said something else under this eventID, and neither statement declares an error."""
    if "errorDeclaration" in event:
        return False
    return any(not other.declares for other in by_event_id(tx, event_id, submitter=submitter))


def _assigned_id(submitter: str, content_sha256: bytes) -> str:
    """The eventID of an event that came without one: the same for the same content of the same submitter."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:shisu:event:{submitter}:{content_sha256.hex()}')}"
