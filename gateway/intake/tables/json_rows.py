"""
Rows from JSON: NDJSON with one object a line, each read strictly on its own, so that one bad line is that line's fault.

An object's values are its cells, and its names the heads. Only plain values are cells: a list or an object is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gateway.errors import Refused
from gateway.intake.strict import read_object
from gateway.intake.tables.cells import REASON_HEAD, Cell, Row, unescaped
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.opened import Opened

UNREAD: Final = "原文"  # where the rejected file keeps a line that is no JSON
NO_CELL: Final = "json.not_cell"


@contextmanager
def open_ndjson(path: Path, *, whole: bool) -> Iterator[Opened]:
    """One row for each line that is not blank; a row's source is its object, with `UNREAD` for a line that is no object.

    With `whole` the objects are EPCIS events: they have no cells, and are judged as events.
    """
    with path.open("rb") as file:
        yield Opened("utf-8", (), _rows(file, whole=whole), "ndjson")


def _rows(file: Any, *, whole: bool) -> Iterator[Row]:
    for line, (raw, value, code) in json_lines(file):
        if code:
            yield Row(line, {}, {UNREAD: raw.decode("utf-8", "replace")}, code)
        else:
            yield Row(line, {}, value) if whole else flat_row(line, value)


def json_lines(file: Any) -> Iterator[tuple[int, tuple[bytes, dict[str, Any], str]]]:
    """Every line that is not blank: its number from 1, its bytes, its object, and a code when it is none."""
    line = 0
    while raw := file.readline(TABLE_LIMITS.line_chars + 1):
        line += 1
        if len(raw) > TABLE_LIMITS.line_chars:
            raise Refused("text.too_long")
        if not raw.strip():
            continue
        try:
            value = read_object(raw, max_values=TABLE_LIMITS.line_values)
        except Refused as refused:
            yield line, (raw.strip(), {}, refused.code)
            continue
        yield line, (raw, {name: inner for name, inner in value.items() if name != REASON_HEAD}, "")


def flat_row(line: int, value: Mapping[str, Any]) -> Row:
    """A row whose cells are an object's values."""
    if any(isinstance(inner, list | dict) for inner in value.values()):
        return Row(line, {}, dict(value), NO_CELL)
    cells: dict[str, Cell] = {name: unescaped(inner) if isinstance(inner, str) else inner for name, inner in value.items()}
    return Row(line, cells, dict(value))
