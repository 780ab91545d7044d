"""
One table file, from upload to answer: read, judged, taken, and its refused rows kept to be mended.

Nothing is stored of a file that is refused whole; of one without a good row only its refused rows, to be fetched and mended. The
same file by the same mapping is taken once: its first result is the answer again. A run that took nothing, or that a crash ended,
is begun anew and doubles nothing; one that goes on is left alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from gateway.errors import Fault, Refused
from gateway.intake.records import Intake
from gateway.intake.serials import SerialList, keep_serials
from gateway.intake.tables.cells import CellFault
from gateway.intake.tables.loading import TableFile, load_rows, open_table
from gateway.intake.tables.opened import Opened
from gateway.intake.tables.outcome import Outcome
from gateway.intake.tables.rejected import media_type, write_rejected
from gateway.intake.tables.scheme import CITY, SERIALS, Mapping
from gateway.intake.tables.scratch import Scratch, open_scratch
from gateway.intake.tables.serial_rows import cell_faults, serial_cells
from gateway.intake.tables.taking import Order, Taking
from gateway.intake.tally import Tally
from gateway.store.database import Database
from gateway.store.imports import Import, begin_import, drop_import, find_import, finish_import, note_progress
from gateway.underway import Underway
from gateway.unnamed_file import unnamed_file

RUN: Final = "import"
QUIET_S: Final = 120  # an import goes forward every few seconds; a write waits at most 30 s for another


class NothingTaken(Refused):
    """No row of a table is good. `made` is the import, whose refused rows are kept; the file can come again.

    A table that is only looked at has no import, only its `result`.
    """

    def __init__(self, result: dict[str, Any], made: Import | None = None) -> None:
        listed = [CellFault(**entry) for entry in result["faults"]]
        faults = [Fault(fault.code, _place(fault), fault.value) for fault in listed]
        super().__init__("document.refused", faults, count=result["faultCount"])
        self.result = result
        self.made = made


class StillRunning(Exception):
    """The same file is being taken just now, by another request; `import_id` is its import."""

    def __init__(self, import_id: str) -> None:
        super().__init__(import_id)
        self.import_id = import_id


def _place(fault: CellFault) -> str:
    """A cell or a row as spreadsheets name them: C3, 3:3."""
    return f"{fault.column}{fault.line}" if fault.column else f"{fault.line}:{fault.line}"


def import_table(db: Database, intake: Intake, file: TableFile, order: Order, underway: Underway) -> tuple[Import, bool]:
    """The import of a file, and whether it was made now.

    Raises `Refused` with `csv.*`, `table.*`, `json.*` codes for a file that is refused whole, `NothingTaken`, `StillRunning`.
    """
    import_id = _import_id(file, order)
    with underway.alone(RUN, import_id) as is_first:
        if not is_first:
            raise StillRunning(import_id)
        with db.read() as tx:
            known = find_import(tx, import_id)
        if known is not None and not known.result["running"] and _took_something(known.result):
            return known, False
        if known is not None and known.result["running"] and _is_run_elsewhere(known, db, intake.now()):
            raise StillRunning(import_id)
        made = _taken(db, intake, file, order, import_id)
    if not _took_something(made.result):
        raise NothingTaken(made.result, made)
    return made, True


def is_run(made: Import, db: Database, underway: Underway, *, now: int) -> bool:
    """Whether somebody works at an import that is stored as running; a crash or an outage may have left it like that."""
    return underway.has(RUN, made.id) or _is_run_elsewhere(made, db, now)


def _is_run_elsewhere(made: Import, db: Database, now: int) -> bool:
    """By another process: there is none on SQLite, and on PostgreSQL there may be one as long as the import goes forward."""
    seen_at: int = made.result.get("seenAt", 0)  # an earlier edition's has none
    return db.path is None and now - seen_at <= QUIET_S


def _took_something(result: dict[str, Any]) -> bool:
    return bool(result["counts"]["accepted"] or result["counts"]["known"])


def _taken(db: Database, intake: Intake, file: TableFile, order: Order, import_id: str) -> Import:
    outcome = Outcome()
    with open_scratch() as scratch, open_table(file, order.mapping, scratch) as opened:
        load_rows(opened, order.mapping, scratch, outcome)
        made = Import(
            id=import_id, owner=order.key.owner, submitter=order.sender.uscc, sha256=file.sha256, profile=order.profile,
            created_at=intake.now(), result=_so_far(outcome, opened, intake),
        )  # fmt: skip
        with db.write() as tx:
            begin_import(tx, made)
        tally = Tally(order.key, now=made.created_at)
        try:
            if order.mapping.kind == SERIALS:
                _keep_list(db, file, order, opened, scratch=scratch, outcome=outcome, tally=tally, now=made.created_at)
            else:
                taking = Taking(db, intake, order, opened, scratch=scratch, outcome=outcome, tally=tally)
                _take_events(taking, file, opened, outcome=outcome, made=made, intake=intake)
        except Refused:
            with db.write() as tx:
                drop_import(tx, import_id)
            raise
        _count_refused(tally, order, scratch)
        return _finish(db, made, opened, scratch, outcome, tally=tally, mapping=order.mapping)


def _so_far(outcome: Outcome, opened: Opened, intake: Intake) -> dict[str, Any]:
    return {**outcome.to_json(opened, running=True), "seenAt": intake.now()}


def _import_id(file: TableFile, order: Order) -> str:
    parts = [order.key.owner, order.sender.uscc, file.sha256.hex(), file.form, order.profile, order.mapping.digest, file.sheet]
    parts += [order.corrects] if order.corrects else []
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _count_refused(tally: Tally, order: Order, scratch: Scratch) -> None:
    for _, _, faults in scratch.refused():
        tally.refuse(order.sender.uscc, [fault.code for fault in faults])


def _take_events(taking: Taking, file: TableFile, opened: Opened, *, outcome: Outcome, made: Import, intake: Intake) -> None:
    def progress(tx: Connection) -> None:
        note_progress(tx, made.id, _so_far(outcome, opened, intake))

    taking.take_all(file.sha256, progress)


def _keep_list(
    db: Database, file: TableFile, order: Order, opened: Opened, *, scratch: Scratch, outcome: Outcome, tally: Tally, now: int
) -> None:
    """A serial file is taken whole or not at all: an event cites it by the hash of its bytes."""
    if any(True for _ in scratch.refused()):
        return
    rows = serial_cells(scratch, opened)
    kept = keep_serials(db, submitter=order.sender.uscc, sha256=file.sha256, rows=rows, now=now)
    if not isinstance(kept, SerialList):
        by_line, whole = cell_faults(kept, opened)
        if whole:
            raise Refused("document.refused", whole)
        for line, faults in by_line.items():
            scratch.refuse_line(line, faults)
        return
    outcome.counts.known, outcome.counts.accepted = (scratch.rows, 0) if kept.known else (0, scratch.rows)
    (tally.know if kept.known else tally.accept)(order.sender.uscc, scratch.rows)
    outcome.more["serials"] = {
        "sha256": kept.sha256.hex(), "issued": kept.issued, "activated": kept.activated, "voided": kept.voided,
    }  # fmt: skip


def _finish(
    db: Database, made: Import, opened: Opened, scratch: Scratch, outcome: Outcome, *, tally: Tally, mapping: Mapping
) -> Import:
    outcome.list_faults(faults for _, _, faults in scratch.refused())
    result = outcome.to_json(opened, running=False)
    rejected = None
    if outcome.counts.rejected:
        with unnamed_file() as (file, path):
            rows = scratch.all() if mapping.kind == SERIALS else scratch.refused()  # a list of codes is sent again whole
            write_rejected(path, rows, opened, part=scratch.part if mapping.form == CITY else None)
            rejected = file.read()
    with db.write() as tx:
        finish_import(tx, made.id, result, rejected=rejected, rejected_type=media_type(opened) if rejected else None)
        tally.write(tx)
    return replace(made, result=result)
