"""
The demo's checks: all certificates, three broken ones, a scanned link, a recall. Each says whether it came out as it must.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from certs.verify import Verdict
from certs.verify.report import DISCLAIMER
from gateway.cli.client import GatewayClient
from gateway.cli.demo import afterwards
from gateway.cli.demo.sealed import verify_sealed
from gateway.cli.demo.stage import Stage
from gateway.cli.demo.tamper import change_one_character, cut_staple
from gateway.cli.say import COLOURS, CONSOLE, say


def chapter(number: str, zh: str, en: str) -> None:
    """A heading of the account."""
    CONSOLE.print()
    CONSOLE.print(Text(f"{number}、{zh}", style="bold"))
    CONSOLE.print(Text(f"    {en}", style="dim"), soft_wrap=True)


def check_all(stage: Stage, certificates: list[Path], superseded: str) -> bool:
    """Every certificate in the sealed process: all VALID, but for the one that a correction superseded."""
    chapter(
        "五",
        "在没有网络、没有数据库、没有链的另一进程中核验",
        "Check the files in another process that has neither network nor database nor chain",
    )
    bundle = stage.directory / "bundle.json"
    answer = verify_sealed(certificates, bundle)
    table = Table("凭证 certificate", "结论 verdict", "截至 as of")
    for report in answer.reports:
        as_of = report["asOf"]
        table.add_row(
            report["number"], _verdict(report), f"block {as_of['block']}, {as_of['signed']}/{as_of['of']}" if as_of else "—"
        )
    CONSOLE.print(table)
    say(*DISCLAIMER)
    expected = dict.fromkeys((report["number"] for report in answer.reports), Verdict.VALID.label)
    expected[superseded] = Verdict.SUPERSEDED.label
    return {report["number"]: report["verdict"] for report in answer.reports} == expected


def break_them(stage: Stage, certificates: list[Path]) -> bool:
    """Three broken ones, each with exactly its verdict."""
    chapter("六", "三份有问题的凭证", "Three broken ones")
    bundle, broken = stage.directory / "bundle.json", stage.sub("broken")
    forged, bare = broken / "one-character-changed.json", broken / "without-staple.json"
    with_quantity = next(path for path in certificates if b'"quantity":' in path.read_bytes())
    what = change_one_character(with_quantity, forged)
    cut_staple(certificates[0], bare)
    checks = [
        (f"改动一个字符 one character changed ({what})", forged, bundle, Verdict.FORGED),
        ("去掉状态证明 status proof cut off", bare, bundle, Verdict.AUTHENTIC),
        (
            "用另一联盟的信任根 bundle of another consortium",
            certificates[0],
            stage.directory / "other-bundle.json",
            Verdict.FOREIGN,
        ),
    ]
    table = Table("做了什么 what was done", "结论 verdict", "步骤与代码 step and code")
    outcomes = []
    for what_zh, file, pinned, expected in checks:
        report = verify_sealed([file], pinned).reports[0]
        table.add_row(what_zh, _verdict(report), f"{report['step']}  {report['code']}")
        outcomes.append(report["verdict"] == expected.label)
    CONSOLE.print(table)
    return all(outcomes)


def scan(stage: Stage, link: str) -> bool:
    """One link as `shisu verify` checks it against the running gateway."""
    chapter(
        "七",
        "扫一个二维码：链接由网关应答，结论由本机核验得出",
        "Scan one QR code: the gateway answers the link, this machine judges the answer",
    )
    CONSOLE.print(Text(f"$ shisu verify '{link}' --trust {stage.directory / 'bundle.json'}", style="cyan"), soft_wrap=True)
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "verify", link, "--trust", str(stage.directory / "bundle.json")], check=False
    )
    return done.returncode == Verdict.VALID.exit_code


def recall(stage: Stage, gateway: GatewayClient, certificates: list[Path], patience_s: float) -> bool:
    """Every certificate that names the recalled lot turns."""
    chapter(
        "八",
        "召回一个生产批号：凭证文件不变，换上新的状态证明即为「已召回」",
        "Recall a lot: the same certificates, with a status proof of now, say RECALLED",
    )
    act = afterwards.recall(gateway, patience_s)
    say(f"{act['does']['zh']}（区块 {act['block']}）", f"{act['does']['en']} (block {act['block']})")
    recalled = afterwards.restapled(stage, gateway, certificates)
    bundle, folder = stage.directory / "bundle.json", stage.directory / "certificates"
    before = verify_sealed([folder / path.name for path in recalled], bundle).reports
    after = verify_sealed(recalled, bundle).reports
    table = Table("凭证 certificate", "召回前 before", "召回后 after")
    for old, new in zip(before, after, strict=True):
        table.add_row(new["number"], _verdict(old), _verdict(new))
    CONSOLE.print(table)
    return bool(after) and all(report["verdict"] == Verdict.RECALLED.label for report in after)


def _verdict(report: dict[str, Any]) -> Text:
    verdict = next(v for v in Verdict if v.label == report["verdict"])
    return Text(f"{verdict.label} {verdict.zh}", style=COLOURS[verdict.colour])
