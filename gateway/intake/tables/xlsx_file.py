"""
Rows of one sheet of a workbook (.xlsx from Excel or WPS), read as a stream by openpyxl in read-only mode.

The formula of a cell is read, not its last result, so that a formula is seen and refused. A cell that Excel shows as a date
comes as a date; whatever else is a number comes as that number. Macros, links to elsewhere and bombs end before parsing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from gateway.errors import Refused
from gateway.intake.tables.cells import Cell, Row, unescaped
from gateway.intake.tables.heads import ANY, Wanted
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.opened import Opened, clean_heads
from gateway.intake.tables.xlsx_choice import choose_sheet
from gateway.intake.tables.xlsx_zip import check_archive

_LAST_LINE: Final = 1_048_576  # of a sheet
_MIDNIGHT: Final = time()
_NO_CODE = re.compile(r'"[^"]*"|\\.|\[(?!h+\])[^\]]*\]')  # texts, colours and languages in a number format
_MAX_EXACT: Final = 10**15  # a spreadsheet keeps 15 digits
# What openpyxl and defusedxml (a ValueError) raise for parts that are not what their names say: the file's fault, not ours.
_UNREADABLE: Final = (
    InvalidFileException, ParseError, zipfile.BadZipFile,
    KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, OverflowError,
)  # fmt: skip


@contextmanager
def open_xlsx(path: Path, wanted: Wanted = ANY, *, sheet: str = "") -> Iterator[Opened]:
    """The heads and rows of the named sheet, or of the one that has what is wanted. Raises `Refused` `table.*`, `csv.*`."""
    merged = check_archive(path)
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        except _UNREADABLE:
            raise Refused("table.xlsx") from None
        try:
            for table in book.worksheets:
                table.reset_dimensions()  # a sheet may lie about its size
            records = partial(_records, blank=_BlankLines())
            choice = choose_sheet(book, sheet, wanted, records)
            table, found = choice.table, choice.found
            found.refuse_rows_above()
            heads = _heads(found.cells, found.line)
            rows = _rows((record for record in records(table) if record[0] > found.line), heads)
            yield Opened(
                "xlsx", heads, rows, "xlsx", table.title, found.line, choice.notes, merged.get(table._worksheet_path.lower())
            )
        finally:
            book.close()


class _BlankLines:
    """Lines without anything, of a whole workbook: each costs as much as one that says something."""

    def __init__(self) -> None:
        self._left = TABLE_LIMITS.blank_lines

    def count(self) -> None:
        """One more. Raises `Refused` `table.rows`."""
        self._left -= 1
        if self._left < 0:
            raise Refused("table.rows")


def _records(table: Any, *, blank: _BlankLines) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that say something, with their lines."""
    rows = table.iter_rows(max_row=_LAST_LINE)
    line = 0
    while True:
        try:
            cells = [_value(cell) for cell in next(rows)]
        except StopIteration:
            return
        except _UNREADABLE:
            raise Refused("table.xlsx") from None
        line += 1
        if len(cells) > TABLE_LIMITS.columns:
            raise Refused("table.columns")
        if _says_something(cells):
            yield line, cells
        else:
            blank.count()


def _value(cell: Any) -> Any:
    """What a cell holds; midnight in a format that shows no hours is a day, of which nobody gave the time."""
    value = cell.value
    if isinstance(value, datetime) and value.time() == _MIDNIGHT and "h" not in _NO_CODE.sub("", cell.number_format.lower()):
        return value.date()
    return value


def _says_something(cells: Sequence[Any]) -> bool:
    return any(cell is not None and cell != "" for cell in cells)


def _heads(cells: Sequence[Any], line: int) -> tuple[str, ...]:
    heads = clean_heads(cells, line)
    while heads and not heads[-1]:
        heads = heads[:-1]
    return heads


def _rows(records: Iterator[tuple[int, Sequence[Any]]], heads: tuple[str, ...]) -> Iterator[Row]:
    width = len(heads)
    for line, record in records:
        cells = [_cell(value) for value in record]
        source = [_plain(cell) for cell in cells]
        if _says_something(cells[width:]):
            yield Row(line, {}, source, "csv.ragged")
            continue
        cells = [*cells[:width], *([None] * (width - len(cells)))]
        yield Row(line, dict(zip(heads, cells, strict=True)), source[:width])


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return unescaped(value)
    if isinstance(value, date | bool | None):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, time | timedelta):
        return str(value)  # a time of day without a day
    return "=" + type(value).__name__  # an array or data table formula


def _number(value: int | float) -> Cell:
    """Digits beyond the fifteenth were lost when the number was typed: such a cell is shown in exponent form, as Excel does."""
    if abs(value) >= _MAX_EXACT:
        return f"{Decimal(value):.14E}"  # of any length: a float ends at 308 digits
    return int(value) if float(value).is_integer() else value


def _plain(cell: Cell) -> str | int | float | bool | None:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return cell.isoformat() if isinstance(cell, date) else cell
