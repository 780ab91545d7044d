"""
Rows that report nothing: totals (合计) and signatures (制表人), as people and systems put them under a table.

They are skipped with a warning that names their line, not refused: a nightly export with a total would else never be whole, and
its faults would count in the quality report. Only a row that is refused anyway is looked at, so that no good row is ever skipped.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.intake.tables.cells import Cell, Row, is_blank, is_formula
from gateway.intake.tables.scheme import Mapping

TOTAL: Final = "table.total_row"
SIGNATURE: Final = "table.signature_row"
_TOTAL = re.compile(r"(?:合|总|小|累|共)\s*计\s*[:：]?|(?:本页|本日|当日|本月)(?:合|小)计\s*[:：]?")
_SIGNED = re.compile(
    r"(?:制表|填表|审核|复核|审批|核准|经办|签字|签名|签章|盖章|负责人|主管)(?:人|员|日期)?(?:\s*[:：(（].*|\s*)", re.DOTALL
)
_SUM = re.compile(r"[+-]?[0-9]{1,3}(?:,?[0-9]{3})*(?:\.[0-9]+)?|[+-]?[0-9]+(?:\.[0-9]+)?")
_FIGURES = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GOODS: Final = frozenset(("product", "gtin", "lot", "code", "serial", "sscc", "quantity", "buyer", "seller"))
_MOST_BY_CHANCE: Final = 2  # names of those who sign, wherever they stand, are no figures
_UNIT = re.compile(r"[^\W\d_]{1,10}$")


def footer_code(row: Row, mapping: Mapping) -> str:
    """`table.total_row`, `table.signature_row`, or "" for every other row. A signature row leaves most required cells blank."""
    if not isinstance(row.source, list):
        return ""  # JSON has no such rows
    filled: list[Cell] = [cell for cell in row.source if not is_blank(cell)]
    first = filled[0] if filled else None
    if not isinstance(first, str):
        return ""
    if _TOTAL.fullmatch(first.strip()) and all(_is_sum(cell, mapping) for cell in filled[1:]):
        return TOTAL
    required = [column.head for column in mapping.columns if column.required]
    blank = sum(is_blank(row.cells.get(head)) for head in required)
    if _SIGNED.fullmatch(first.strip()) is None or blank * 2 <= len(required) or _names_goods(row, mapping):
        return ""
    return SIGNATURE


def _names_goods(row: Row, mapping: Mapping) -> bool:
    """Whether cells behind the first name goods and an amount, or a party: a row of data, however it begins."""
    said = [cell for cell in row.source if not is_blank(cell)][1:]
    figures = [
        cell for cell in said if isinstance(cell, int | float) or (isinstance(cell, str) and _FIGURES.fullmatch(cell.strip()))
    ]
    targets = {column.to for column in mapping.columns if not is_blank(row.cells.get(column.head))}
    return bool(figures) and len(targets & _GOODS) >= _MOST_BY_CHANCE


def _is_sum(cell: Cell, mapping: Mapping) -> bool:
    """A number, the formula that adds up a column, or a number with a unit."""
    if not isinstance(cell, str):
        return isinstance(cell, int | float)
    text = cell.strip()
    unit = _UNIT.search(text)
    if text in mapping.units:
        return True
    if unit is not None and (unit[0] == "元" or unit[0] in mapping.units):
        text = text[: unit.start()].rstrip()
    return _SUM.fullmatch(text) is not None or is_formula(text)
