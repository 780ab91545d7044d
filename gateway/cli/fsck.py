"""`shisu fsck`: derives everything in the store again and compares it with the chain; names what differs and what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Final

import typer
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from gateway.cli.read_store import read_store
from gateway.cli.say import COLOURS, CONSOLE, folding_table, say
from gateway.cli.serve import SETTINGS
from gateway.cli.upload_progress import QUIET_S
from gateway.fsck.expected import Expected
from gateway.fsck.findings import DELETED, DIFFERS, MISSING, UNCHECKED, Finding, Report
from gateway.fsck.run import audit
from gateway.fsck.words import WORDS

_NAMES: Final = {
    DIFFERS: ("不符", "differs", "red"),
    MISSING: ("缺失", "missing", "red"),
    DELETED: ("已删", "deleted", "amber"),
    UNCHECKED: ("未核", "not checked", "grey"),
}
_UNCHECKED_EXIT: Final = 7


def fsck_command(
    settings_file: SETTINGS = None,
    offline: Annotated[bool, typer.Option("--offline", help="不连链，只核对数据库 do not ask the chain")] = False,
) -> None:
    """核对数据库 Audit the store against itself and the chain, read-only, also beside a running gateway.

    Ends with 0: all agrees, 1: a row differs or is missing, 7: something could not be checked, 2: it cannot start.
    """
    with read_store(settings_file) as opened:
        expected = Expected(
            consortium=opened.consortium,
            hosts=opened.settings.digital_link_hosts,
            served=[member.uscc for member in opened.settings.members if member.keystore is not None],
        )
        watch = _Watch()
        report = Report(_teller(), watch.look)
        try:
            audit(opened.database, expected, None if offline else opened.rpc, report)
        finally:
            watch.stop()
    _show_totals(report, offline=offline)
    raise typer.Exit(exit_code(report))


def exit_code(report: Report) -> int:
    """What the command ends with: what was found to be false goes before what could not be asked."""
    if not report.is_sound:
        return 1
    return _UNCHECKED_EXIT if report.count(UNCHECKED) else 0


def _teller() -> Callable[[Finding], None]:
    """Says the first row that differs, every one that is missing, and of the rest the first of its kind, table and reason."""
    said: set[tuple[str, str, str]] = set()

    def tell(finding: Finding) -> None:
        of = (finding.kind, "", "") if finding.kind == DIFFERS else (finding.kind, finding.table, finding.what)
        if finding.kind == MISSING or of not in said:
            _say(finding)
        said.add(of)

    return tell


def _say(finding: Finding) -> None:
    zh, en, colour = _NAMES[finding.kind]
    CONSOLE.print(Text(f"{zh} {en}  {finding.table} {finding.row}", style=COLOURS[colour]), soft_wrap=True)
    words_zh, words_en = WORDS[finding.what]
    say(words_zh, f"{words_en} ({finding.what})")


def _show_totals(report: Report, *, offline: bool) -> None:
    table = folding_table("表 table", "行 rows", *(f"{zh} {en}" for zh, en, _ in _NAMES.values()))
    for name in sorted({*report.looked_at, *(of for _, of in report.found)}):
        counts = [report.found[kind, name] for kind in _NAMES]
        table.add_row(name, str(report.looked_at[name]), *(str(count or "") for count in counts))
    CONSOLE.print(table)
    if not report.is_sound:
        say("核对不符：请勿修改数据库，先保留现场", "Not sound. Do not edit the store; keep a copy of it as it is.")
    elif report.count(UNCHECKED):
        say("未发现不符，但有未能核对的内容", "Nothing was found to be false, and not everything could be checked.")
    else:
        where = ("（未连链）", " The chain was not asked.") if offline else ("", "")
        say(f"核对一致{where[0]}", f"All agrees.{where[1]}")


class _Watch:
    """Shows how many rows of which table were looked at, once it has taken more than a moment."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        columns = (TextColumn("核对 checking {task.description} {task.completed:.0f}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=CONSOLE, transient=True)
        self._task = self._progress.add_task("")
        self._shown = False

    def look(self, table: str, rows: int) -> None:
        if not self._shown and time.monotonic() - self._began < QUIET_S:
            return
        if not self._shown:
            self._progress.start()
            self._shown = True
        self._progress.update(self._task, description=table, completed=rows)

    def stop(self) -> None:
        if self._shown:
            self._progress.stop()
