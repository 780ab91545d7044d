"""
Acceptance: checked events become records, and are durable before their sender is answered.

One database transaction a request: the capture row and every event row, or nothing. Salts are drawn while an event is kept, from
the source that is passed in.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.auth import submits_for
from gateway.errors import Fault, Refused
from gateway.intake.checks import Facts, Rules, check_event
from gateway.intake.epcis import Document
from gateway.intake.keep import Arrival, Stored, keep_event
from gateway.intake.records import Intake
from gateway.store.captures import Capture, finish_capture, open_capture
from gateway.store.database import Database
from gateway.store.enterprises import members_of
from gateway.store.keys import StoredKey

ROLLBACK: Final = "rollback"
PROCEED: Final = "proceed"
REFUSED: Final = "refused"


def take(db: Database, intake: Intake, document: Document, *, key: StoredKey, behaviour: str) -> Capture:
    """Checks and stores the events of a document, and returns the capture job.

    With `rollback` one fault refuses everything; with `proceed` good events are taken. Raises `Refused` when nothing is taken.
    """
    now = intake.now()
    checked = _check(db, intake, document, key, now)
    _refuse_if_hopeless(checked, behaviour)
    arrival = Arrival(intake.random(16).hex(), document.sha256, now)
    capture = Capture(
        id=arrival.id, owner=key.owner, document_sha256=document.sha256, error_behaviour=behaviour,
        created_at=now, finished_at=now, result=[],
    )  # fmt: skip
    with db.write() as tx:
        open_capture(tx, capture)
        settled = [
            found if isinstance(found, list) else keep_event(tx, intake, document, i, found, arrival)
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


def _outcome(index: int, found: Stored | list[Fault]) -> dict[str, Any]:
    if isinstance(found, list):
        return {"index": index, "outcome": REFUSED, "errors": [fault.to_json() for fault in found]}
    warnings = [warning.to_json() for warning in found.warnings]
    return {"index": index, "outcome": found.outcome, "row": found.row_id, "warnings": warnings}
