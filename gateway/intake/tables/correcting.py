"""
Corrections by table (更正): a row whose cell 更正原事件 names a recorded event takes that event's place.

The new event and the error declaration of the old one are one document and one transaction, the declaration first: it frees the
papers and codes that both use. A slip is corrected whole: rows that were left out would be lost without anybody saying so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from certs.canonical import parse
from certs.times import format_time
from gateway.intake.context import general_profile
from gateway.intake.hash_id import event_hash_id
from gateway.intake.tiers import union_of
from gateway.store.corrections import named_for
from gateway.store.event_index import bodies_of
from gateway.store.events import by_event_id
from gateway.store.imports import RecordedRow, count_rows

WRONG_DATA: Final = "incorrect_data"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A recorded event that is to be corrected: its row, the @context it came under, what it says, and how many rows made it."""

    row_id: int
    event_id: str
    context: Any
    event: dict[str, Any]
    rows: int
    is_declared: bool
    corrected_by: frozenset[str]  # eventIDs that its declarations name


def find_wrong(tx: Connection, submitter: str, event_id: str) -> Wrong | None:
    """The submitter's event of this eventID, if the catalogue judged it: none other can be declared wrong."""
    found = by_event_id(tx, event_id, submitter=submitter)
    row_id = next((state.row_id for state in found if not state.declares), None)
    if row_id is None:
        return None
    bodies = bodies_of(tx, [row_id])[row_id]
    public = parse(bodies.public)
    if general_profile(public["context"], submitter) is not None:
        return None
    event = union_of(public["event"], *(parse(tier)["event"] for tier in (bodies.bureaus, bodies.submitter_own)))
    named = frozenset(entry.corrective_id for entry in named_for(tx, submitter, event_id))
    rows = count_rows(tx, submitter, row_id)
    return Wrong(row_id, event_id, public["context"], event, rows, any(state.declares for state in found), named)


def declaration(wrong: Wrong, corrective_id: str, *, now: int) -> dict[str, Any]:
    """The wrong event again, every field as it was, declared wrong and corrected. `now` in seconds since 1970."""
    declared = {"declarationTime": format_time(now), "reason": WRONG_DATA, "correctiveEventIDs": [corrective_id]}
    return {**wrong.event, "eventID": wrong.event_id, "errorDeclaration": declared}


def stored_id(event: Mapping[str, Any], context: Any) -> str:
    """The eventID that an event of a document is stored under: its own, or its hash id under the document's @context."""
    return str(event.get("eventID") or event_hash_id(event, context))


def was_declared_wrong(tx: Connection, submitter: str, event_id: str) -> bool:
    """Whether the submitter declared an event of this eventID wrong: what it says cannot be valid again."""
    return any(state.declares for state in by_event_id(tx, event_id, submitter=submitter))


def correction_fault(
    wrong: Wrong, corrective_id: str, uniques: Sequence[bytes], recorded: Mapping[bytes, RecordedRow], *, rows: int
) -> str:
    """The code of what forbids the correction, "" for nothing. `rows` make the corrective event, which is not known yet."""
    if corrective_id == wrong.event_id:
        return "table.corrects_same"
    if wrong.is_declared:
        return "table.corrects_again" if wrong.corrected_by else "table.corrects_withdrawn"
    if rows < wrong.rows:
        return "table.corrects_part"
    if any(unique in recorded and recorded[unique].event != wrong.row_id for unique in uniques):
        return "table.row_recorded"
    return ""
