"""
Second pass of an import: good rows become events, a few hundred in a transaction, and are recorded row by row.

A row that is recorded already is known, whatever file it comes in, so that a mended file may be sent whole. When an event is
refused for some of its rows, these are refused and the others are tried again without them; a fault of the whole event refuses
all its rows. After a crash the same file goes on where it stopped: events are known by their content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from gateway.errors import Refused
from gateway.intake.accept import PROCEED, REFUSED, ROLLBACK, take
from gateway.intake.context import EPCIS_CONTEXTS
from gateway.intake.epcis import Document
from gateway.intake.keep import KNOWN
from gateway.intake.records import Intake
from gateway.intake.tables.build import Built, Sender, build_event, disagreement, shape_of
from gateway.intake.tables.cells import CORRECTS_HEAD, CellFault
from gateway.intake.tables.correcting import (
    Wrong,
    correction_fault,
    declaration,
    find_wrong,
    stored_id,
    was_declared_wrong,
)
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.opened import Opened
from gateway.intake.tables.outcome import Outcome
from gateway.intake.tables.scheme import EPCIS, Mapping
from gateway.intake.tables.scratch import Kept, Scratch
from gateway.intake.tally import Tally
from gateway.store.corrections import declared_wrong
from gateway.store.database import Database
from gateway.store.imports import RecordedRow, free_rows, record_rows, recorded_rows, replace_rows
from gateway.store.keys import StoredKey

_EVENTS: Final = "/epcisBody/eventList/"


@dataclass(frozen=True, slots=True)
class Order:
    """What an import is asked for: the mapping under its profile's name, who reports, and the key that may.

    `corrects` is the eventID of the recorded event that the whole table corrects, "" where its rows say so themselves.
    """

    profile: str
    mapping: Mapping
    sender: Sender
    key: StoredKey
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one event, with the event."""

    rows: list[Kept]
    built: Built


