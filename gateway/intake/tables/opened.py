"""A table that has been opened: how it is encoded, its heads, and its rows as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.errors import Fault, Refused
from gateway.intake.tables.cells import CORRECTS_HEAD, REASON_HEAD, CellFault, Row, column_letter
from gateway.intake.tables.heads import clean
from gateway.intake.tables.merged import Merged


@dataclass(frozen=True, slots=True)
class Opened:
    """`heads` is empty for a form that has none (NDJSON, JSON). `form` is csv, xlsx, ndjson or json; `sheet` a workbook's.

    `head_line` is where the heads stand, `notes` say what was chosen to find them, and `merged` has a sheet's merged cells.
    """

    encoding: str
    heads: tuple[str, ...]
    rows: Iterator[Row]
    form: str
    sheet: str = ""
    head_line: int = 1
    notes: tuple[CellFault, ...] = ()
    merged: Merged | None = None

    def letter(self, head: str) -> str:
        """The column letter of a head, or "" where there is none."""
        return column_letter(self.heads.index(head)) if head in self.heads else ""

    def is_merged(self, line: int, head: str) -> bool:
        """Whether a cell is part of a merged one."""
        return self.merged is not None and head in self.heads and self.merged.covers(line, self.heads.index(head))


def clean_heads(cells: Sequence[object], line: int = 1) -> tuple[str, ...]:
    """The heads of a line without blanks around them. Raises `Refused` `csv.header_duplicate`."""
    heads = tuple(clean(cell) for cell in cells)
    twice = [index for index, head in enumerate(heads) if head and head in heads[:index]]
    if twice:
        faults = [Fault("csv.header_duplicate", f"{column_letter(index)}{line}") for index in twice]
        raise Refused("csv.header_duplicate", faults)
    return heads


def require_heads(opened: Opened, wanted: Sequence[str]) -> None:
    """Raises `Refused` `csv.header_missing` with every head the mapping needs and the table lacks."""
    missing = [head for head in wanted if head not in opened.heads]
    if missing:
        faults = [Fault("csv.header_missing", head) for head in missing]
        line = opened.head_line
        if opened.merged is not None and any(opened.merged.covers(line, index) for index in range(len(opened.heads))):
            faults.append(Fault("table.merged_heads", f"{line}:{line}"))
        raise Refused("csv.header_missing", faults)


def unknown_columns(opened: Opened, known: Sequence[str]) -> list[str]:
    """Letters of the columns that no head of the mapping names, without those that every mapping has."""
    taken = {*known, REASON_HEAD, CORRECTS_HEAD, ""}
    return [column_letter(index) for index, head in enumerate(opened.heads) if head not in taken]
