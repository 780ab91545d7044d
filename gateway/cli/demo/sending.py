"""
What the demo sends: the serial file, two chains of EPCIS events, a market's day as a GBK table and again as a workbook.

Each goes the way a sender's would, over HTTP, and what came of it is shown: states and numbers of the chains' events, counts of
the tables, and at the end the day's quality report.
"""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from rich.table import Table
from rich.text import Text

from gateway.cli.client import GatewayClient
from gateway.cli.demo.processes import DemoFailed
from gateway.cli.demo.stage import DATA, Stage
from gateway.cli.say import CONSOLE, say
from gateway.cli.submit import show_problem, wait_for_certificates
from gateway.intake.tables.rejected import MEDIA_TYPES

PLANT = "91310120TE5T000597"
MARKET = "91310118TE5T00032K"
CHAINS = ("pork.epcis.json", "infant-formula.epcis.json")
_NUMBERS = ("件数", "重量", "产品温度")  # what a spreadsheet keeps as numbers


def send_serials(stage: Stage, gateway: GatewayClient) -> None:
    """The list of item codes that the coding event cites by SHA-256: it goes ahead of the event."""
    file = _unpacked(stage, "formula_serials.csv")
    taken = _import(gateway, file, "formula_serials", PLANT)
    serials = taken["serials"]
    say(
        f"码清单 {taken['counts']['rows']} 行：已激活 {serials['activated']} 个单品码，已作废 {serials['voided']} 个。",
        f"Serial file of {taken['counts']['rows']} rows: {serials['activated']} activated, {serials['voided']} voided.",
    )


def send_chains(stage: Stage, gateway: GatewayClient, patience_s: float) -> list[dict[str, Any]]:
    """Both chains; their events as they stand once everything that can be anchored has its certificate."""
    events = []
    for name in CHAINS:
        answer = gateway.post("/capture", DATA.joinpath(name).read_bytes())
        if answer.status != 202:
            show_problem(answer)
        with CONSOLE.status("等待上链并取得足够共识节点签名 waiting for blocks that enough validators signed…"):
            job = wait_for_certificates(gateway, answer, patience_s)
        if any("number" not in event for event in job["events"] if event["state"] != "kept"):
            raise DemoFailed(f"not every event was anchored in {patience_s:.0f} s; see {stage.directory}/gateway.log")
        events += job["events"]
    _show(stage, events)
    return events


def send_day(stage: Stage, gateway: GatewayClient) -> bool:
    """A market's day as its export gives it, in GBK, and the same rows as a workbook. True when the second changes nothing."""
    table = _unpacked(stage, "pork_wholesale_day.gbk.csv")
    workbook = stage.sub("sent") / "pork_wholesale_day.xlsx"
    workbook.write_bytes(_as_workbook(csv.reader(io.StringIO(table.read_bytes().decode("gbk")))))
    outcomes = Table("表格 table", "编码 encoding", "行 rows", "接收 accepted", "已有 known", "拒收 refused", "事件 events")
    counted = []
    for file in (table, workbook):
        taken = _import(gateway, file, "pork_wholesale_day", MARKET)
        counts = taken["counts"]
        shown = [str(counts[name]) for name in ("rows", "accepted", "known", "rejected", "events")]
        outcomes.add_row(file.name, taken["encoding"] or "xlsx", *shown)
        counted.append(counts)
    CONSOLE.print(outcomes)
    say(
        "同一天的交易再以 Excel 报送：每一行都已存在，不会重复上链。",
        "The same day sent again as a workbook: every row is known, nothing is anchored twice.",
    )
    return bool(counted[0]["accepted"] == counted[1]["known"] == counted[0]["rows"] and not counted[1]["accepted"])


def show_quality(settings_file: Path) -> bool:
    """The quality report of today, as an operator asks for it."""
    CONSOLE.print(Text(f"$ shisu quality --settings {settings_file}", style="cyan"), soft_wrap=True)
    command = [sys.executable, "-m", "gateway.cli", "quality", "--settings", str(settings_file)]
    return subprocess.run(command, check=False).returncode == 0


def _import(gateway: GatewayClient, file: Path, profile: str, submitter: str) -> dict[str, Any]:
    answer = gateway.post_file(
        "/imports", file, params={"profile": profile, "submitter": submitter}, sent=lambda _: None, patience_s=120.0,
        headers={"Content-Type": MEDIA_TYPES[file.suffix.removeprefix(".")]},
    )  # fmt: skip
    if answer.status not in (200, 201):
        show_problem(answer)
    taken: dict[str, Any] = answer.json()
    return taken


def _unpacked(stage: Stage, name: str) -> Path:
    file = stage.sub("sent") / name
    file.write_bytes(gzip.decompress(DATA.joinpath(f"{name}.gz").read_bytes()))
    return file


def _as_workbook(rows: Iterable[list[str]]) -> bytes:
    """The rows as a clerk's workbook has them: times as dates, amounts as numbers."""
    book, file = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("交易")
    heads: list[str] = []
    for row in rows:
        cells = row if not heads else [_cell(head, text) for head, text in zip(heads, row, strict=True)]
        heads = heads or row
        sheet.append(cells)
    book.save(file)
    return file.getvalue()


def _cell(head: str, text: str) -> str | float | datetime:
    if head in _NUMBERS and text:
        return float(text)
    return datetime.fromisoformat(text).replace(tzinfo=None) if head == "交易时间" else text


def _show(stage: Stage, events: list[dict[str, Any]]) -> None:
    names = {enterprise["uscc"]: enterprise["name"] for enterprise in stage.enterprises}
    bureaus = {bureau["uscc"]: bureau["short"] for bureau in stage.bureaus}
    table = Table("#", "报送主体 submitted by", "主管单位 under", "状态 state", "证书编号 certificate")
    for at, event in enumerate(events, start=1):
        kept = "已留存·不上链（无商品代码） kept" if event["state"] == "kept" else "已上链 anchored"
        submitter = names.get(event["submitter"]) or bureaus[event["submitter"]]
        table.add_row(str(at), submitter, bureaus[event["member"]], kept, event.get("number", "—"))
    CONSOLE.print(table)
    kept_count = sum(event["state"] == "kept" for event in events)
    anchored = len(events) - kept_count
    say(
        f"共 {len(events)} 个事件：{anchored} 个已上链；{kept_count} 个已留存、不上链，因为没有商品或物流单元代码。",
        f"{len(events)} events: {anchored} anchored; {kept_count} kept, because it names no goods.",
    )
