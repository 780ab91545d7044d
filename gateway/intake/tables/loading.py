"""
First pass of an import: every row of the file is read once, judged by its cells, and kept in the scratch file.

What makes the rows themselves a guess (encoding, quotes, heads, too many rows) refuses the file here, before anything is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gateway.errors import Refused
from gateway.intake.tables.cells import CellFault
from gateway.intake.tables.city import open_city
from gateway.intake.tables.code_parsers import find_parser
from gateway.intake.tables.csv_file import open_csv
from gateway.intake.tables.footers import footer_code
from gateway.intake.tables.heads import wanted_by
from gateway.intake.tables.json_rows import open_ndjson
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.opened import Opened, require_heads, unknown_columns
from gateway.intake.tables.outcome import Outcome
from gateway.intake.tables.reading import ReadRow, is_example, read_row
from gateway.intake.tables.scheme import CITY, EPCIS, Mapping
from gateway.intake.tables.scratch import Scratch
from gateway.intake.tables.values import Reader
from gateway.intake.tables.xlsx_file import open_xlsx

CSV: Final = "csv"
XLSX: Final = "xlsx"
NDJSON: Final = "ndjson"
JSON: Final = "json"


@dataclass(frozen=True, slots=True)
class TableFile:
    """An uploaded file: where it lies, SHA-256 of its bytes, its form, and the sheet that was asked for, "" for the first."""

    path: Path
    sha256: bytes
    form: str
    sheet: str = ""


@contextmanager
def open_table(file: TableFile, mapping: Mapping, scratch: Scratch) -> Iterator[Opened]:
    """Opens a file in the form it came. Raises `Refused` `table.form` for a form that the mapping has no use for."""
    if mapping.form == CITY:
        if file.form not in (JSON, NDJSON):
            raise Refused("table.form")
        with open_city(file.path, lines=file.form == NDJSON, heads=frozenset(mapping.heads), keep=scratch.keep_part) as opened:
            yield opened
    elif file.form == NDJSON:
        with open_ndjson(file.path, whole=mapping.kind == EPCIS) as opened:
            yield opened
    elif mapping.kind == EPCIS or file.form == JSON:
        raise Refused("table.form")
    else:
        wanted = wanted_by(mapping)
        with open_csv(file.path, wanted) if file.form == CSV else open_xlsx(file.path, wanted, sheet=file.sheet) as opened:
            require_heads(opened, [column.head for column in mapping.columns if column.required])
            yield opened


def load_rows(opened: Opened, mapping: Mapping, scratch: Scratch, outcome: Outcome) -> None:
    """Reads all rows. Raises `Refused` `csv.empty`, `table.rows`, and what reading raises."""
    reader = Reader(mapping, find_parser(mapping.codes), from_json=opened.form in (JSON, NDJSON))
    for note in opened.notes:
        outcome.warn(note)
    for letter in unknown_columns(opened, mapping.heads):
        outcome.warn(CellFault(opened.head_line, "table.column_unknown", letter))
    for row in opened.rows:
        if is_example(row, mapping):
            outcome.warn(CellFault(row.line, "table.example_row"))
            continue
        if scratch.rows == TABLE_LIMITS.rows:
            raise Refused("table.rows")
        read = _unless_double(read_row(row, opened, reader), opened, mapping, scratch)
        if read.faults and (footer := footer_code(row, mapping)):
            outcome.warn(CellFault(row.line, footer))
            continue
        scratch.add(read, row.source)
        for warning in read.warnings:
            outcome.warn(warning)
    if not scratch.rows:
        raise Refused("csv.empty")
    outcome.counts.rows = scratch.rows


def _unless_double(read: ReadRow, opened: Opened, mapping: Mapping, scratch: Scratch) -> ReadRow:
    """The row, or the row refused because a good one before it has the same unique cells."""
    if read.faults or not read.unique:
        return read
    head, first = mapping.unique[-1], scratch.first_line(read.unique, read.line)
    if first == read.line:
        return read
    fault = CellFault(read.line, "csv.duplicate_row", opened.letter(head), head, repeats=first)
    return replace(read, said={}, faults=(fault,), warnings=())
