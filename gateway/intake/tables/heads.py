"""
Which row of a table has the heads: people put a title above them, and a line that says who printed it.

The first of the first ten rows that has every head the mapping needs is taken, and the answer says so. Without one, the row that
has most of them is judged, so that what is missing is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gateway.errors import Refused
from gateway.intake.tables.cells import CellFault
from gateway.intake.tables.scheme import Mapping

_BLANKS: Final = " \t\r\n\u3000\xa0\ufeff"
_LOOKED_THROUGH: Final = 10  # rows that are not blank
_LEAST: Final = 2  # a table names a time and goods
Record = tuple[int, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The heads that a mapping needs, and all that it knows."""

    required: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """The row of heads: its line and cells, whether it has all that is needed, and the first line that is not blank."""

    line: int
    cells: Sequence[object]
    fits: bool
    first: int
    widest_above: int = 0  # filled cells of the fullest row above

    def refuse_rows_above(self) -> None:
        """Raises `Refused` `table.rows_above` where a row above is no title: another table, whose rows would be lost."""
        if self.fits and self.widest_above >= max(3, _filled(self.cells) / 2):
            raise Refused("table.rows_above")

    @property
    def notes(self) -> tuple[CellFault, ...]:
        """A warning when rows above it were passed over."""
        return (CellFault(self.line, "table.head_row"),) if self.line != self.first else ()


ANY: Final = Wanted()


def wanted_by(mapping: Mapping) -> Wanted:
    """What a mapping asks of a row of heads."""
    return Wanted(frozenset(column.head for column in mapping.columns if column.required), frozenset(mapping.heads))


def find_heads(records: Iterator[Record], wanted: Wanted) -> Found | None:
    """The row of heads among rows that are not blank, or None where there are no rows. Reads ten of them at most."""
    listed = list(islice(records, _LOOKED_THROUGH))
    if not listed:
        return None
    sets = [{clean(cell) for cell in cells} for _, cells in listed]
    fitting = [at for at, heads in enumerate(sets) if heads >= wanted.required and len(heads & wanted.known) >= _LEAST]
    best = fitting[0] if fitting else max(range(len(listed)), key=lambda at: (len(sets[at] & wanted.known), -at))
    above = [cells for _, cells in listed[:best]]
    return Found(*listed[best], fits=bool(fitting), first=listed[0][0], widest_above=max(map(_filled, above), default=0))


def _filled(cells: Sequence[object]) -> int:
    return sum(1 for cell in cells if clean(cell))


def clean(cell: object) -> str:
    """A head without blanks around it."""
    return "" if cell is None else str(cell).strip(_BLANKS)
