"""Cells that no column may hold, and the apostrophe that makes a file safe to open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.tables.cells import CellError, cell_class, column_letter, escaped, is_formula, refuse_unfit, unescaped


@pytest.mark.parametrize(
    "text", ["=1", "@SUM(1)", "+某人", "-某人", "\t=1+1", " =1", "＝1", "\r\n@x", "-1+2", "+1-cmd|'x'!A1", "=", "--1"]
)
def test_what_a_spreadsheet_would_run_is_a_formula(text: str) -> None:
    assert is_formula(text)
    assert escaped(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-4.0", "+5", "-", "--", "－", "1=1", "a@b", "'3101234567", "", "-18.2 "])
def test_signed_numbers_dashes_and_texts_are_none(text: str) -> None:
    assert not is_formula(text)
    assert escaped(text) == text == unescaped(text)


@given(st.text(alphabet="'=+-@＝ \t1a", max_size=8))
def test_what_is_escaped_comes_back_as_it_was_and_does_not_run(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not is_formula(escaped(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x00b", "text.nul"), ("a\x07b", "text.control_char"), ("\u202eabc", "text.bidi_control"),
        ("猪\u200b肉", "text.zero_width"), ("x" * 1001, "text.too_long"), ("=1", "csv.formula"),
    ],
)  # fmt: skip
def test_texts_that_no_cell_may_hold_are_refused(text: str, code: str) -> None:
    with pytest.raises(CellError) as refused:
        refuse_unfit(text)
    assert refused.value.code == code


def test_the_class_of_a_cell_tells_what_it_is_and_never_what_it_says() -> None:
    cells: list[Any] = ["=1", None, "", "012", "1.2E+10", 5, 2.5, True, datetime(2025, 6, 2), "猪肉"]
    assert [cell_class(cell) for cell in cells] == [
        "formula", "missing", "empty", "digits:3", "exponent", "integer", "number", "boolean", "digits:1", "text:2",
    ]  # fmt: skip


def test_line_ends_and_a_thousand_characters_may_stand_in_a_cell() -> None:
    refuse_unfit("多行\r\n\t备注" + "x" * 990)
    refuse_unfit(1.5)


def test_columns_have_the_spreadsheets_letters() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 51, 52, 255, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "IV", "ZZ", "AAA",
    ]  # fmt: skip
