"""
What the XML of one sheet may hold, asked as it streams by and before openpyxl builds a tree of each row.

openpyxl holds a row whole, pads it to its last column, and keeps what lies in no row to the end. So a row's bytes, its columns,
the number of rows and the bytes beside them are bounded here, on what an XML parser sees: prefixes and references hide nothing.
It also makes every row that is missing before one (r="1048576"), and drops one whose number went back.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from gateway.errors import Refused
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.merged import Merged, column_number

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ROW: Final = f"{_MAIN} row"
_CELL: Final = f"{_MAIN} c"
_MERGED: Final = f"{_MAIN} mergeCell"
_LETTERS = re.compile("[A-Za-z]+")


class SheetCheck:
    """One sheet while its bytes are fed; `merged` has its merged cells in the end.

    Raises `Refused` `table.unpacked`, `table.rows`, `table.columns`, `table.xlsx`.
    """

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._fed = self._in_rows = 0
        self._line: float = 0  # the number of the row before
        self.merged = Merged()
        self._row_at = -1  # where the open row begins, -1 outside of rows

    def feed(self, block: bytes) -> None:
        """The next bytes of the sheet."""
        self._fed += len(block)
        self._parse(block, last=False)
        if self._row_at >= 0:
            self._bound_row(self._fed)
        elif self._fed - self._in_rows > TABLE_LIMITS.beside_bytes:
            raise Refused("table.unpacked")

    def end(self) -> None:
        """There are no more bytes."""
        self._parse(b"", last=True)
        self.merged.end()

    def _parse(self, block: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError:
            raise Refused("table.xlsx") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _CELL:
            letters = _LETTERS.match(attributes.get("r", ""))
            if letters and column_number(letters[0]) > TABLE_LIMITS.columns:
                raise Refused("table.columns")
        elif name == _MERGED:
            self.merged.add(attributes.get("ref", ""))
        elif name == _ROW:
            if self._row_at >= 0:
                raise Refused("table.xlsx")  # a row in a row
            self._row_at = self._parser.CurrentByteIndex
            self._line = _row_number(attributes.get("r"), self._line)

    def _end(self, name: str) -> None:
        if name == _ROW:
            self._bound_row(self._parser.CurrentByteIndex)
            self._in_rows += self._parser.CurrentByteIndex - self._row_at
            self._row_at = -1

    def _bound_row(self, at: int) -> None:
        if at - self._row_at > TABLE_LIMITS.row_bytes:
            raise Refused("table.unpacked")


def _row_number(stated: str | None, last: float) -> float:
    """The number of a row behind row `last`; a few programs write 5.0, as openpyxl reads."""
    try:
        number = last + 1 if stated is None else float(stated)
    except ValueError:
        raise Refused("table.xlsx") from None
    if number > TABLE_LIMITS.rows + TABLE_LIMITS.blank_rows:
        raise Refused("table.rows")
    if not number > last:  # nor is what is no number
        raise Refused("table.xlsx")
    return number
