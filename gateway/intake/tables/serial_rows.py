"""Rows of a serial file (码清单) as `gateway.intake.serials` reads them, and its faults as faults of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.errors import Fault
from gateway.intake.tables.cells import CellFault
from gateway.intake.tables.opened import Opened
from gateway.intake.tables.scratch import Scratch
from gateway.intake.tables.values import text_of

_ROWS: Final = "/rows/"


def serial_cells(scratch: Scratch, opened: Opened) -> Iterator[tuple[int, Mapping[str, str]]]:
    """(line, texts by head) of every row."""
    for line, source in scratch.good():
        pairs = source.items() if isinstance(source, dict) else zip(opened.heads, source, strict=False)
        yield line, {head: "" if cell is None else text_of(cell) for head, cell in pairs}


def cell_faults(faults: Sequence[Fault], opened: Opened) -> tuple[dict[int, list[CellFault]], list[Fault]]:
    """The faults by line, and those of the whole file."""
    by_line: dict[int, list[CellFault]] = {}
    whole: list[Any] = []
    for fault in faults:
        line, _, head = fault.pointer.removeprefix(_ROWS).partition("/")
        if fault.pointer.startswith(_ROWS) and line.isdigit():
            found = CellFault(int(line), fault.code, opened.letter(head), head, fault.value)
            by_line.setdefault(int(line), []).append(found)
        else:
            whole.append(fault)
    return by_line, whole
