"""A table that has been opened: how it is encoded, its heads, and its rows as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.errors import Fault, Refused
from gateway.intake.tables.cells import REASON_HEAD, Row, column_letter

_BLANKS = " \t\r\n\u3000\xa0\ufeff"


@dataclass(frozen=True, slots=True)
class Opened:
    """`heads` is empty for a form that has none (NDJSON, JSON). `form` is csv, xlsx, ndjson or json; `sheet` a workbook's."""

    encoding: str
    heads: tuple[str, ...]
    rows: Iterator[Row]
    form: str
    sheet: str = ""

    def letter(self, head: str) -> str:
        """The column letter of a head, or "" where there is none."""
        return column_letter(self.heads.index(head)) if head in self.heads else ""


def clean_heads(cells: Sequence[object]) -> tuple[str, ...]:
    """The heads without blanks around them. Raises `Refused` `csv.header_duplicate`."""
    heads = tuple("" if cell is None else str(cell).strip(_BLANKS) for cell in cells)
    twice = [index for index, head in enumerate(heads) if head and head in heads[:index]]
    if twice:
        raise Refused("csv.header_duplicate", [Fault("csv.header_duplicate", f"{column_letter(index)}1") for index in twice])
    return heads


def require_heads(opened: Opened, wanted: Sequence[str]) -> None:
    """Raises `Refused` `csv.header_missing` with every head the mapping needs and the table lacks."""
    missing = [head for head in wanted if head not in opened.heads]
    if missing:
        raise Refused("csv.header_missing", [Fault("csv.header_missing", head) for head in missing])


def unknown_columns(opened: Opened, known: Sequence[str]) -> list[str]:
    """Letters of the columns that no head of the mapping names, without the one that rejected rows carry."""
    taken = {*known, REASON_HEAD, ""}
    return [column_letter(index) for index, head in enumerate(opened.heads) if head not in taken]
