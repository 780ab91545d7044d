"""Rows of workbooks, and workbooks that are refused before they are parsed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from gateway.errors import Refused
from gateway.intake.tables import xlsx_file, xlsx_zip
from gateway.intake.tables.cells import Row
from gateway.intake.tables.heads import Wanted
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.xlsx_file import open_xlsx


def saved(path: Path, *rows: list[Any], change: Callable[[Workbook], None] = lambda _: None) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    book.save(path)
    return path


def rows_of(path: Path, sheet: str = "") -> list[Row]:
    with open_xlsx(path, sheet=sheet) as opened:
        return list(opened.rows)


def refusal(path: Path, sheet: str = "") -> str:
    with pytest.raises(Refused) as refused:
        rows_of(path, sheet)
    return refused.value.code


def rewritten(path: Path, name: str, change: Callable[[bytes], bytes], *, also: dict[str, bytes] | None = None) -> Path:
    """The workbook with one part changed and others added."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in {**parts, **(also or {})}.items():
            archive.writestr(entry, content)
    return path


def test_cells_come_typed_dates_as_dates_and_numbers_as_numbers(tmp_path: Path) -> None:
    moment = datetime(2025, 6, 2, 5, 30)
    path = saved(
        tmp_path / "t.xlsx", ["a", "b", "c", "d", "e", "f"],
        [moment, 20.4, 12.0, "012", True, date(2025, 6, 2)], [None] * 6, [None, 9521234100034, None, None, None, time(5, 30)],
    )  # fmt: skip
    first, second = rows_of(path)
    assert (first.line, list(first.cells.values())) == (2, [moment, 20.4, 12, "012", True, date(2025, 6, 2)])
    assert first.source == ["2025-06-02 05:30:00", 20.4, 12, "012", True, "2025-06-02"]
    assert (second.line, second.cells["b"], second.cells["f"]) == (4, 9521234100034, "05:30:00")


def test_a_formula_is_seen_as_a_formula_and_not_as_its_result(tmp_path: Path) -> None:
    (row,) = rows_of(saved(tmp_path / "t.xlsx", ["a"], ["=1+1"]))
    assert row.cells["a"] == "=1+1"


def test_an_apostrophe_before_a_formula_is_taken_off_again(tmp_path: Path) -> None:
    (row,) = rows_of(saved(tmp_path / "t.xlsx", ["a", "b"], ["'=1+1", "'310"]))
    assert dict(row.cells) == {"a": "=1+1", "b": "'310"}


def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_shown_as_an_exponent(tmp_path: Path) -> None:
    (row,) = rows_of(saved(tmp_path / "t.xlsx", ["a"], [123456789012345678]))
    assert row.cells["a"] == "1.23456789012346E+17"


def test_a_hidden_sheet_is_not_the_first_and_a_named_one_is_found(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book.active.sheet_state = "hidden"
        book.create_sheet("第二").append(["b"])
        book["第二"].append([2])

    path = saved(tmp_path / "t.xlsx", ["a"], [1], change=change)
    with open_xlsx(path) as opened:
        assert (opened.sheet, opened.heads) == ("第二", ("b",))
    assert rows_of(path, "Sheet")[0].cells == {"a": 1}
    assert refusal(path, "第三") == "table.sheet"


def test_cells_beyond_the_heads_are_ragged_and_empty_ones_are_nothing(tmp_path: Path) -> None:
    rows = rows_of(saved(tmp_path / "t.xlsx", ["a", None], [1, None, None], [1, 2], [None]))
    assert [(row.line, row.code) for row in rows] == [(2, ""), (3, "csv.ragged")]


def test_blank_heads_at_the_right_are_no_columns(tmp_path: Path) -> None:
    path = saved(tmp_path / "t.xlsx", ["a", " ", "\u3000"], [1, None, None], [1, 2, 3])
    with open_xlsx(path) as opened:
        assert opened.heads == ("a",)
        assert [row.code for row in opened.rows] == ["", "csv.ragged"]


def test_columns_and_heads_are_bounded_before_rows_are_read(tmp_path: Path) -> None:
    assert refusal(saved(tmp_path / "a.xlsx", ["h"] * 300)) == "table.columns"
    assert refusal(saved(tmp_path / "b.xlsx", ["a", "a"], [1, 2])) == "csv.header_duplicate"
    assert refusal(saved(tmp_path / "c.xlsx")) == "csv.empty"
    far = rewritten(
        saved(tmp_path / "d.xlsx", ["a"], [1]), "xl/worksheets/sheet1.xml", lambda raw: raw.replace(b'r="A2"', b'r="XFD2"')
    )
    assert refusal(far) == "table.columns"


def test_a_bomb_is_refused_by_its_directory_and_by_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "t.xlsx", ["a"], [1])
    monkeypatch.setattr(xlsx_zip, "TABLE_LIMITS", replace(TABLE_LIMITS, unzipped_bytes=1_000_000))
    rewritten(path, "xl/media/x.bin", lambda _: bytes(2_000_000))
    assert refusal(path) == "table.unpacked"
    monkeypatch.setattr(xlsx_zip, "TABLE_LIMITS", replace(TABLE_LIMITS, strings_bytes=20_000))
    assert rows_of(shared_strings(tmp_path / "u.xlsx", "a", "text"))[0].cells == {"a": "text"}
    assert refusal(shared_strings(tmp_path / "u.xlsx", "a", "x" * 20_000)) == "table.unpacked"


