"""`shisu quality`: the day's report as a table and as CSV."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.intake.tally import beijing_day
from gateway.store.database import migrate, open_database
from gateway.store.enterprises import Enterprise, register
from gateway.store.tallies import add_counts

USCC, OTHER, COM = "93320623TE5T00016W", "91310118TE5T00032K", "11310000TE5TB0040K"


@pytest.fixture(autouse=True)
def counted(tmp_path: Path) -> None:
    """Counts of today and of one other day, under the settings' store."""
    opened = open_database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrate(opened)
    with opened.write() as tx:
        register(tx, Enterprise(USCC, "示例社", "farm", COM))
        add_counts(tx, "2025-06-02", {(USCC, "received"): 4, (USCC, "refused"): 1, (USCC, "time.future"): 1, (USCC, "x.gone"): 1})
        add_counts(tx, "2025-06-02", {(USCC, "accepted"): 3, (USCC, "late"): 1, (OTHER, "received"): 7})
        add_counts(tx, beijing_day(int(time.time())), {(USCC, "received"): 5})
    opened.close()


def test_the_table_has_a_line_a_submitter_with_shares_and_rules_in_words(shisu, settings_file: Path) -> None:
    shown = shisu("quality", "--day", "2025-06-02", "--settings", settings_file).stdout
    for text in (
        "2025-06-02",
        "示例社",
        USCC,
        OTHER,
        "75.00%",
        "66.67%",
        "迟报",
        f"{USCC}  事件时间晚于当前时间（time.future）×1",
    ):
        assert text in shown
    assert "更正" not in shown  # nothing was corrected: no column of noughts
    one = shisu("quality", "--day", "2025-06-02", "--submitter", USCC, "--settings", settings_file).stdout
    assert OTHER not in one


def test_the_csv_file_says_the_same(shisu, settings_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    assert shisu("quality", "--day", "2025-06-02", "--csv", path, "--settings", settings_file).exit_code == 0
    heads, first, second = path.read_bytes().decode("utf-8-sig").splitlines()
    assert heads.startswith(
        "日期,统一社会信用代码,企业名称,报送,接收,重复,拒收,整单退回,迟报,更正,无法读取的文件,合格率,及时率,拒收原因"
    )
    assert first == f"2025-06-02,{OTHER},,7,0,0,0,0,0,0,0,100.00%,,"
    assert (
        second
        == f"2025-06-02,{USCC},示例社,4,3,0,1,0,1,0,0,75.00%,66.67%,事件时间晚于当前时间（time.future）×1；x.gone（x.gone）×1"
    )
    assert shisu("quality", "--csv", tmp_path / "no/q.csv", "--settings", settings_file).exit_code == 2


def test_without_a_day_it_is_today_in_beijing(shisu, settings_file: Path) -> None:
    assert beijing_day(int(time.time())) in shisu("quality", "--settings", settings_file).stdout


def test_a_day_without_reports_says_so_and_no_day_is_refused(shisu, settings_file: Path) -> None:
    assert "没有报送" in shisu("quality", "--day", "2020-01-01", "--settings", settings_file).stdout
    assert shisu("quality", "--day", "2020-13-01", "--settings", settings_file).exit_code == 2
