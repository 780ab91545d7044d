"""Rows under a table that report nothing, and rows that only look like one."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.tables.cells import Row
from gateway.intake.tables.footers import SIGNATURE, TOTAL, footer_code
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.profiles import shipped

DAY = read_mapping(shipped("pork_wholesale_day"))


def code(*source: Any) -> str:
    return footer_code(Row(9, dict(zip(DAY.heads, source, strict=False)), list(source)), DAY)


@pytest.mark.parametrize(
    "source",
    [
        ("合计", "", "", "12", "345.60"), ("总计：", None, 12, 345.6), ("", "小 计", "1,234.5", "-3"), ("合　计",),
        ("合计", None, "=SUM(P2:P9)"), ("合计", "", "345.6kg", "1200 元"), ("共计", "12", "kg"), ("本日合计", "12"),
    ],
)  # fmt: skip
def test_a_row_of_sums_is_a_total(source: tuple[Any, ...]) -> None:
    assert code(*source) == TOTAL


@pytest.mark.parametrize(
    "source",
    [
        ("制表人：张三", "", "审核：李四", "", "2025-06-02"), ("审核人", "李四"), ("签字（盖章）", None), ("经办人:",), ("制表",),
    ],
)  # fmt: skip
def test_a_row_of_signatures_is_one(source: tuple[Any, ...]) -> None:
    assert code(*source) == SIGNATURE


@pytest.mark.parametrize(
    "source",
    [
        (), ("", None), (12, "合计"), ("合计", "猪里脊"), ("合计行", "12"), ("MKT-1", "合计"), ("审核中的追溯单", "1"),
        ("审核", *["x"] * 17),
        ("负责人：张三", "", "", "", "", "09521234100034", "C1", *[""] * 5, "91310113TE5T00024G", "", "", "12.5"),
    ],
)  # fmt: skip
def test_every_other_row_is_judged_as_a_row(source: tuple[Any, ...]) -> None:
    assert code(*source) == ""


def test_rows_of_json_have_no_totals() -> None:
    assert footer_code(Row(9, {"追溯单号": "合计"}, {"追溯单号": "合计"}), DAY) == ""
