"""
Serial files (码清单): the units of a lot that a producer's line has coded, sent ahead of the event that cites the file's SHA-256.

The hash stands for the whole file, so one bad row refuses all of it, with every fault named by line and head. A voided code
stands for no unit: it is counted and not kept. Cases and pallets (箱码, 托盘码) are not read: aggregation events say them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from certs.codes import Code, gs1_is_valid
from gateway.errors import Fault
from gateway.intake.identifiers import is_lot
from gateway.store.database import Database
from gateway.store.serials import Registered, SerialFile, find_file, insert_file, register, registered
from gateway.value_class import value_class

MAX_ROWS: Final = 100_000  # an item tree of this size is made again for every proof
GTIN, LOT, SERIAL, TRACE_CODE, TIME, STATUS = "商品条码", "批号", "序列号", "追溯码", "赋码时间", "状态"
ACTIVATED, VOIDED = "已激活", "已作废"
_GTIN = re.compile(r"[0-9]{14}")

Row = tuple[int, Mapping[str, str]]  # line of the file (the heads are line 1), cells by head


@dataclass(frozen=True, slots=True)
class SerialList:
    """A serial file that is stored now or was before (`known`): how many codes it issues, activates and voids."""

    sha256: bytes
    issued: int
    activated: int
    voided: int
    known: bool


@dataclass(slots=True)
class _Reading:
    """What has been read of a file so far: lot and line of activated units, by their code without lot; and the voided ones."""

    lots: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    voided: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def keep_serials(db: Database, *, submitter: str, sha256: bytes, rows: Iterable[Row], now: int) -> SerialList | list[Fault]:
    """Stores a submitter's serial file and the lots of its units, or returns everything wrong with it and stores nothing.

    `sha256` is of the file's bytes; the rows of a file that is known are not read. Faults (`item.*`, `id.gtin_format`,
    `id.gtin_check`, `id.lot`, `id.serial`) point at `/rows/<line>/<head>`, or at "" for the whole file.
    """
    with db.read() as tx:
        known = find_file(tx, submitter, sha256)
    if known is not None:
        return _list(known, known=True)
    reading = _Reading()
    for count, (line, cells) in enumerate(rows):
        if count == MAX_ROWS:
            return [*reading.faults, Fault("item.list_size")]
        _read_row(reading, line, cells)
    if not reading.codes and not reading.faults:
        return [Fault("item.list_empty")]
    voided = len(reading.voided)
    file = SerialFile(sha256, tuple(reading.codes), len(reading.codes) + voided, voided)
    with db.write() as tx:
        faults = [*reading.faults, *_lot_faults(reading, registered(tx, reading.lots, submitter=submitter))]
        if faults:
            return faults
        if find_file(tx, submitter, sha256) is None:  # else it came twice at once
            insert_file(tx, file, submitter=submitter, now=now)
            register(tx, reading.lots, submitter=submitter, event=None, binding=False)
    return _list(file, known=False)


def _list(file: SerialFile, *, known: bool) -> SerialList:
    return SerialList(file.sha256, file.issued, len(file.codes), file.voided, known)


def _read_row(reading: _Reading, line: int, cells: Mapping[str, str]) -> None:
    faults = [Fault(code, f"/rows/{line}/{head}", value_class(cells.get(head, ""))) for code, head in _row_faults(cells)]
    if faults:
        reading.faults += faults
        return
    code = Code(gtin=cells[GTIN], lot=cells[LOT], serial=cells[SERIAL])
    unit = str(Code(gtin=code.gtin, serial=code.serial))
    if unit in reading.lots or unit in reading.voided:
        reading.faults.append(Fault("item.duplicate", f"/rows/{line}/{SERIAL}"))
    elif cells[STATUS] == VOIDED:
        reading.voided.add(unit)
    else:
        reading.lots[unit] = cells[LOT]
        reading.lines[unit] = line
        reading.codes.append(str(code))


def _row_faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(code, head) of every fault of a row by itself."""
    gtin, lot, serial = (cells.get(head, "") for head in (GTIN, LOT, SERIAL))
    if _GTIN.fullmatch(gtin) is None:
        yield "id.gtin_format", GTIN
    elif not gs1_is_valid(gtin):
        yield "id.gtin_check", GTIN
    if not is_lot(lot):
        yield "id.lot", LOT
    if not is_lot(serial):
        yield "id.serial", SERIAL
    if not _agrees(cells.get(TRACE_CODE, ""), gtin, lot, serial):
        yield "item.trace_code", TRACE_CODE
    if not cells.get(TIME, ""):
        yield "item.time", TIME
    if cells.get(STATUS, "") not in (ACTIVATED, VOIDED):
        yield "item.status", STATUS


def _agrees(trace_code: str, gtin: str, lot: str, serial: str) -> bool:
    """Whether a trace code is a link whose path ends with these three, or with GTIN and serial alone. Its host is not asked."""
    try:
        link = urlsplit(trace_code)
    except ValueError:
        return False
    path = unquote(link.path)
    named = path.endswith((f"/01/{gtin}/10/{lot}/21/{serial}", f"/01/{gtin}/21/{serial}"))
    return link.scheme in ("http", "https") and bool(link.netloc) and named


def _lot_faults(reading: _Reading, known: Mapping[str, Registered]) -> Iterator[Fault]:
    """Units to which the submitter gave another lot before; what only an earlier file said does not bind it."""
    for unit, found in known.items():
        if found.lot != reading.lots[unit] and not found.may_change():
            yield Fault("item.lot_conflict", f"/rows/{reading.lines[unit]}/{LOT}")
