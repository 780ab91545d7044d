"""A row put together from its cells: which goods, how much, and what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.tables.cells import REASON_HEAD, Cell, Row
from gateway.intake.tables.code_parsers import read_gs1
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.opened import Opened
from gateway.intake.tables.reading import ReadRow, read_row
from gateway.intake.tables.values import Reader

LOIN, SSCC = "09521234100034", "095212340000000013"
HEADS = {"时间": "time", "码": "code", "条码": "gtin", "批号": "lot", "序列号": "serial", "数量": "quantity", "单位": "unit"}
MAPPING = read_mapping(
    {
        "columns": [{"head": head, "to": target} for head, target in HEADS.items()],
        "units": {"kg": "KGM", "件": None},
        "shapes": [{"type": "ObjectEvent", "action": "OBSERVE", "step": "receiving", "link": "receive"}],
    }
)
OPENED = Opened("utf-8", (*HEADS, "老板的话", REASON_HEAD), iter(()), "csv")


def read(**cells: Cell) -> ReadRow:
    row = Row(2, {"时间": "2025-06-02 05:30", **cells}, [])
    return read_row(row, OPENED, Reader(MAPPING, read_gs1, from_json=False))


def said(**cells: Cell) -> dict[str, Any]:
    found = read(**cells)
    assert found.faults == ()
    return {name: value for name, value in found.said.items() if name != "time"}


def faults(**cells: Cell) -> list[tuple[str, str, str]]:
    found = read(**cells)
    assert found.said == {}
    return [(fault.column, fault.head, fault.code) for fault in found.faults]


def test_a_lot_is_weighed_or_counted() -> None:
    assert said(条码=LOIN, 批号="L1", 数量="20.4", 单位="kg") == {"gtin": LOIN, "lot": "L1", "amount": 20.4, "unit": "KGM"}
    assert said(条码=LOIN, 批号="L1", 数量="3", 单位="件") == {"gtin": LOIN, "lot": "L1", "amount": 3}
    assert said(码=f"(01){LOIN}(10)L1", 数量="3") == {"gtin": LOIN, "lot": "L1", "amount": 3}


def test_one_item_or_unit_is_one_and_has_no_amount() -> None:
    assert said(条码=LOIN, 序列号="S1", 数量="1") == {"gtin": LOIN, "serial": "S1"}
    assert said(码=f"(00){SSCC}", 数量="1", 单位="件") == {"sscc": SSCC}
    assert faults(码=f"(00){SSCC}", 数量="2") == [("F", "数量", "cell.item_quantity")]


def test_a_code_and_the_columns_beside_it_agree() -> None:
    code = f"(01){LOIN}(10)L1"
    assert said(码=code, 条码=LOIN, 批号="L1") == {"gtin": LOIN, "lot": "L1"}
    assert faults(码=code, 批号="L2") == faults(码=code, 条码="09521234100041") == [("B", "码", "cell.code_differs")]


def test_goods_need_a_lot_or_a_serial_and_a_fraction_needs_a_unit() -> None:
    assert faults(条码=LOIN) == [("D", "批号", "catalogue.required_field")]
    assert faults(批号="L1") == [("C", "条码", "cell.product_unknown")]
    assert faults(条码=LOIN, 批号="L1", 数量="2.5") == [("F", "数量", "qty.unit_missing")]


def test_all_faults_of_a_row_come_at_once_and_an_unknown_head_is_not_repeated() -> None:
    found = read(条码="1", 批号="批", 老板的话="=1+1")
    assert {(fault.column, fault.head, fault.code, fault.value) for fault in found.faults} == {
        ("C", "条码", "id.gtin_format", "digits:1"), ("D", "批号", "id.lot", "text:1"), ("H", "", "csv.formula", "formula"),
    }  # fmt: skip


def test_the_column_that_rejected_rows_carry_is_not_judged() -> None:
    assert said(条码=LOIN, 批号="L1", **{REASON_HEAD: "=1\x00" + "x" * 2_000}) == {"gtin": LOIN, "lot": "L1"}


@pytest.mark.parametrize(("form", "warned"), [("xlsx", ["D"]), ("csv", [])])
def test_a_lot_that_came_as_a_number_of_a_workbook_is_a_warning(form: str, warned: list[str]) -> None:
    opened = Opened("", tuple(HEADS), iter(()), form)
    row = Row(2, {"时间": "2025-06-02 05:30", "条码": LOIN, "批号": 602}, [])
    found = read_row(row, opened, Reader(MAPPING, read_gs1, from_json=False))
    assert [(warning.column, warning.code) for warning in found.warnings] == [
        (column, "cell.number_as_text") for column in warned
    ]
    assert found.said["lot"] == "602"
