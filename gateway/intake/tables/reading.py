"""
One row → what it says of goods, or everything that is wrong with its cells.

Cells are judged one by one, whether their column is uploaded or not; then the row is put together: which goods (a code, a GTIN
with lot, or a product name of the mapping's table), how much of them and in which unit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gateway.intake.standard.uris import is_event_id
from gateway.intake.tables.cells import (
    CORRECTS_HEAD,
    REASON_HEAD,
    Cell,
    CellError,
    CellFault,
    Row,
    cell_class,
    is_blank,
    refuse_unfit,
)
from gateway.intake.tables.opened import Opened
from gateway.intake.tables.scheme import EPCIS, NOWHERE, SERIALS, Column, Mapping, Product
from gateway.intake.tables.values import Reader, convert, unknown_unit

_TYPED_TEXT = ("lot", "serial", "slip")  # columns in which a number may have lost its leading zeros


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that was read: `said` is what it says, by target and `cn:` term; `group` and `unique` are keys, "" without.

    `corrects` is the eventID of the recorded event that it corrects, "" for none.
    """

    line: int
    said: dict[str, Any]
    group: str
    unique: str
    faults: tuple[CellFault, ...]
    warnings: tuple[CellFault, ...]
    corrects: str = ""


def read_row(row: Row, opened: Opened, reader: Reader) -> ReadRow:
    """Reads a row by the reader's mapping. With faults, `said` is empty."""
    mapping = reader.mapping
    if row.code:
        return ReadRow(row.line, {}, "", "", (CellFault(row.line, row.code),), ())
    if mapping.kind == EPCIS:
        return ReadRow(row.line, row.source, "", "", (), ())  # its checks are the events' own
    by_head: dict[str, Any] = {}
    faults = _unfit(row, opened, known=mapping.heads)
    for column in mapping.columns:
        cell = row.cells.get(column.head)
        fault = _read_cell(column, cell, reader, by_head)
        if fault is not None:
            faults.append(_fault(row, opened, column.head, fault))
    corrects = _corrects(row, opened, faults)
    if not faults and mapping.kind != SERIALS:
        said, misfit = _put_together(by_head, reader)
        faults = [] if misfit is None else [_fault(row, opened, misfit[0], misfit[1])]
    else:
        said = by_head
    if faults:
        return ReadRow(row.line, {}, "", "", tuple(faults), ())
    group, unique = (_key(by_head, heads) for heads in (mapping.group, mapping.unique))
    return ReadRow(row.line, said, group, unique, (), tuple(_warnings(row, opened, mapping)), corrects)


def is_example(row: Row, mapping: Mapping) -> bool:
    """Whether this is the example row of a template that nobody deleted."""
    marked = [column for column in mapping.columns if column.example.startswith("示例-")]
    return any(row.cells.get(column.head) == column.example for column in marked)


def _unfit(row: Row, opened: Opened, *, known: tuple[str, ...]) -> list[CellFault]:
    """Cells that no column may hold, those of columns we do not know too; of these the head is not repeated."""
    faults = []
    for head, cell in row.cells.items():
        if head == REASON_HEAD:
            continue
        try:
            refuse_unfit(cell)
        except CellError as error:
            name = head if head in (*known, CORRECTS_HEAD) else ""
            faults.append(CellFault(row.line, error.code, opened.letter(head), name, cell_class(cell)))
    return faults


def _corrects(row: Row, opened: Opened, faults: list[CellFault]) -> str:
    """The eventID that the row names as the one it corrects; adds a fault for a cell that has none."""
    cell = row.cells.get(CORRECTS_HEAD)
    if is_blank(cell):
        return ""
    text = cell.strip() if isinstance(cell, str) else ""
    if not is_event_id(text):
        faults.append(_fault(row, opened, CORRECTS_HEAD, CellError("table.corrects_unknown")))
    return text


