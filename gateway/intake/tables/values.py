"""
What a cell means to its column: text, number, code, party, unit. Nothing is corrected, and what was lost before is explained.

Spreadsheets drop leading zeros, write long numbers in exponent form and take dates for numbers; a refused cell that shows one of
these signs carries the code that explains it beside the code of the rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from certs.codes import Code, is_uscc_form, uscc_is_valid
from gateway.intake.identifiers import is_lot
from gateway.intake.tables.cells import Cell, CellError
from gateway.intake.tables.code_parsers import CodeParser, read_gtin
from gateway.intake.tables.scheme import CITY, Column, Mapping
from gateway.intake.tables.times import read_date, read_moment

_BLANKS: Final = " \t\r\n\u3000\xa0"
_EXPONENT = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}")
_FULL_WIDTH = re.compile("[０-９．，]")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_AMOUNT = re.compile(r"(-?[0-9]{1,12}(?:\.[0-9]{1,6})?)")
_AMOUNT_UNIT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([^\W\d_]{1,10})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,6}(?:\.[0-9]{1,6})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_JIN: Final = ("斤", "市斤", "两", "担")  # no legal units; a weighing in them is read off another scale
_LISTED: Final = 20
_YES_NO: Final = {"是": True, "否": False, "TRUE": True, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Reader:
    """What converting needs: the mapping, its code parser, and whether the cells come from JSON."""

    mapping: Mapping
    parser: CodeParser
    from_json: bool


def convert(column: Column, cell: Cell, reader: Reader) -> Any:
    """The JSON value of a cell that is filled in. Raises `CellError` with the rule's code, and what explains the cell."""
    read = _TARGETS.get(column.to) or _KINDS[column.kind]
    try:
        return read(column, cell, reader)
    except CellError as error:
        raise CellError(error.code, error.explains or _explanation(cell), expected=error.expected) from None


def text_of(cell: Cell) -> str:
    """The text of a cell, without blanks around it. Raises `CellError` `cell.date` for what a spreadsheet took for a date."""
    if isinstance(cell, date):
        raise CellError("cell.date")
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return f"{cell:.6f}".rstrip("0").rstrip(".")  # 36.800000000000004 was 36.8 to whoever typed it
    return str(cell).strip(_BLANKS)


def lost_zeros(text: str, digits: int) -> bool:
    """Whether a number of this many digits can have become the text by losing zeros at its beginning."""
    return text.isascii() and text.isdigit() and digits - 3 <= len(text) < digits


def _explanation(cell: Cell) -> str:
    if not isinstance(cell, str):
        return ""
    text = cell.strip(_BLANKS)
    if _EXPONENT.fullmatch(text):
        return "cell.exponent"
    if text.startswith("'"):
        return "cell.apostrophe"
    if _FULL_WIDTH.search(text):
        return "cell.full_width"
    return "cell.thousands" if _THOUSANDS.fullmatch(text) else ""


def _text(_column: Column, cell: Cell, _reader: Reader) -> str:
    text = text_of(cell)
    if _EXPONENT.fullmatch(text):
        raise CellError("cell.exponent")
    return text


def _slip(column: Column, cell: Cell, reader: Reader) -> str:
    text = _text(column, cell, reader)
    if len(text) > 100:
        raise CellError("text.too_long")
    return text


def _line(_column: Column, cell: Cell, _reader: Reader) -> int:
    text = text_of(cell)
    if _WHOLE.fullmatch(text) is None or int(text) < 1:
        raise CellError("cell.integer")
    return int(text)


def _moment(_column: Column, cell: Cell, reader: Reader) -> str:
    return read_moment(cell, from_json=reader.from_json, days=reader.mapping.form == CITY)


def _category(column: Column, cell: Cell, reader: Reader) -> str:
    text = _text(column, cell, reader)
    return reader.mapping.categories.get(text, text)


def _gtin(_column: Column, cell: Cell, _reader: Reader) -> str:
    return read_gtin(text_of(cell))


def _lot(_column: Column, cell: Cell, _reader: Reader) -> str:
    text = text_of(cell)
    if not is_lot(text) or _EXPONENT.fullmatch(text):
        raise CellError("id.lot")
    return text