def test_the_bytes_are_counted_whatever_the_directory_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rewritten(saved(tmp_path / "t.xlsx", ["a"], [1]), "xl/media/x.bin", lambda _: bytes(2_000_000))
    monkeypatch.setattr(xlsx_zip, "TABLE_LIMITS", replace(TABLE_LIMITS, unzipped_bytes=1_000_000))
    monkeypatch.setattr(xlsx_zip, "_check_directory", lambda _: None)
    assert refusal(path) == "table.unpacked"


def test_shared_strings_do_not_pass_for_a_sheet(tmp_path: Path) -> None:
    path = shared_strings(tmp_path / "t.xlsx", "a", "text")
    rewritten(path, "[Content_Types].xml", lambda raw: raw.replace(b"/xl/sharedStrings.xml", b"/xl/worksheets/s.xml"))
    assert refusal(path) == "table.xlsx"


def shared_strings(path: Path, *texts: str) -> Path:
    """A workbook of one column as Excel and WPS write it: texts in a part of their own, cells point there."""
    saved(path, ["x"])
    override = (
        b'<Override PartName="/xl/sharedStrings.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    rewritten(path, "[Content_Types].xml", lambda raw: raw.replace(b"</Types>", override))
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    rows = "".join(f'<row r="{at + 1}"><c r="A{at + 1}" t="s"><v>{at}</v></c></row>' for at in range(len(texts)))
    sheet = f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>".encode()
    strings = f"<sst {space}>{items}</sst>".encode()
    return rewritten(path, "xl/worksheets/sheet1.xml", lambda _: sheet, also={"xl/sharedStrings.xml": strings})


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("xl/vbaProject.bin", b"x", "table.macros"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "table.external"),
        ("xl/connections.xml", b"<x/>", "table.external"),
        ("xl/embeddings/oleObject1.bin", b"x", "table.external"),
        ("docProps/x.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', "table.xlsx"),
        ("docProps/x.xml", '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16"), "table.xlsx"),
        ("docProps/x.xml", b" " * (1 << 18) + b"<!DOCTYPE x><x/>", "table.xlsx"),
        ("docProps/x.xml", b" " * ((1 << 18) - 4) + b"<!DOCTYPE x><x/>", "table.xlsx"),
    ],
)
def test_macros_links_and_declarations_are_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = rewritten(saved(tmp_path / "t.xlsx", ["a"], [1]), name, lambda _: content)
    assert refusal(path) == code


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "t.xlsx"
    plain.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))  # .xls, or a workbook with a password
    assert refusal(plain) == "table.xlsx"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "x")
    plain.write_bytes(file.getvalue())
    assert refusal(plain) == "table.xlsx"
    good = saved(tmp_path / "u.xlsx", ["a"], [1])
    assert refusal(rewritten(good, "xl/worksheets/sheet1.xml", lambda raw: raw[:-40])) == "table.xlsx"
    assert refusal(rewritten(good, "xl/workbook.xml", lambda _: b"<x/>")) in ("table.xlsx", "table.sheet")
    many = rewritten(
        saved(tmp_path / "v.xlsx", ["a"], [1]), "x", lambda _: b"", also={f"p/{number}": b"" for number in range(1_000)}
    )
    assert refusal(many) == "table.unpacked"


def test_a_workbook_with_a_byte_gone_wrong_never_breaks_us(tmp_path: Path) -> None:
    good = saved(tmp_path / "t.xlsx", ["a", "b"], [1, "x"], [2, "y"]).read_bytes()
    broken = tmp_path / "b.xlsx"
    for at in range(0, len(good), 37):
        broken.write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        try:
            rows_of(broken)
        except Refused as refused:
            assert refused.code.split(".")[0] in ("table", "csv")


