"""`shisu submit` of tables: what is sent, what is shown, and where refused rows are saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.cli import upload_progress
from gateway.cli.client import Answer
from gateway.cli.upload_progress import watched

COUNTS = {"rows": 3, "accepted": 2, "known": 0, "rejected": 1, "events": 2, "warnings": 0}
FAULT = {
    "line": 3, "column": "H", "head": "动物检疫合格证号", "code": "id.quarantine_format", "title": "应为 10 位数字",
    "titleEn": "10 digits",
    "explanation": "开头的 0 丢失", "explanationEn": "zeros lost", "remedy": "设为文本", "remedyEn": "as text",
}  # fmt: skip
RESULT: dict[str, Any] = {
    "importID": "1", "profile": "pork_wholesale_day", "form": "csv", "encoding": "gbk", "counts": COUNTS, "events": [],
    "faults": [FAULT], "faultCount": 1, "warnings": [], "rejected": "/imports/1/rejected",
}  # fmt: skip
GOOD = {**RESULT, "counts": {**COUNTS, "accepted": 3, "rejected": 0}, "faults": [], "faultCount": 0, "rejected": None}


@pytest.fixture
def options(gateway, tmp_path: Path) -> list[Any]:
    key_file = tmp_path / "key"
    key_file.write_text("0123456789abcdef.secret\n")
    return ["--url", gateway.url, "--key-file", key_file]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "今日交易.csv"
    path.write_bytes("追溯单号\n1\n".encode("gbk"))
    return path


def test_a_table_is_sent_as_it_is_and_its_result_shown(shisu, gateway, options, table: Path) -> None:
    gateway.say(201, GOOD, Location="/imports/1")
    result = shisu("submit", table, "--profile", "pork_wholesale_day", "--submitter", "91310118TE5T00032K", *options)
    assert result.exit_code == 0, result.output
    ((path, authorization, body),) = gateway.asked
    assert path == "/imports?profile=pork_wholesale_day&submitter=91310118TE5T00032K"
    assert (authorization, body) == ("Bearer 0123456789abcdef.secret", table.read_bytes())
    assert "已接收 accepted" in result.stdout and "gbk" in result.stdout
    assert not list(table.parent.glob("*.rejected*"))


def test_refused_rows_are_saved_beside_the_file_and_never_over_another(shisu, gateway, options, table: Path) -> None:
    for name in ("今日交易.rejected.csv", "今日交易.rejected-2.csv"):
        gateway.say_in_turn(RESULT, "refused rows", statuses=(201, 200))
        result = shisu("submit", table, "--profile", "pork_wholesale_day", *options)
        assert result.exit_code == 1
        assert [path for path, _, _ in gateway.asked][-1] == "/imports/1/rejected"
        saved = table.with_name(name)
        assert saved.read_bytes() == b'"refused rows"'
        assert name in result.stdout.replace("\n", "") and "错误原因" in result.stdout
        assert all(words in result.stdout for words in ("H 动物检疫合格证号", "应为 10 位数字", "zeros lost", "设为文本"))
        saved.write_bytes(b"somebody is mending this")


def test_the_same_file_again_is_said_to_change_nothing(shisu, gateway, options, table: Path) -> None:
    gateway.say(200, GOOD)
    result = shisu("submit", table, "--profile", "pork_wholesale_day", *options)
    assert result.exit_code == 0 and "未作任何更改" in result.stdout


def test_a_file_refused_whole_shows_its_cells_and_the_rule(shisu, gateway, options, table: Path) -> None:
    refused = {"code": "csv.encoding", "title": "编码不一致", "titleEn": "encoding"}
    gateway.say(400, refused)
    result = shisu("submit", table, "--profile", "pork_wholesale_day", *options)
    assert result.exit_code == 1 and "编码不一致" in result.stderr


def test_a_table_without_a_good_row_is_shown_once_and_saved_to_be_mended(shisu, gateway, options, table: Path) -> None:
    refused = {"code": "document.refused", "title": "未接收", "titleEn": "not taken", "errorCount": 1}
    gateway.say_in_turn({**RESULT, **refused}, "refused rows", statuses=(400, 200))
    result = shisu("submit", table, "--profile", "pork_wholesale_day", *options)
    assert result.exit_code == 1 and "未接收" in result.stderr
    assert (result.stdout + result.stderr).count("应为 10 位数字") == 1
    assert table.with_name("今日交易.rejected.csv").read_bytes() == b'"refused rows"'


def test_one_refused_file_does_not_keep_the_others_from_being_sent(shisu, gateway, options, table: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.ndjson"
    other.write_bytes(b"{}\n")
    gateway.say_in_turn({"code": "csv.empty", "title": "没有数据行", "titleEn": "no rows"}, GOOD, statuses=(400, 201))
    result = shisu("submit", table, other, "--profile", "epcis", *options)
    assert result.exit_code == 1
    assert [body for _, _, body in gateway.asked] == [table.read_bytes(), b"{}\n"]


def test_a_table_without_a_profile_is_not_sent_and_the_profiles_are_named(shisu, gateway, options, table: Path) -> None:
    result = shisu("submit", table, *options)
    assert result.exit_code == 2 and gateway.asked == []
    assert "pork_wholesale_day" in result.stderr and "--profile" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["x.csv"], ["x.csv", "--url", "http://127.0.0.1:1"]])
def test_what_is_missing_is_named(shisu, arguments: list[str]) -> None:
    assert shisu("submit", *arguments).exit_code == 2


def test_a_file_that_is_not_there_is_a_mistake_and_nobody_is_asked(shisu, gateway, options, tmp_path: Path) -> None:
    result = shisu("submit", tmp_path / "no.csv", "--profile", "epcis", *options)
    assert result.exit_code == 2 and gateway.asked == []
    result = shisu("submit", tmp_path / "no.json", *options)
    assert result.exit_code == 2 and gateway.asked == []


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_blank_table_of_a_shipped_profile_needs_no_gateway(shisu, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"空白.{form}"
    assert shisu("submit", "--template", "pork_wholesale_day", "-o", out).exit_code == 0
    assert out.read_bytes().startswith(b"PK" if form == "xlsx" else b"\xef\xbb\xbf")
    assert shisu("submit", "--template", "pork_wholesale_day", "-o", tmp_path / "x.json").exit_code == 2
    assert shisu("submit", "--template", "pork_wholesale_day", "-o", tmp_path / "x.pdf").exit_code == 2
    assert shisu("submit", "--template", "nothing", "-o", out).exit_code == 2


def test_a_blank_table_of_ones_own_mapping_comes_from_the_gateway(shisu, gateway, options, tmp_path: Path) -> None:
    gateway.say(200, b"blank")
    assert shisu("submit", "--template", "mine", "-o", tmp_path / "b.csv", *options).exit_code == 0
    assert (tmp_path / "b.csv").read_bytes() == b"blank"
    assert gateway.asked[0][0] == "/imports/templates/mine?format=csv"


def test_help_teaches_by_example_in_both_languages(shisu) -> None:
    shown = shisu("submit", "--help").stdout
    assert all(words in shown for words in ("shisu submit --template", "--profile", "错误原因", "Examples"))


def test_what_takes_long_shows_bytes_and_then_rows_as_the_gateway_tells_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_progress, "QUIET_S", 0.0)
    monkeypatch.setattr(upload_progress, "_TICK_S", 0.01)
    monkeypatch.setattr(upload_progress, "_ASK_S", 0.01)
    asked: list[int] = []
    file = tmp_path / "t.csv"
    file.write_bytes(b"12345")

    def post(sent: Any) -> Answer:
        sent(5)
        while len(asked) < 3:
            pass
        return Answer(201, b"{}", "")

    def rows() -> tuple[int, int] | None:
        asked.append(1)
        return None if len(asked) == 1 else (len(asked), 9)

    assert watched(file, post, rows=rows).status == 201
    assert len(asked) >= 3


@pytest.mark.parametrize(
    ("name", "content"), [("日报.xls", b"x"), ("日报.xlsx", bytes.fromhex("d0cf11e0a1b11ae1")), ("d.ET", b"")]
)
def test_an_old_or_locked_workbook_is_not_sent_and_the_form_to_save_it_in_named(
    shisu, gateway, options, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    result = shisu("submit", tmp_path / name, *options)
    assert result.exit_code == 1 and gateway.asked == [] and ".xlsx" in result.stderr
