"""Rows of CSV: lines as a spreadsheet numbers them, quotes, ragged rows, and files that are refused whole."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.intake.tables.cells import Row
from gateway.intake.tables.csv_file import open_csv
from gateway.intake.tables.heads import Wanted


def rows_of(path: Path, text: str) -> list[Row]:
    path.write_bytes(text.encode())
    with open_csv(path) as opened:
        return list(opened.rows)


def test_lines_count_as_a_spreadsheets_rows_do(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "t", 'a,b\r\n1,"x\r\ny"\r\n\r\n,\r\n2,z\r\n')
    assert [(row.line, dict(row.cells)) for row in rows] == [(2, {"a": "1", "b": "x\r\ny"}), (5, {"a": "2", "b": "z"})]


def test_the_heads_may_come_after_empty_lines_and_have_blanks_around_them(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "t", "\n,\n a ,\u3000b\u3000\n1,2\n")
    assert [(row.line, dict(row.cells)) for row in rows] == [(4, {"a": "1", "b": "2"})]


def test_a_row_of_another_length_is_its_own_fault(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "t", "a,b\n1\n1,2,3\n1,2\n")
    assert [(row.line, row.code) for row in rows] == [(2, "csv.ragged"), (3, "csv.ragged"), (4, "")]
    assert rows[1].source == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('a,b\n1,"2\n3,4\n', "csv.quote"), ('a,b\n"1"x,2\n', "csv.quote"), ("a;b\n1;2\n", "csv.delimiter"),
        ("a\tb\n1\t2\n", "csv.delimiter"), ("a，b\n", "csv.delimiter"), ("", "csv.empty"), ("\n\n", "csv.empty"),
        ("a,b,a\n1,2,3\n", "csv.header_duplicate"), (",".join(f"h{i}" for i in range(257)) + "\n", "table.columns"),
        ('a\n"' + "x" * 140_000 + "\n", "csv.quote"), ("a,b\n" + "x" * 1_100_000 + ",1\n", "text.too_long"),
    ],
)  # fmt: skip
def test_what_makes_rows_a_guess_refuses_the_file(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rows_of(tmp_path / "t", text)
    assert refused.value.code == code


def test_an_open_quote_gives_no_row_after_it(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("a,b\n" + "1,2\n" * 20 + '1,"2\n' + "3,4\n" * 50_000)
    lines = []
    with open_csv(tmp_path / "t") as opened, pytest.raises(Refused):
        lines.extend(row.line for row in opened.rows)
    assert max(lines, default=0) <= 21


def test_a_title_above_the_heads_is_passed_over_and_said(tmp_path: Path) -> None:
    wanted = Wanted(frozenset({"时间", "批号"}), frozenset({"时间", "批号"}))
    (tmp_path / "t").write_text("六月二日，交易\n\n批号,时间\n" + "L1,2\n" * 20, "utf-8")
    with open_csv(tmp_path / "t", wanted) as opened:
        assert (opened.head_line, [note.code for note in opened.notes]) == (3, ["table.head_row"])
        assert [row.line for row in opened.rows] == list(range(4, 24))
    (tmp_path / "t").write_text("标题\n" * 10 + "批号,时间\nL1,2\n", "utf-8")
    with open_csv(tmp_path / "t", wanted) as opened:
        assert (opened.head_line, opened.heads) == (1, ("标题",))  # ten rows are looked through


@given(st.lists(st.lists(st.text("ab,\"'\r\n；\u3000中", max_size=5), min_size=2, max_size=2), max_size=5))
def test_whatever_a_writer_quotes_is_read_back(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *cells])
    rows = rows_of(tmp_path_factory.mktemp("csv") / "t", file.getvalue())
    assert [row.source for row in rows] == [row for row in cells if any(cell.strip() for cell in row)]


@pytest.mark.parametrize(("text", "code"), [('"\n",' * 100_000, "csv.quote"), ("," * 256 + "\n", "table.columns")])
def test_one_record_is_bounded_however_many_lines_it_has(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rows_of(tmp_path / "t", "a,b\n" + text)
    assert refused.value.code == code


def test_a_table_above_the_heads_is_refused_and_not_lost(tmp_path: Path) -> None:
    path, wanted = tmp_path / "t.csv", Wanted(frozenset({"a", "b"}), frozenset({"a", "b", "c", "d"}))
    path.write_text("a,x,c,d\n1,2,3,4\na,b,c,d\n1,2,3,4\n", "utf-8")
    with pytest.raises(Refused) as refused, open_csv(path, wanted):
        pass
    assert refused.value.code == "table.rows_above"
