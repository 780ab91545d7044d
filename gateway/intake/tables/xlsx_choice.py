"""
Which sheet of a workbook is the table: the one that is named, else the first visible one with the heads that the mapping needs.

An empty sheet or a cover before it is passed over when one sheet alone can be meant, and the answer says so. Nothing is guessed
between several that could be meant: unless the first is one of them, the sender must name one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import Refused
from gateway.intake.tables.cells import CellFault
from gateway.intake.tables.heads import Found, Record, Wanted, find_heads

_MOST: Final = 50  # sheets that are looked into


@dataclass(frozen=True, slots=True)
class Choice:
    """A sheet, its row of heads, and what is to be said of the choice."""

    table: Any
    found: Found
    notes: tuple[CellFault, ...]


def choose_sheet(book: Any, name: str, wanted: Wanted, records: Callable[[Any], Iterator[Record]]) -> Choice:
    """The sheet to read; `records` gives the rows of one that are not blank.

    Raises `Refused` `table.sheet` for none, `table.sheets` for several, `csv.empty` where nothing is filled in.
    """
    tables = [table for table in book.worksheets if (table.title == name if name else table.sheet_state == "visible")][:_MOST]
    if not tables:
        raise Refused("table.sheet")
    looked = [(table, find_heads(records(table), wanted)) for table in tables]
    filled = [(table, found) for table, found in looked if found is not None]
    if not filled:
        raise Refused("csv.empty")
    fitting = [(table, found) for table, found in filled if found.fits]
    table, found = (fitting or filled)[0]
    if len(fitting) > 1 and table is not tables[0]:
        raise Refused("table.sheets")
    notes = found.notes
    if table is not tables[0]:
        notes = (CellFault(found.line, "table.sheet_chosen"), *notes)
    if len(fitting) > 1:
        notes = (CellFault(found.line, "table.more_sheets"), *notes)
    return Choice(table, found, notes)
