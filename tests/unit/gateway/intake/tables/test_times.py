"""Times as people, spreadsheets and machines write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from gateway.intake.tables.cells import Cell, CellError
from gateway.intake.tables.times import read_date, read_moment


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2025/6/2 5:30", "2025-06-02T05:30:00.000+08:00"),
        ("2025-06-02 05:30:00", "2025-06-02T05:30:00.000+08:00"),
        (" 2025-6-2  5:30 ", "2025-06-02T05:30:00.000+08:00"),
        ("2025-06-02T05:30:00+08:00", "2025-06-02T05:30:00.000+08:00"),
        ("2025-06-01T21:30:00.1Z", "2025-06-02T05:30:00.100+08:00"),
        ("2025-06-01T21:30:00.1239Z", "2025-06-02T05:30:00.123+08:00"),
        (datetime(2025, 6, 2, 5, 30), "2025-06-02T05:30:00.000+08:00"),
    ],
)
def test_what_people_write_is_beijing_time(cell: Cell, moment: str) -> None:
    assert read_moment(cell, from_json=False, days=False) == moment


@pytest.mark.parametrize(
    ("cell", "code", "explains"),
    [
        ("45810.9271", "time.invalid", "cell.serial_date"), ("45810", "time.invalid", "cell.serial_date"),
        (45810.9271, "time.invalid", "cell.serial_date"), ("2025-06-02T05:30:00", "time.naive", ""),
        ("2025-06-02", "time.invalid", "cell.day_only"), (date(2025, 6, 2), "time.invalid", "cell.day_only"),
        ("2025年6月2日", "time.invalid", "cell.day_only"),
        ("2025-02-30 05:30", "time.invalid", ""), ("2025-06-02 25:30", "time.invalid", ""),
        ("2025-06/02 05:30", "time.invalid", ""), ("昨天", "time.invalid", ""), ("", "time.invalid", ""),
        (True, "time.invalid", ""),
        ("0001-01-01T00:00:00+14:00", "time.invalid", ""),
    ],
)  # fmt: skip
def test_what_is_no_time_or_has_lost_its_offset_is_refused(cell: Cell, code: str, explains: str) -> None:
    with pytest.raises(CellError) as refused:
        read_moment(cell, from_json=False, days=False)
    assert (refused.value.code, refused.value.explains) == (code, explains)


@pytest.mark.parametrize("text", ["2025/6/2 5:30", "2025-06-02 05:30:00", "2025-06-02T05:30:00"])
def test_json_has_no_time_without_offset(text: str) -> None:
    with pytest.raises(CellError) as refused:
        read_moment(text, from_json=True, days=True)
    assert refused.value.code == "time.naive"


def test_a_day_is_its_first_moment_where_days_are_meant() -> None:
    assert read_moment("2025/6/2", from_json=True, days=True) == "2025-06-02T00:00:00.000+08:00"


def test_dates_are_read_in_the_three_ways_they_are_written() -> None:
    assert {read_date(cell) for cell in ("2025-06-02", "2025/6/2", "2025年6月2日", datetime(2025, 6, 2))} == {"2025-06-02"}
    for cell, explains in (("45810", "cell.serial_date"), ("2025-02-30", ""), ("六月", "")):
        with pytest.raises(CellError) as refused:
            read_date(cell)
        assert (refused.value.code, refused.value.explains) == ("time.invalid", explains)
