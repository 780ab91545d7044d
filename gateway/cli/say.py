"""How the command line speaks: Chinese first, English under it, reports in the verdict's colour."""

from __future__ import annotations

import json
import sys
from typing import NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from certs.times import format_time
from certs.verify import Report

_PIPED_WIDTH = 120  # columns when nobody's terminal says how wide it is
CONSOLE = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
_ERRORS = Console(stderr=True, highlight=False)
COLOURS = {"green": "bold green", "amber": "bold yellow", "red": "bold red", "grey": "bold bright_black"}


def say(zh: str, en: str) -> None:
    """One sentence in both languages."""
    CONSOLE.print(Text(zh), soft_wrap=True)
    if en:
        CONSOLE.print(Text(f"  {en}", style="dim"), soft_wrap=True)


def fail(zh: str, en: str, *, code: int = 1) -> NoReturn:
    """Says why on standard error and ends the command."""
    _ERRORS.print(Text(zh, style="bold red"), soft_wrap=True)
    _ERRORS.print(Text(f"  {en}"), soft_wrap=True)
    raise typer.Exit(code)


def folding_table(*headings: str) -> Table:
    """A table that cuts nothing off: what does not fit its column goes on in the next line. Show it on `CONSOLE`."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def show_report(name: str, report: Report, *, as_json: bool) -> None:
    """A report for people, or one JSON object."""
    if as_json:
        print(json.dumps({"file": name, **report.to_json()}, ensure_ascii=False))
        return
    CONSOLE.print(Text(f"{report.verdict.label}  {report.verdict.zh}", style=COLOURS[report.verdict.colour]))
    if report.number:
        CONSOLE.print(Text(f"证书编号 number  {report.number}"))
    if report.as_of:
        CONSOLE.print(Text(f"截至 as of  {report.as_of}, {format_time(report.as_of.time)}"))
    if report.step is not None:
        CONSOLE.print(Text(f"步骤 step {report.step}  {report.code} {report.field}"))
    for zh, en in report.sentences():
        say(zh, en)