def test_a_number_that_no_float_holds_is_a_cell_like_any_other(tmp_path: Path) -> None:
    (row,) = rows_of(sheet_with(tmp_path / "t.xlsx", b'<row r="2"><c r="A2"><v>' + b"9" * 400 + b"</v></c></row>"))
    assert row.cells["a"] == "1.00000000000000E+400"


def sheet_with(path: Path, added: bytes) -> Path:
    saved(path, ["a"])
    return rewritten(path, "xl/worksheets/sheet1.xml", lambda raw: raw.replace(b"</sheetData>", added + b"</sheetData>"))


@pytest.mark.parametrize(
    ("added", "code"),
    [
        (b'<row r="2"><c r="&#73;W2"/></row>', "table.columns"),
        (b"<row>" + b"<c/>" * 300 + b"</row>", "table.columns"),
        (b"<row>" + b"<c/>" * 300_000 + b"</row>", "table.unpacked"),
        (b"<row>" + b"<c><!-- <row --></c>" * 60_000 + b"</row>", "table.unpacked"),
        (b"<row><row/></row>", "table.xlsx"),
        (b"<x/>" * 600_000, "table.unpacked"),
        (b"<row/>" * 201_001, "table.rows"),
        (b'<row r="201001"/>', "table.rows"),
        (b'<row r="1048576"/>', "table.rows"),
        (b'<row r="&#49;048576.0"/>', "table.rows"),
        (b'<row r="1e300"/>', "table.rows"),
        (b'<row r="nan"/>', "table.xlsx"),
        (b'<row r="x"/>', "table.xlsx"),
        (b'<row r="0"/>', "table.xlsx"),
        (b'<row r="3"/><row r="2"><c r="A2"><v>1</v></c></row>', "table.xlsx"),
        (b'<row r="2"/><row r="2"><c r="A2"><v>1</v></c></row>', "table.xlsx"),
        (b'<row><c r="XFD2"/></row>', "table.columns"),
    ],
)
def test_what_a_sheet_would_have_held_in_memory_is_bounded(tmp_path: Path, added: bytes, code: str) -> None:
    assert refusal(sheet_with(tmp_path / "t.xlsx", added)) == code


def test_a_gap_between_rows_is_no_fault(tmp_path: Path) -> None:
    (row,) = rows_of(sheet_with(tmp_path / "t.xlsx", b'<row r="1500.0"><c r="A1500"><v>1</v></c></row>'))
    assert (row.line, row.cells["a"]) == (1500, 1)


@pytest.mark.parametrize("blank", [b'<row r="900"/>', b"<row><c><v/></c></row>" * 899])
def test_blank_lines_are_bounded_over_all_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: bytes) -> None:
    path = saved(tmp_path / "t.xlsx", ["a"], [1], change=lambda book: [book.create_sheet(f"s{at}") for at in range(3)])
    for at in (2, 3, 4):
        part = f"xl/worksheets/sheet{at}.xml"
        rewritten(path, part, lambda raw: raw.replace(b"</sheetData>", blank + b"</sheetData>"))
    monkeypatch.setattr(xlsx_file, "TABLE_LIMITS", replace(TABLE_LIMITS, blank_lines=2_700))
    assert len(rows_of(path)) == 1
    monkeypatch.setattr(xlsx_file, "TABLE_LIMITS", replace(TABLE_LIMITS, blank_lines=2_600))
    assert refusal(path) == "table.rows"


def test_parts_that_are_held_in_memory_are_small(tmp_path: Path) -> None:
    def grown(raw: bytes) -> bytes:
        return raw.replace(b"</cellXfs>", b"<xf/>" * 250_000 + b"</cellXfs>")

    assert refusal(rewritten(saved(tmp_path / "t.xlsx", ["a"], [1]), "xl/styles.xml", grown)) == "table.unpacked"


@pytest.mark.parametrize(("styles", "code"), [(13_000, ""), (41_000, "table.unpacked")])
def test_small_elements_are_counted_since_each_is_large_in_memory(tmp_path: Path, styles: int, code: str) -> None:
    def grown(raw: bytes) -> bytes:
        return raw.replace(b"</cellXfs>", b"<xf/>" * styles + b"</cellXfs>")

    path = rewritten(saved(tmp_path / "t.xlsx", ["a"], [1]), "xl/styles.xml", grown)
    assert refusal(path) == code if code else len(rows_of(path)) == 1


