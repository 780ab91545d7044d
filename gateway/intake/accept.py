"""
Acceptance: checked events become records, and are durable before their sender is answered.

One database transaction a request: the capture row and every event row, or nothing. Events are gone through twice, first checked,
all of them, then kept, and of a large document none is held in between. Nor are all its faults: `MAX_FAULTS`, then one of each
code for an event, and how many there were. Salts are drawn while an event is kept, from the source that is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.auth import submits_for
from gateway.errors import Fault, Refused
from gateway.intake.checks import Facts, Rules, check_event
from gateway.intake.context import general_profile
from gateway.intake.epcis import Document
from gateway.intake.hash_id import hash_id_faults
from gateway.intake.keep import Arrival, Stored, keep_event
from gateway.intake.records import Intake
from gateway.intake.tally import Tally, counting_unreadable
from gateway.problems import MAX_FAULTS
from gateway.store.captures import Capture, finish_capture, open_capture
from gateway.store.database import Database
from gateway.store.enterprises import registered
from gateway.store.keys import StoredKey

ROLLBACK: Final = "rollback"
PROCEED: Final = "proceed"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event is not taken: `count` faults, of which `faults` are kept, one of each code at least."""

    faults: tuple[Fault, ...]
    count: int


Checked = list[Facts | Refusal]
Settled = list[Stored | Refusal]


class _Hopeless(Refused):
    """Nothing of a document is taken: what was found of each event."""

    def __init__(self, found: Checked | Settled) -> None:
        refusals = [entry for entry in found if isinstance(entry, Refusal)]
        faults = [fault for entry in refusals for fault in entry.faults]
        super().__init__("document.refused", faults, count=sum(entry.count for entry in refusals))
        self.found = found


class _Room:
    """How many more faults of a document are kept."""

    def __init__(self) -> None:
        self._left = MAX_FAULTS

    def refusal(self, faults: list[Fault]) -> Refusal:
        kept = faults[: self._left]
        codes = {fault.code for fault in kept}
        for fault in faults[len(kept) :]:
            if fault.code not in codes:
                codes.add(fault.code)
                kept.append(fault)
        self._left = max(0, self._left - len(kept))
        return Refusal(tuple(kept), len(faults))


def take(
    db: Database, intake: Intake, document: Document, *, key: StoredKey, behaviour: str, rows: Sequence[int] | None = None
) -> Capture:
    """Checks and stores the events of a document, and returns the capture job.

    With `rollback` one fault refuses everything; with `proceed` good events are taken. Raises `Refused` when nothing is taken.
    `rows` says how many lines of a table each event was made of; what is refused of a table is counted where it is read.
    """
    now = intake.now()
    with counting_unreadable(db, key, now=now):
        checked = _check(db, intake, document, key, now)
    try:
        return _keep(db, intake, document, checked, key=key, behaviour=behaviour, now=now, rows=rows)
    except _Hopeless as refused:
        if rows is None:
            tally = _count_refused(Tally(key, now=now), document, checked, refused.found)
            with db.write() as tx:
                tally.write(tx)
        raise


def _keep(
    db: Database, intake: Intake, document: Document, checked: Checked,
    *, key: StoredKey, behaviour: str, now: int, rows: Sequence[int] | None,
) -> Capture:  # fmt: skip
    _refuse_if_hopeless(checked, behaviour)
    arrival = Arrival(intake.random(16).hex(), document.sha256, now)
    capture = Capture(
        id=arrival.id, owner=key.owner, document_sha256=document.sha256, error_behaviour=behaviour,
        created_at=now, finished_at=now, result=[],
    )  # fmt: skip
    room = _Room()
    with db.write() as tx:
        open_capture(tx, capture)
        settled: Settled = []
        for i, facts in enumerate(checked):
            found = facts if isinstance(facts, Refusal) else keep_event(tx, intake, document, i, facts, arrival)
            settled.append(room.refusal(found) if isinstance(found, list) else found)
        _refuse_if_hopeless(settled, behaviour)  # leaves the block by an exception: nothing of it stays
        capture.result.extend(_outcome(i, found) for i, found in enumerate(settled))
        finish_capture(tx, arrival.id, capture.result)
        _count_kept(Tally(key, now=now), document, checked, settled, rows).write(tx)
    return capture


def _count_kept(tally: Tally, document: Document, checked: Checked, settled: Settled, rows: Sequence[int] | None) -> Tally:
    for i, (facts, found) in enumerate(zip(checked, settled, strict=True)):
        if isinstance(facts, Facts) and isinstance(found, Stored):
            tally.take(facts.submitter, found, rows=1 if rows is None else rows[i])
        elif isinstance(found, Refusal) and rows is None:
            tally.refuse(_named(document.events[i]), [fault.code for fault in found.faults])
    return tally


def _count_refused(tally: Tally, document: Document, checked: Checked, found: Checked | Settled) -> Tally:
    for i, (facts, entry) in enumerate(zip(checked, found, strict=True)):
        if isinstance(entry, Refusal):
            tally.refuse(_named(document.events[i]), [fault.code for fault in entry.faults])
        elif isinstance(facts, Facts):
            tally.withhold(facts.submitter)
    return tally


def _named(event: Any) -> Any:
    """Whatever a faulty event says its submitter is."""
    return event.get("cn:uscc") if isinstance(event, dict) else None


def _check(db: Database, intake: Intake, document: Document, key: StoredKey, now: int) -> Checked:
    may_submit_for = submits_for(key)
    with db.read() as tx:
        enterprises = registered(tx, may_submit_for)
    rules = Rules(
        catalogue=intake.catalogue, members=intake.members, enterprises=enterprises, may_submit_for=may_submit_for,
        hosts=intake.hosts, now=now, future_s=intake.future_s, general=general_profile(document.context, key.owner),
        context=document.context,
    )  # fmt: skip
    room = _Room()
    return [_facts(event, document, i, rules, room) for i, event in enumerate(document.events)]


def _facts(event: Any, document: Document, index: int, rules: Rules, room: _Room) -> Facts | Refusal:
    at = document.pointer(index)
    found = check_event(event, at, rules)
    if isinstance(found, list):
        return room.refusal(found)
    return replace(found, warnings=(*found.warnings, *hash_id_faults(event, document.context, at)))


def _refuse_if_hopeless(found: Checked | Settled, behaviour: str) -> None:
    faulty = sum(1 for entry in found if isinstance(entry, Refusal))
    if faulty and (behaviour == ROLLBACK or faulty == len(found)):
        raise _Hopeless(found)


def _outcome(index: int, found: Stored | Refusal) -> dict[str, Any]:
    if isinstance(found, Refusal):
        more = {"errorCount": found.count} if found.count > len(found.faults) else {}
        return {"index": index, "outcome": REFUSED, **more, "errors": [fault.to_json() for fault in found.faults]}
    warnings = [warning.to_json() for warning in found.warnings]
    return {"index": index, "outcome": found.outcome, "row": found.row_id, "warnings": warnings}
