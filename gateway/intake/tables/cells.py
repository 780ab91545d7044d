"""
Cells and rows of a table, and what can be wrong with a cell before anybody asks what it means.

A cell that a spreadsheet would run is refused wherever it stands, also in a column that is not uploaded: the rejected rows are
opened in a spreadsheet again. Plain signed numbers and lone dashes are no formulas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.value_class import value_class

REASON_HEAD: Final = "错误原因"  # the column that is added to rejected rows, and ignored when they come back
TEXT: Final = "@"  # the number format of a spreadsheet that keeps leading zeros
CORRECTS_HEAD: Final = "更正原事件"  # the column, of any mapping, with the eventID of a recorded event that the row corrects
Cell = str | int | float | bool | datetime | date | None  # a date is a cell whose format shows no time of day
_RUNS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # what spreadsheets take for the beginning of a formula
_HARMLESS = re.compile(r"[+-][0-9]+(?:\.[0-9]+)?|-+|－+")
_ESCAPED = re.compile(r"'+[\t\r\n ]*[=+\-@＝＋－＠]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ZERO_WIDTH = re.compile("[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]")


class CellError(ValueError):
    """A cell that cannot be taken: the rule's `code`, a code that `explains` how it came about, and what is `expected`, or ""."""

    def __init__(self, code: str, explains: str = "", *, expected: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.explains = explains
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line (head = 1), cells by head, what it came as (for the rejected file), and a code when it is no row."""

    line: int
    cells: Mapping[str, Cell]
    source: Any
    code: str = ""


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell, or with a whole row (no column). `column` is a letter, `head` a head of the mapping.

    `expected` lists what the mapping would take there, and `repeats` is the line that a doubled row repeats.
    """

    line: int
    code: str
    column: str = ""
    head: str = ""
    value: str = ""  # class of what was found, never the value
    explains: str = ""
    expected: str = ""
    repeats: int = 0

    def to_json(self) -> dict[str, Any]:
        """The fault as it is stored with an import."""
        named = {
            "column": self.column, "head": self.head, "value": self.value, "explains": self.explains,
            "expected": self.expected, "repeats": self.repeats,
        }  # fmt: skip
        return {"line": self.line, "code": self.code, **{name: told for name, told in named.items() if told}}


def column_letter(index: int) -> str:
    """The spreadsheet's letter of a column; 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text when the file is opened (OWASP, CSV injection)."""
    bare = text.lstrip("\t\r\n ")
    return bare.startswith(_RUNS) and _HARMLESS.fullmatch(bare.rstrip()) is None


def escaped(text: str) -> str:
    """The text with an apostrophe before a formula, so that a spreadsheet shows it and does not run it."""
    return f"'{text}" if is_formula(text) or _ESCAPED.match(text) else text


def unescaped(text: str) -> str:
    """Undoes `escaped`: rejected rows can be sent back as they are, and are then judged like the first time."""
    return text[1:] if _ESCAPED.match(text) else text


def refuse_unfit(cell: Cell) -> None:
    """Raises `CellError` for a cell that no column may hold: formulas, U+0000, control and invisible characters, long texts."""
    if not isinstance(cell, str):
        return
    if is_formula(cell):
        raise CellError("csv.formula")
    if "\x00" in cell:
        raise CellError("text.nul")
    for pattern, code in ((_CONTROL, "text.control_char"), (_BIDI, "text.bidi_control"), (_ZERO_WIDTH, "text.zero_width")):
        if pattern.search(cell):
            raise CellError(code)
    if len(cell) > TABLE_LIMITS.text_chars:
        raise CellError("text.too_long")


def cell_class(cell: Cell) -> str:
    """The value class of a cell."""
    if isinstance(cell, str) and is_formula(cell):
        return "formula"
    return "missing" if cell is None else value_class("0" if isinstance(cell, date) else cell)


def is_blank(cell: Cell) -> bool:
    """Whether nothing was filled in."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
