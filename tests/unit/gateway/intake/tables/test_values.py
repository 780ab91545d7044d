"""What cells mean to their columns, and what explains a cell that a spreadsheet spoiled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from gateway.intake.tables.cells import Cell, CellError
from gateway.intake.tables.code_parsers import read_gs1
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.profiles import shipped
from gateway.intake.tables.scheme import Column
from gateway.intake.tables.values import Reader, convert

WHOLESALE = Reader(read_mapping(shipped("pork_wholesale_day")), read_gs1, from_json=False)
CITY = Reader(read_mapping(shipped("city_platform")), read_gs1, from_json=True)
CERT = Column("c", "cn:productQuarantineCertB", kind="digits", digits=10)
NUMBER = Column("c", "cn:customsDeclarationNo", kind="digits", digits=18)


def refusal(column: Column, cell: Cell, reader: Reader = WHOLESALE) -> tuple[str, str]:
    with pytest.raises(CellError) as refused:
        convert(column, cell, reader)
    return refused.value.code, refused.value.explains


@pytest.mark.parametrize(
    ("column", "cell", "code", "explains"),
    [
        (CERT, "310123456", "id.quarantine_format", "cell.leading_zeros"),
        (CERT, 310123456, "id.quarantine_format", "cell.leading_zeros"),
        (CERT, "3.10123E+09", "id.quarantine_format", "cell.exponent"),
        (CERT, "'3101234567", "id.quarantine_format", "cell.apostrophe"),
        (CERT, "31012", "id.quarantine_format", ""),
        (CERT, "31012345678", "id.quarantine_format", ""),
        (CERT, "３１０１２３４５６７", "id.quarantine_format", "cell.full_width"),
        (NUMBER, "1.23E+17", "cell.digits", "cell.exponent"),
        (Column("c", "gtin"), "9.52123E+12", "id.gtin_format", "cell.exponent"),
        (Column("c", "gtin"), "9521234100", "id.gtin_format", "cell.leading_zeros"),
        (Column("c", "gtin"), "09521234100035", "id.gtin_check", ""),
        (Column("c", "lot"), "2.5E+10", "id.lot", "cell.exponent"),
        (Column("c", "lot"), "批号", "id.lot", ""),
        (Column("c", "lot"), datetime(2025, 6, 2), "cell.date", ""),
        (Column("c", "serial"), "x" * 21, "id.serial", ""),
        (Column("c", "cn:meatQualityCert"), "1.23E+17", "cell.exponent", "cell.exponent"),
        (Column("c", "quantity"), "1,200.5", "qty.format", "cell.thousands"),
        (Column("c", "quantity"), "１２．５", "qty.format", "cell.full_width"),
        (Column("c", "quantity"), "-4.0", "qty.not_positive", ""),
        (Column("c", "quantity"), "0", "qty.not_positive", ""),
        (Column("c", "quantity"), "12kg", "qty.format", ""),  # there is a column for the unit
        (Column("c", "quantity"), "1e3", "qty.format", ""),
        (Column("c", "unit"), "斤", "qty.unit_unknown", "cell.jin"),
        (Column("c", "unit"), "磅", "qty.unit_unknown", "cell.unit"),
        (Column("c", "line"), "0", "cell.integer", ""),
        (Column("c", "line"), "1.5", "cell.integer", ""),
        (Column("c", "cn:pieces", kind="integer"), "-1", "qty.not_positive", ""),
        (Column("c", "cn:pieces", kind="integer"), "0", "qty.not_positive", ""),
        (Column("c", "cn:pieces", kind="integer"), "两件", "cell.integer", ""),
        (Column("c", "temperature"), "冷", "cell.number", ""),
        (Column("c", "cn:receiverConfirmed", kind="yesno"), "ok", "cell.choice", ""),
        (Column("c", "seller"), "91310113TE5T00024H", "id.uscc_check", ""),
        (Column("c", "seller"), "甲一号", "id.uscc_format", ""),
        (Column("c", "slip"), "x" * 101, "text.too_long", ""),
    ],
)
def test_a_refused_cell_has_the_rules_code_and_what_explains_it(column: Column, cell: Cell, code: str, explains: str) -> None:
    assert refusal(column, cell) == (code, explains)


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        (CERT, 3101234567, "3101234567"),
        (CERT, " 3101234567\u3000", "3101234567"),
        (Column("c", "gtin"), "9521234100034", "09521234100034"),  # 13 digits of a GTIN-14 that begins with 0
        (Column("c", "gtin"), 9521234100034, "09521234100034"),
        (Column("c", "lot"), "250603E1", "250603E1"),
        (Column("c", "quantity"), "20.4", {"amount": 20.4}),
        (Column("c", "quantity"), "12.0", {"amount": 12}),
        (Column("c", "quantity"), 36.800000000000004, {"amount": 36.8}),
        (Column("c", "temperature"), "-18.5", -18.5),
        (Column("c", "cn:receiverConfirmed", kind="yesno"), True, True),
        (Column("c", "cn:receiverConfirmed", kind="yesno"), "否", False),
        (Column("c", "category"), "猪肉", "pork"),
        (Column("c", "cn:x", kind="number"), 2.5, 2.5),
        (Column("c", "cn:x", kind="date"), "2025年6月2日", "2025-06-02"),
    ],
)
def test_a_good_cell_becomes_its_value(column: Column, cell: Cell, value: Any) -> None:
    assert convert(column, cell, WHOLESALE) == value


def test_a_unit_may_stand_behind_the_number_where_no_column_has_it() -> None:
    column = Column("c", "quantity")
    assert convert(column, "12.5 公斤", CITY) == {"amount": 12.5, "unit": "公斤"}
    assert refusal(column, "12斤", CITY) == ("qty.unit_unknown", "cell.jin")
