"""
Acceptance: checked events become records, and are durable before their sender is answered.

One database transaction a request: the capture row and every event row, or nothing. The same content from the same submitter is
the same row (`known`); the same eventID with other content is a conflict unless it declares an error. Salts are drawn here, one
a tier, from the source that is passed in.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from certs.canonical import canonical
from certs.record import SALT_BYTES, Record, Tier
from gateway.auth import submits_for
from gateway.catalogue.tables import Catalogue
from gateway.errors import Fault, Refused
from gateway.intake.checks import Facts, Rules, check_event
from gateway.intake.epcis import Document
from gateway.intake.members import Member
from gateway.intake.tiers import split_event
from gateway.store.captures import Capture, finish_capture, open_capture
from gateway.store.corrections import declare
from gateway.store.database import Database
from gateway.store.enterprises import members_of
from gateway.store.events import NewEvent, by_content, by_event_id, insert_event
from gateway.store.keys import StoredKey

ROLLBACK: Final = "rollback"
PROCEED: Final = "proceed"
ACCEPTED: Final = "accepted"
KNOWN: Final = "known"
REFUSED: Final = "refused"
NO_CODES: Final = "event.codes.none"  # a warning: durable, not anchored


@dataclass(frozen=True, slots=True)
class Intake:
    """What acceptance works with. `random` gives salts (`secrets.token_bytes`), `now` seconds since 1970."""

    catalogue: Catalogue
    members: Mapping[str, Member]
    hosts: frozenset[str]
    suite: int
    future_s: int
    now: Callable[[], int]
    random: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One capture while it is being written."""

    id: str
    sha256: bytes
    now: int


@dataclass(frozen=True, slots=True)
class _Stored:
    """An event that is in the store now, or was before."""

    outcome: str
    row_id: int
    warnings: tuple[Fault, ...]


def take(db: Database, intake: Intake, document: Document, *, key: StoredKey, behaviour: str) -> Capture:
    """Checks and stores the events of a document, and returns the capture job.

    With `rollback` one fault refuses everything; with `proceed` good events are taken. Raises `Refused` when nothing is taken.
    """
    now = intake.now()
    checked = _check(db, intake, document, key, now)
    _refuse_if_hopeless(checked, behaviour)
    arrival = _Arrival(intake.random(16).hex(), document.sha256, now)
    capture = Capture(
        id=arrival.id, owner=key.owner, document_sha256=document.sha256, error_behaviour=behaviour,
        created_at=now, finished_at=now, result=[],
    )  # fmt: skip
    with db.write() as tx:
        open_capture(tx, capture)
        settled = [
            found if isinstance(found, list) else _store(tx, intake, document, i, found, arrival)
            for i, found in enumerate(checked)
        ]
        _refuse_if_hopeless(settled, behaviour)  # leaves the block by an exception: nothing of it stays
        capture.result.extend(_outcome(i, found) for i, found in enumerate(settled))
        finish_capture(tx, arrival.id, capture.result)
    return capture


def _check(db: Database, intake: Intake, document: Document, key: StoredKey, now: int) -> list[Facts | list[Fault]]:
    may_submit_for = submits_for(key)
    with db.read() as tx:
        enterprises = members_of(tx, may_submit_for)
    rules = Rules(
        catalogue=intake.catalogue, members=intake.members, enterprises=enterprises, may_submit_for=may_submit_for,
        hosts=intake.hosts, now=now, future_s=intake.future_s,
    )  # fmt: skip
    return [check_event(event, document.pointer(i), rules) for i, event in enumerate(document.events)]


def _refuse_if_hopeless(found: list[Any], behaviour: str) -> None:
    faults = [fault for entry in found if isinstance(entry, list) for fault in entry]
    good = sum(1 for entry in found if not isinstance(entry, list))
    if faults and (behaviour == ROLLBACK or not good):
        raise Refused("document.refused", faults)


def _store(
    tx: Connection, intake: Intake, document: Document, index: int, facts: Facts, arrival: _Arrival
) -> _Stored | list[Fault]:
    event = document.events[index]
    content = hashlib.sha256(canonical(event)).digest()
    event_id = facts.event_id or _assigned_id(facts.submitter, content)
    warnings = (*facts.warnings, *(() if facts.codes else (Fault(NO_CODES, document.pointer(index)),)))
    known = by_content(tx, facts.submitter, content)
    if known is not None:
        return _Stored(KNOWN, known.row_id, warnings)
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
    return _Stored(ACCEPTED, row_id, warnings)


def make_record(event: dict[str, Any], facts: Facts, document: Document, intake: Intake) -> Record:
    """The record of a checked event: its three bodies, each with a fresh salt (PROTOCOL.md §3)."""
    parts = split_event(event, intake.catalogue.tiers)
    public: dict[str, Any] = {
        "member": facts.member, "submitter": facts.submitter, "class": facts.class_, "stage": facts.stage,
        "category": event["cn:category"], "type": event["type"], "time": event["eventTime"],
        "codes": list(facts.codes), "context": document.context, "event": parts.public,
    }  # fmt: skip
    documents = cited_documents(event, intake.catalogue)
    if documents:
        public["documents"] = documents
    submitter = {"event": parts.submitter, "sha256": "0x" + document.sha256.hex()}
    bodies = (public, {"event": parts.bureaus}, submitter)
    return Record(intake.suite, *(Tier(intake.random(SALT_BYTES), body) for body in bodies))


def cited_documents(event: dict[str, Any], catalogue: Catalogue) -> list[str]:
    """The kinds of documents an event cites, sorted; never a number, and never a kind the catalogue does not list."""
    kinds = {term for term in catalogue.document_terms if event.get(f"cn:{term}")}
    listed = event.get("bizTransactionList")
    for entry in listed if isinstance(listed, list) else []:
        kind = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(kind, str) and kind in catalogue.transaction_types:
            kinds.add(kind)
    return sorted(kinds)


def _conflicts(tx: Connection, event: dict[str, Any], event_id: str, submitter: str) -> bool:
    """Whether a submitter already said something else under this eventID, and neither statement declares an error."""
    if "errorDeclaration" in event:
        return False
    return any(not other.declares for other in by_event_id(tx, event_id, submitter=submitter))


def _assigned_id(submitter: str, content_sha256: bytes) -> str:
    """The eventID of an event that came without one: the same for the same content of the same submitter."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:shisu:event:{submitter}:{content_sha256.hex()}')}"


def _outcome(index: int, found: _Stored | list[Fault]) -> dict[str, Any]:
    if isinstance(found, list):
        return {"index": index, "outcome": REFUSED, "errors": [fault.to_json() for fault in found]}
    warnings = [warning.to_json() for warning in found.warnings]
    return {"index": index, "outcome": found.outcome, "row": found.row_id, "warnings": warnings}
