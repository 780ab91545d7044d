"""`shisu quality`: the daily quality report (数据质量日报) of every submitter, as a table or a CSV file."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from gateway.cli.opened_store import opened_store
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.serve import SETTINGS
from gateway.intake.tally import beijing_day
from gateway.quality import COUNTS, Line, lines_of, percent, reasons, to_csv
from gateway.store.tallies import read_counts

_USCC_WIDTH: Final = 18
_MOST: Final = 2**31 - 1  # counts: a day of every enterprise there is


def quality_command(
    day: Annotated[str, typer.Option(help="北京日期 YYYY-MM-DD，默认今天 day in Beijing; today by default")] = "",
    submitter: Annotated[str, typer.Option(help="只看该主体 USCC of one submitter")] = "",
    csv_file: Annotated[Path | None, typer.Option("--csv", help="另存为 CSV also write a CSV file")] = None,
    settings_file: SETTINGS = None,
) -> None:
    """数据质量日报 Rows received, accepted, duplicate, refused by rule, late and corrected, by submitter."""
    try:
        asked = date.fromisoformat(day).isoformat() if day else beijing_day(int(time.time()))
    except ValueError:
        fail("日期不正确，应为 YYYY-MM-DD", "A day is written YYYY-MM-DD", code=2)
    with opened_store(settings_file) as (_, database), database.read() as tx:
        lines = lines_of(read_counts(tx, first=asked, last=asked, submitter=submitter or None, limit=_MOST))
    show_lines(lines, asked)
    if csv_file is not None:
        try:
            csv_file.write_bytes(to_csv(lines))
        except OSError:
            fail("文件无法写入", "The file cannot be written", code=2)
        say(f"已写入 {csv_file}", f"Written to {csv_file}.")


def show_lines(lines: list[Line], day: str) -> None:
    """The report of a day as a table on the console."""
    if not lines:
        say(f"{day} 没有报送", f"Nothing was received on {day}.")
        return
    shown = [what for what in COUNTS if any(line.count(what) for line in lines)]  # a column of nothing only takes room
    table = folding_table("报送主体 submitter", *("\n".join(COUNTS[what]) for what in shown), "合格率\nsound", "及时率\ntimely")
    table.columns[0].min_width = _USCC_WIDTH
    for line in lines:
        counts = [str(line.count(what)) for what in shown]
        shares = [percent(line.sound_share), percent(line.timely_share)]
        table.add_row(*map(Text, [f"{line.name}\n{line.submitter}".strip(), *counts, *shares]))
    CONSOLE.print(Text(f"数据质量日报 quality report  {day}", style="bold"))
    CONSOLE.print(table)
    for line in lines:
        if line.rules:
            CONSOLE.print(Text(f"{line.submitter}  {reasons(line)}"), soft_wrap=True)