def _serial(_column: Column, cell: Cell, _reader: Reader) -> str:
    text = text_of(cell)
    if not is_lot(text) or _EXPONENT.fullmatch(text):
        raise CellError("id.serial")
    return text


def _code(_column: Column, cell: Cell, reader: Reader) -> dict[str, str]:
    code: Code = reader.parser(text_of(cell))
    parts = {"gtin": code.gtin, "lot": code.lot, "serial": code.serial, "sscc": code.sscc}
    return {name: part for name, part in parts.items() if part is not None}


def _quantity(_column: Column, cell: Cell, reader: Reader) -> dict[str, Any]:
    """`{"amount"}`, with `"unit"` where the word stands in the same cell and no column has it."""
    text = text_of(cell)
    match = _AMOUNT.fullmatch(text)
    unit = ""
    if match is None and reader.mapping.column("unit") is None:
        match = _AMOUNT_UNIT.fullmatch(text)
        unit = match[2] if match is not None else ""
    if match is None:
        raise CellError("qty.format")
    amount = _as_number(match[1])
    if amount <= 0:
        raise CellError("qty.not_positive")
    return {"amount": amount, "unit": _known_unit(unit, reader)} if unit else {"amount": amount}


def _unit(_column: Column, cell: Cell, reader: Reader) -> str:
    return _known_unit(text_of(cell), reader)


def _known_unit(word: str, reader: Reader) -> str:
    if word not in reader.mapping.units:
        raise unknown_unit(word, reader.mapping)
    return word


def unknown_unit(word: str, mapping: Mapping) -> CellError:
    """The error of a unit that the mapping has no word for, with the words it has."""
    explains = "cell.jin" if word in _JIN else "cell.unit"
    return CellError("qty.unit_unknown", explains, expected="、".join(list(mapping.units)[:_LISTED]))


def _number(_column: Column, cell: Cell, _reader: Reader) -> int | float:
    text = text_of(cell)
    if _NUMBER.fullmatch(text) is None:
        raise CellError("cell.number")
    return _as_number(text)


def _as_number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _party(_column: Column, cell: Cell, reader: Reader) -> str:
    text = text_of(cell)
    return _checked_uscc(reader.mapping.parties.get(text, text))


def _uscc(_column: Column, cell: Cell, _reader: Reader) -> str:
    return _checked_uscc(text_of(cell))


def _checked_uscc(text: str) -> str:
    if not is_uscc_form(text):
        raise CellError("id.uscc_format")
    if not uscc_is_valid(text):
        raise CellError("id.uscc_check")
    return text


def _integer(_column: Column, cell: Cell, _reader: Reader) -> int:
    text = text_of(cell)
    if _WHOLE.fullmatch(text) is None:
        raise CellError("qty.not_positive" if re.fullmatch(r"-[0-9]{1,9}", text) else "cell.integer")
    if int(text) == 0:
        raise CellError("qty.not_positive")
    return int(text)


def _yes_no(_column: Column, cell: Cell, _reader: Reader) -> bool:
    found = _YES_NO.get(text_of(cell))
    if found is None:
        raise CellError("cell.choice")
    return found


def _digits(column: Column, cell: Cell, _reader: Reader) -> str:
    text = text_of(cell)
    if not (text.isascii() and text.isdigit() and len(text) == column.digits):
        code = "id.quarantine_format" if "uarantine" in column.to else "cell.digits"
        raise CellError(code, "cell.leading_zeros" if lost_zeros(text, column.digits) else "")
    return text


def _date(_column: Column, cell: Cell, _reader: Reader) -> str:
    return read_date(cell)


_Read = Callable[[Column, Cell, Reader], Any]
_TARGETS: Final[dict[str, _Read]] = {
    "none": _text, "line": _line, "slip": _slip, "time": _moment, "category": _category, "product": _text, "gtin": _gtin,
    "lot": _lot, "serial": _serial, "code": _code, "quantity": _quantity, "unit": _unit, "temperature": _number,
    "seller": _party, "buyer": _party,
}  # fmt: skip
_KINDS: Final[dict[str, _Read]] = {
    "text": _text, "integer": _integer, "number": _number, "date": _date, "yesno": _yes_no, "uscc": _uscc, "digits": _digits,
}  # fmt: skip
