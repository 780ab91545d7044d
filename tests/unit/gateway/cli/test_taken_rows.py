"""`shisu submit` of a table against a real gateway: which rows stay, their certificates, blank tables, what is overwritten."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.cli import taken_rows
from gateway.intake.tables.profiles import shipped
from gateway.store.mappings import StoredMapping, put_mapping
from tests.service import COM, MARKET, PLATFORM, SHOP, Service

PROFILE = ("--profile", "pork_wholesale_day")


@pytest.fixture
def table(shared: Path, tmp_path: Path) -> Path:
    """Forty rows of the wholesale day."""
    text = (shared / "data/shanghai/pork_wholesale_day.csv").read_text("utf-8")
    path = tmp_path / "今日.csv"
    write(path, list(csv.reader(io.StringIO(text, newline="")))[:41])
    return path


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_without_waiting_the_eventids_are_shown_and_how_to_see_certificates(shisu, service: Service, key_of, table: Path) -> None:
    result = shisu("submit", table, *PROFILE, *key_of(MARKET))
    assert result.exit_code == 0, result.output
    assert result.stdout.count("ni:///sha-256;") == 20
    assert "--wait 60" in result.stdout and "行 2、3、4  待上链" in result.stdout
    assert max(map(len, (line for line in result.stdout.splitlines() if line.startswith("│")))) <= 120


def test_waiting_shows_numbers_and_links_and_the_file_has_every_row(
    shisu, service: Service, key_of, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def certify(_: float) -> None:
        service.issue_all(COM)

    monkeypatch.setattr(taken_rows, "time", SimpleNamespace(monotonic=time.monotonic, sleep=certify))
    out = tmp_path / "凭证.csv"
    result = shisu("submit", table, *PROFILE, "--wait", "600", "--out", out, *key_of(MARKET))
    assert result.exit_code == 0, result.output
    assert result.stdout.count("?k=") == 20 and "尚未" not in result.stdout
    heads, *rows = read(out)
    assert heads[1] == "事件编号 eventID" and len(rows) == 40
    assert sorted(int(row[0]) for row in rows) == list(range(2, 42))
    assert all(row[1].startswith("ni:///") and row[3].startswith("SHFS-COM-1-") and "?k=" in row[4] for row in rows)


def test_when_the_time_is_over_it_says_so(shisu, service: Service, key_of, table: Path) -> None:
    result = shisu("submit", table, *PROFILE, "--wait", "1", *key_of(MARKET))
    assert result.exit_code == 0 and "凭证尚未全部签发" in result.stdout


def test_it_is_said_how_many_rows_stay_and_that_only_the_returned_ones_are_mended(
    shisu, service: Service, key_of, table: Path
) -> None:
    rows = read(table)
    rows[5][rows[0].index("重量")] = "x"
    write(table, rows)
    result = shisu("submit", table, *PROFILE, *key_of(MARKET))
    assert result.exit_code == 1
    said = result.stdout.replace("\n", "")
    assert "已登记 39 行，无须再报；退回 1 行" in said and "今日.rejected.csv" in said and "只在该文件中" in said


def test_each_kind_of_warning_is_said_once(shisu, service: Service, key_of, table: Path) -> None:
    assert shisu("submit", table, *PROFILE, *key_of(MARKET)).stdout.count("time.late") == 1


def test_a_file_that_is_there_is_not_overwritten_unless_asked(shisu, key_of, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    out.write_text("mine")
    for arguments in ((table, *PROFILE, "-o", out), ("--template", "pork_wholesale_day", "-o", out)):
        result = shisu("submit", *arguments, *key_of(MARKET))
        assert result.exit_code == 2 and "--force" in result.stderr and out.read_text() == "mine"
    assert shisu("submit", "--template", "pork_wholesale_day", "-o", out, "--force").exit_code == 0
    assert out.read_text("utf-8-sig").startswith("追溯单号")


def test_out_is_for_one_table(shisu, key_of, table: Path, tmp_path: Path) -> None:
    document = tmp_path / "d.json"
    document.write_text("{}")
    for files in ((table, table), (document,)):
        assert shisu("submit", *files, "-o", tmp_path / "o.csv", *key_of(MARKET)).exit_code == 2


def test_the_enterprises_own_mapping_goes_before_the_one_that_ships(shisu, service: Service, key_of, tmp_path: Path) -> None:
    own = {**(shipped("pork_wholesale_day") or {})}
    own["columns"] = [{**column, "head": f"我的{column['head']}"} for column in own["columns"]]
    own["group"], own["unique"] = ["我的追溯单号"], ["我的追溯单号", "我的行号"]
    with service.db.write() as tx:
        put_mapping(tx, StoredMapping(MARKET, "pork_wholesale_day", own, 1))
    blank = ("submit", "--template", "pork_wholesale_day", "-o")
    assert shisu(*blank, tmp_path / "a.csv", *key_of(MARKET)).exit_code == 0
    assert read(tmp_path / "a.csv")[0][0] == "我的追溯单号"
    platform = key_of(PLATFORM, "submit:onbehalf", "read", on_behalf=(MARKET, SHOP))
    assert shisu(*blank, tmp_path / "b.csv", "--submitter", MARKET, *platform).exit_code == 0
    assert shisu(*blank, tmp_path / "c.csv", "--submitter", SHOP, *platform).exit_code == 0
    assert [read(tmp_path / name)[0][0] for name in ("b.csv", "c.csv")] == ["我的追溯单号", "追溯单号"]


def test_a_blank_table_without_an_answer_is_the_shipped_one_and_says_so(shisu, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("0123456789abcdef.secret")
    asked = ("--url", "http://127.0.0.1:1", "--key-file", key)
    result = shisu("submit", "--template", "pork_wholesale_day", "-o", tmp_path / "a.csv", *asked)
    assert result.exit_code == 0 and "没有应答" in result.stdout
    assert shisu("submit", "--template", "mine", "-o", tmp_path / "b.csv", *asked).exit_code == 7