_HIDDEN = b'<Override PartName="/xl/worksheets/z.xml" ContentType="sharedStrings&#43;xml"/></Types>'


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("[Content_Types].xml", b"</Types>", _HIDDEN),
        ("[Content_Types].xml", b'"/xl/workbook.xml"', b'"/xl/worksheets/w.xml"'),
        ("xl/_rels/workbook.xml.rels", b"relationships/worksheet", b"relationships/chartsheet"),
    ],
)  # fmt: skip
def test_nothing_passes_for_a_sheet_that_is_none(tmp_path: Path, part: str, old: bytes, new: bytes) -> None:
    assert refusal(rewritten(saved(tmp_path / "t.xlsx", ["a"], [1]), part, lambda raw: raw.replace(old, new))) == "table.xlsx"


WANTED = Wanted(frozenset({"时间", "批号"}), frozenset({"时间", "批号", "备注"}))


def opened_with(path: Path, sheet: str = "") -> tuple[str, int, list[str], list[int]]:
    """The sheet, the line of its heads, the codes of what is said of the choice, and the lines of its rows."""
    with open_xlsx(path, WANTED, sheet=sheet) as opened:
        return opened.sheet, opened.head_line, [note.code for note in opened.notes], [row.line for row in opened.rows]


def test_a_title_above_the_heads_is_passed_over_and_said(tmp_path: Path) -> None:
    path = saved(tmp_path / "t.xlsx", ["六月二日交易"], ["打印：张三", None], [], ["批号", "时间"], ["L1", "2025-06-02 05:30"])
    assert opened_with(path) == ("Sheet", 4, ["table.head_row"], [5])


def test_a_first_sheet_that_is_empty_or_a_cover_is_passed_over_and_said(tmp_path: Path) -> None:
    def more(book: Workbook) -> None:
        for row in (["时间", "批号"], ["2025-06-02 05:30", "L1"]):
            (book["交易"] if "交易" in book.sheetnames else book.create_sheet("交易")).append(row)

    assert opened_with(saved(tmp_path / "e.xlsx", change=more)) == ("交易", 1, ["table.sheet_chosen"], [2])
    assert opened_with(saved(tmp_path / "c.xlsx", ["说明", "批号"], change=more)) == ("交易", 1, ["table.sheet_chosen"], [2])


def test_between_sheets_that_could_both_be_meant_nothing_is_guessed(tmp_path: Path) -> None:
    def two(book: Workbook) -> None:
        for name in ("上午", "下午"):
            sheet = book.create_sheet(name)
            sheet.append(["时间", "批号"])
            sheet.append(["2025-06-02 05:30", name])

    path = saved(tmp_path / "t.xlsx", ["封面"], change=two)
    with pytest.raises(Refused) as refused:
        opened_with(path)
    assert refused.value.code == "table.sheets"
    assert opened_with(path, "下午") == ("下午", 1, [], [2])
    first = saved(tmp_path / "f.xlsx", ["时间", "批号"], ["2025-06-02 05:30", "L1"], change=two)
    assert opened_with(first) == ("Sheet", 1, ["table.more_sheets"], [2])  # what is not read is said


def test_a_workbook_without_the_heads_is_read_as_before_so_that_what_is_missing_is_named(tmp_path: Path) -> None:
    assert opened_with(saved(tmp_path / "t.xlsx", ["标题"], ["时间", "备注"], ["1", "2"]))[:2] == ("Sheet", 2)
    assert opened_with(saved(tmp_path / "u.xlsx", ["a"], ["b"]))[:2] == ("Sheet", 1)


def test_merged_cells_are_known_by_row_and_head(tmp_path: Path) -> None:
    path = saved(tmp_path / "t.xlsx", ["a", "b"], [1, 2], [3, 4], change=lambda book: book.active.merge_cells("B2:B3"))
    with open_xlsx(path) as opened:
        merged = {(line, head) for line in range(1, 6) for head in ("a", "b", "z") if opened.is_merged(line, head)}
    assert merged == {(2, "b"), (3, "b")}


@pytest.mark.parametrize(
    ("number_format", "kind"),
    [("yyyy-mm-dd", date), ('[White][$-804]yyyy"年h"m"月"d"日"', date), ("yyyy-mm-dd hh:mm", datetime), ("[h]:mm", datetime)],
)
def test_a_day_whose_format_shows_no_time_of_day_is_only_a_day(tmp_path: Path, number_format: str, kind: type) -> None:
    def change(book: Workbook) -> None:
        book.active["A2"].number_format = number_format

    path = saved(tmp_path / "t.xlsx", ["a"], [datetime(2025, 6, 2)], change=change)
    (row,) = rows_of(path)
    assert type(row.cells["a"]) in (kind, str) and (kind is datetime or type(row.cells["a"]) is date)