def _read_cell(column: Column, cell: Cell, reader: Reader, by_head: dict[str, Any]) -> CellError | None:
    if is_blank(cell):
        return CellError("catalogue.required_field") if column.required else None
    try:
        refuse_unfit(cell)
    except CellError:
        return None  # said already
    if column.to == NOWHERE:
        return None
    try:
        by_head[column.head] = convert(column, cell, reader)
    except CellError as error:
        return error
    return None


def _fault(row: Row, opened: Opened, head: str, error: CellError) -> CellFault:
    cell = row.cells.get(head)
    explains = "cell.merged" if is_blank(cell) and opened.is_merged(row.line, head) else error.explains
    return CellFault(row.line, error.code, opened.letter(head), head, cell_class(cell), explains, error.expected)


def _put_together(by_head: dict[str, Any], reader: Reader) -> tuple[dict[str, Any], tuple[str, CellError] | None]:
    """What the row says by target, or the head and the error of what does not fit."""
    mapping = reader.mapping
    said = {column.to: by_head[column.head] for column in mapping.columns if column.head in by_head}
    product = mapping.products.get(said.pop("product", ""), Product())
    error = _name_goods(said, product)
    if error is not None:
        target, cause = error
        column = mapping.column(target) or mapping.column("gtin") or mapping.column("product")
        return {}, (column.head if column else "", cause)
    if "category" not in said and (category := product.category or mapping.fixed.get("category")):
        said["category"] = category
    return _measured(said, product, mapping)


def _name_goods(said: dict[str, Any], product: Product) -> tuple[str, CellError] | None:
    code: dict[str, str] = said.pop("code", {})
    for part in ("gtin", "lot", "serial"):
        if part in code and said.get(part, code[part]) != code[part]:
            return "code", CellError("cell.code_differs")
    said.update(code)
    if "sscc" in said:
        return None
    if "gtin" not in said and product.gtin:
        said["gtin"] = product.gtin
    if "gtin" not in said:
        return "product", CellError("cell.product_unknown")
    if "lot" not in said and "serial" not in said:
        return "lot", CellError("catalogue.required_field")
    return None


def _measured(said: dict[str, Any], product: Product, mapping: Mapping) -> tuple[dict[str, Any], tuple[str, CellError] | None]:
    quantity = said.pop("quantity", {})
    word = said.pop("unit", None) or quantity.get("unit") or product.unit or mapping.fixed.get("unit")
    is_item = "serial" in said or "sscc" in said
    column = mapping.column("quantity")
    head = column.head if column else ""
    if word is not None and word not in mapping.units:
        return {}, (head, unknown_unit(word, mapping))
    unit = mapping.units[word] if word is not None else None
    amount = quantity.get("amount")
    if is_item and amount not in (None, 1):
        return {}, (head, CellError("cell.item_quantity"))
    if unit is None and isinstance(amount, float):
        return {}, (head, CellError("qty.unit_missing"))  # 20.4 pieces of meat
    if not is_item and amount is not None:
        said["amount"] = amount
        if unit is not None:
            said["unit"] = unit
    return said, None


def _key(by_head: dict[str, Any], heads: tuple[str, ...]) -> str:
    return json.dumps([by_head.get(head) for head in heads], ensure_ascii=False) if heads else ""


def _warnings(row: Row, opened: Opened, mapping: Mapping) -> list[CellFault]:
    numbers = [
        column.head
        for column in mapping.columns
        if (column.to in _TYPED_TEXT or (column.to.startswith("cn:") and column.kind == "text"))
        and isinstance(row.cells.get(column.head), int | float)
        and not isinstance(row.cells.get(column.head), bool)
        and opened.form == "xlsx"
    ]
    hidden = [
        column.head
        for column in mapping.columns
        if column.to != NOWHERE and is_blank(row.cells.get(column.head)) and opened.is_merged(row.line, column.head)
    ]
    return [
        *(CellFault(row.line, "cell.number_as_text", opened.letter(head), head, cell_class(row.cells[head])) for head in numbers),
        *(CellFault(row.line, "cell.merged_blank", opened.letter(head), head) for head in hidden),
    ]