class Taking:
    """One import while its events are taken."""

    def __init__(
        self, db: Database, intake: Intake, order: Order, opened: Opened, *, scratch: Scratch, outcome: Outcome, tally: Tally
    ) -> None:
        self._db, self._intake, self._order, self._opened = db, intake, order, opened
        self._scratch, self._outcome, self._tally = scratch, outcome, tally
        namespace = intake.catalogue.tiers.namespace
        self._wrong: dict[int, bool] = {}  # recorded events of the present page that were declared wrong, whether corrected
        self.context = [EPCIS_CONTEXTS[0], {"cn": namespace}]

    def take_all(self, sha256: bytes, progress: Callable[[Connection], None]) -> None:
        """Takes every good row of the scratch file. `sha256` is the file's.

        After each few hundred events their rows are recorded, and `progress` called, in one transaction more. Whoever dies
        before it finds the events known by their content, and records the rows then.
        """
        for page in self._scratch.groups(TABLE_LIMITS.chunk_events):
            correcting = [rows for rows in page if self._order.corrects or any(row.corrects for row in rows)]
            pending, recorded = self._unrecorded([rows for rows in page if rows not in correcting]), list[RecordedRow]()
            while pending:
                pending = self._take(pending, sha256, recorded)
            for rows in correcting:
                self._correct(rows, sha256)
            with self._db.write() as tx:
                for event in (event for event, corrected in self._wrong.items() if not corrected):
                    free_rows(tx, self._order.sender.uscc, event)
                record_rows(tx, self._order.sender.uscc, self._order.profile, recorded)
                progress(tx)

    def event_of(self, rows: list[Kept]) -> dict[str, Any]:
        """The event of a slip's rows; rows that do not agree with the first are refused."""
        return self._build(rows).built.event

    def _unrecorded(self, page: list[list[Kept]]) -> list[list[Kept]]:
        """The page without rows that are recorded; those that say something else now are refused."""
        uniques = [_sha256(row.unique.encode()) for rows in page for row in rows if row.unique]
        with self._db.read() as tx:
            recorded = recorded_rows(tx, self._order.sender.uscc, self._order.profile, uniques)
            self._wrong = declared_wrong(tx, {row.event for row in recorded.values()})
        if not recorded:
            return page
        known: dict[int, list[int]] = {}
        left = [[row for row in rows if not self._settle(row, recorded, known)] for rows in page]
        for event, lines in known.items():
            self._outcome.counts.known += len(lines)
            self._outcome.took(lines, event)
            self._tally.know(self._order.sender.uscc, len(lines))
        return [rows for rows in left if rows]

    def _settle(self, row: Kept, recorded: dict[bytes, RecordedRow], known: dict[int, list[int]]) -> bool:
        """Whether the row is recorded: then its line is known under its event, or it is refused."""
        found = recorded.get(_sha256(row.unique.encode())) if row.unique else None
        if found is None:
            return False
        is_same, corrected = found.content_sha256 == row.content_sha256, self._wrong.get(found.event)
        if corrected is False:
            return False  # withdrawn, so that the slip may say something else
        if is_same and corrected:
            self._refuse_all([row], "table.content_wrong", head="")
        elif is_same:
            known.setdefault(found.event, []).append(row.line)
        else:
            head = self._order.mapping.unique[-1]
            self._refuse(row, [self._fault(row, "csv.duplicate_row", head, explains="table.row_recorded")])
        return True

    def _take(self, groups: list[list[Kept]], sha256: bytes, recorded: list[RecordedRow]) -> list[list[Kept]]:
        """Takes the events of groups, and adds their rows to `recorded`; the groups that are left to try again, smaller."""
        made = [self._build(rows) for rows in groups]
        document = Document(self.context, tuple(group.built.event for group in made), sha256)
        try:
            rows = [len(group.rows) for group in made]
            result = take(self._db, self._intake, document, key=self._order.key, behaviour=PROCEED, rows=rows).result
        except Refused as refused:
            result = _all_refused(refused, len(made))
        again = []
        for group, outcome in zip(made, result, strict=True):
            if any(warning["code"] == "event.declared_wrong" for warning in outcome.get("warnings", ())):
                self._refuse_all(group.rows, "table.content_wrong", head="")  # it stays wrong, however often it comes
            elif outcome["outcome"] == REFUSED:
                again.append(self._refuse_rows(group, outcome["errors"]))
            else:
                recorded.extend(self._accept(group, outcome))
        return [rows for rows in again if rows]

    def _correct(self, rows: list[Kept], sha256: bytes) -> None:
        """Takes the event of rows that correct a recorded one, with the declaration of that one, or refuses all of them."""
        named = {row.corrects for row in rows if row.corrects} | ({self._order.corrects} - {""})
        if len(named) > 1:
            self._refuse_all(rows, "table.corrects_differ")
            return
        group = self._build(rows)
        if len(group.rows) < len(rows):
            self._refuse_all(group.rows, "table.corrects_part")
            return
        (wrong_id,), owner, profile = named, self._order.sender.uscc, self._order.profile
        uniques = [_sha256(row.unique.encode()) for row in rows if row.unique]
        with self._db.read() as tx:
            wrong = find_wrong(tx, owner, wrong_id)
            if wrong is None:
                self._refuse_all(rows, "table.corrects_unknown")
                return
            right_id = stored_id(group.built.event, wrong.context)  # both are taken under the context of the wrong one
            recorded = recorded_rows(tx, owner, profile, uniques)
            freed = declared_wrong(tx, {row.event for row in recorded.values()})
            recorded = {unique: row for unique, row in recorded.items() if row.event not in freed}
            is_spent = right_id != wrong_id and was_declared_wrong(tx, owner, right_id)
        is_done = right_id in wrong.corrected_by
        code = "" if is_done else correction_fault(wrong, right_id, uniques, recorded, rows=len(rows))
        code = "table.content_wrong" if is_spent else code
        if code:
            self._refuse_all(rows, code)
        else:
            self._take_correction(group, wrong, right_id, sha256, is_done=is_done)

    def _take_correction(self, group: _Group, wrong: Wrong, right_id: str, sha256: bytes, *, is_done: bool) -> None:
        before = () if is_done else (declaration(wrong, right_id, now=self._intake.now()),)
        document = Document(wrong.context, (*before, group.built.event), sha256)
        counted = [*(1 for _ in before), len(group.rows)]
        try:
            result = take(self._db, self._intake, document, key=self._order.key, behaviour=ROLLBACK, rows=counted).result
        except Refused as refused:
            self._refuse_correction(group, refused, at=len(before))
            return
        accepted = self._accept(group, result[-1])
        with self._db.write() as tx:
            free_rows(tx, self._order.sender.uscc, wrong.row_id)
            replace_rows(tx, self._order.sender.uscc, self._order.profile, accepted)

    def _refuse_correction(self, group: _Group, refused: Refused, *, at: int) -> None:
        """Refuses all rows: those that a fault of the new event (index `at`) lies in for it, the others with them."""
        begin = f"{_EVENTS}{at}"
        own = [fault.to_json() for fault in refused.faults if fault.pointer.startswith(begin)]
        left = self._refuse_rows(group, own) if own else group.rows
        of_old = [fault.code for fault in refused.faults if not fault.pointer.startswith(begin)]
        self._refuse_all(left, of_old[0] if of_old else "table.corrects_part")

    def _refuse_all(self, rows: Sequence[Kept], code: str, *, head: str = CORRECTS_HEAD) -> None:
        for row in rows:
            self._refuse(row, [self._fault(row, code, head)])

    def _build(self, rows: list[Kept]) -> _Group:
        mapping = self._order.mapping
        if mapping.kind == EPCIS:
            return _Group(rows, Built(rows[0].said))
        ordered = sorted(rows, key=lambda row: (row.said.get("line", 0), row.n))
        agreed = [row for row in ordered if self._agrees(ordered[0], row)]
        shape = shape_of(mapping, ordered[0].said)
        return _Group(agreed, build_event(mapping, shape, [row.said for row in agreed], self._order.sender))

    def _agrees(self, first: Kept, row: Kept) -> bool:
        head = disagreement(first.said, row.said, self._order.mapping)
        if head is not None:
            self._refuse(row, [self._fault(row, "csv.group", head)])
        return head is None

    def _accept(self, group: _Group, outcome: dict[str, Any]) -> list[RecordedRow]:
        counts, event = self._outcome.counts, outcome["row"]
        if outcome["outcome"] == KNOWN:
            counts.known += len(group.rows)
        else:
            counts.accepted += len(group.rows)
        self._outcome.took([row.line for row in group.rows], event)
        for warning in outcome["warnings"]:
            at, head = self._cell_of(group, warning["pointer"])
            row = group.rows[at or 0]
            self._outcome.warn(self._fault(row, warning["code"], head, value=warning.get("value", "")))
        return [RecordedRow(_sha256(row.unique.encode()), row.content_sha256, event) for row in group.rows if row.unique]

    def _refuse_rows(self, group: _Group, errors: Sequence[dict[str, str]]) -> list[Kept]:
        """Refuses the rows that faults lie in; the other rows, unless a fault is of the whole event."""
        whole: list[tuple[str, str, str]] = []
        of_rows: dict[int, list[tuple[str, str, str]]] = {}
        for error in errors:
            at, head = self._cell_of(group, error["pointer"])
            told = (error["code"], head, error.get("value", ""))
            (whole if at is None else of_rows.setdefault(at, [])).append(told)
        bad = range(len(group.rows)) if whole else of_rows
        for at in bad:
            row = group.rows[at]
            told_here = [*of_rows.get(at, []), *whole]
            self._refuse(row, [self._fault(row, code, head, value=value) for code, head, value in told_here])
        return [row for at, row in enumerate(group.rows) if at not in bad]

    def _cell_of(self, group: _Group, pointer: str) -> tuple[int | None, str]:
        inner = "/" + pointer.removeprefix(_EVENTS).partition("/")[2]
        if self._order.mapping.kind == EPCIS:
            return None, "" if inner == "/" else inner
        return group.built.cell_of(inner)

    def _fault(self, row: Kept, code: str, head: str, *, value: str = "", explains: str = "") -> CellFault:
        return CellFault(row.line, code, self._opened.letter(head), head, value, explains)

    def _refuse(self, row: Kept, faults: list[CellFault]) -> None:
        self._scratch.refuse(row.n, faults)


def _all_refused(refused: Refused, count: int) -> list[dict[str, Any]]:
    """The outcomes of a document of which nothing was taken. Raises what is not about its events again."""
    errors: list[list[dict[str, str]]] = [[] for _ in range(count)]
    for fault in refused.faults:
        number = fault.pointer.removeprefix(_EVENTS).partition("/")[0]
        if not number.isdigit():
            raise refused
        errors[int(number)].append(fault.to_json())
    if not all(errors):
        raise refused
    return [{"outcome": REFUSED, "errors": listed} for listed in errors]


def _sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()
