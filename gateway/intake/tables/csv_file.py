"""
Rows of a CSV file: comma, double quotes, CRLF or LF, read as a stream.

A quote that never closes makes every later row a guess, so it refuses the file; a row of another length is that row's fault.
Lines are counted as a spreadsheet numbers its rows: the head is 1, and a line end inside a quoted cell starts no new row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TextIO

from gateway.errors import Refused
from gateway.intake.tables.cells import Row, unescaped
from gateway.intake.tables.encodings import find_encoding
from gateway.intake.tables.heads import ANY, Record, Wanted, find_heads
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.opened import Opened, clean_heads

_OTHER_DELIMITERS = ("\t", ";", "；", "|", "，")


@contextmanager
def open_csv(path: Path, wanted: Wanted = ANY) -> Iterator[Opened]:
    """The heads and rows of a file. Raises `Refused` `csv.*`, `table.*`, also while rows are read."""
    encoding = find_encoding(path)
    with path.open("r", encoding=encoding, newline="") as file:
        looked: list[tuple[int, list[str]]] = []
        records = (record for record in enumerate(_records(file), start=1) if _says_something(record[1]))
        found = find_heads(_noted(records, looked), wanted)
        if found is None:
            raise Refused("csv.empty")
        if not found.fits and all(len(record) == 1 for _, record in looked) and _has_other_delimiter(looked):
            raise Refused("csv.delimiter")
        found.refuse_rows_above()
        heads = clean_heads(found.cells, found.line)
        rows = chain((record for record in looked if record[0] > found.line), records)
        yield Opened(encoding, heads, _rows(rows, heads, len(found.cells)), "csv", head_line=found.line, notes=found.notes)


def _noted(records: Iterator[tuple[int, list[str]]], looked: list[tuple[int, list[str]]]) -> Iterator[Record]:
    for record in records:
        looked.append(record)
        yield record


def _has_other_delimiter(looked: list[tuple[int, list[str]]]) -> bool:
    return any(mark in record[0] for _, record in looked for mark in _OTHER_DELIMITERS)


def _records(file: TextIO) -> Iterator[list[str]]:
    lines = _Lines(file)
    try:
        for record in csv.reader(lines, strict=True):
            lines.begin_record()
            if len(record) > TABLE_LIMITS.columns:
                raise Refused("table.columns")
            yield record
    except csv.Error:  # an open quote, text after a closing quote, or a cell of 128 Ki characters, which is an open quote too
        raise Refused("csv.quote") from None


class _Lines:
    """The lines of a file, as long as a line and a record of several lines stay within their bounds."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._chars = 0  # of the lines that the present record has

    def begin_record(self) -> None:
        """The next line is another record's first."""
        self._chars = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(TABLE_LIMITS.line_chars + 1):
            if len(line) > TABLE_LIMITS.line_chars:
                raise Refused("text.too_long")
            if self._chars and self._chars + len(line) > TABLE_LIMITS.record_chars:
                raise Refused("csv.quote")  # a quote that opens in one row and closes in another
            self._chars += len(line)
            yield line


def _says_something(record: list[str]) -> bool:
    return any(cell.strip() for cell in record)  # else an empty line, or what a spreadsheet leaves of one


def _rows(records: Iterator[tuple[int, list[str]]], heads: tuple[str, ...], width: int) -> Iterator[Row]:
    for line, record in records:
        cells = [unescaped(cell) for cell in record]
        if len(record) == width:
            yield Row(line, dict(zip(heads, cells, strict=False)), cells)
        else:
            yield Row(line, {}, cells, "csv.ragged")
