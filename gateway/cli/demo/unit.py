"""One can of ten thousand (一物一码): its proof travels with the lot's certificate and is checked in the sealed process."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

from rich.text import Text

from certs.canonical import parse
from certs.limits import LIMITS
from certs.verify import Verdict
from gateway.cli.certificates import save_certificate
from gateway.cli.client import GatewayClient
from gateway.cli.demo.processes import DemoFailed
from gateway.cli.demo.sealed import verify_sealed
from gateway.cli.demo.stage import DATA, Stage
from gateway.cli.say import COLOURS, CONSOLE, say

_ACTIVATED = "已激活"


def save_unit(stage: Stage, gateway: GatewayClient, events: list[dict[str, Any]]) -> Path:
    """The certificate of the coding event with the proof of its last activated can, as who holds the can would get it."""
    code = _last_can()
    for event in (event for event in events if "number" in event):
        number = event["number"]
        file = parse((stage.directory / "certificates" / f"{number}.json").read_bytes(), max_depth=LIMITS.wrapped_depth)
        body = file["certificate"]["tiers"]["public"]["body"]
        if "items" in body and code.partition("/21/")[0] in body["codes"]:
            unit = stage.sub("units") / f"{number}-{code.rpartition('/')[2]}.json"
            save_certificate(gateway, number, unit, check_code=event["link"].rpartition("k=")[2], item=code)
            return unit
    raise DemoFailed("no certificate has an item tree of the lot")


def check_unit(stage: Stage, unit: Path) -> bool:
    """The can's file in the sealed process: VALID."""
    report = verify_sealed([unit], stage.directory / "bundle.json").reports[0]
    verdict = next(v for v in Verdict if v.label == report["verdict"])
    say(
        "一物一码：9,988 个已激活单品中的一罐，凭证附其单品证明：",
        "One item of the 9,988 that were activated, with its own proof beside the lot's certificate:",
    )
    CONSOLE.print(Text(f"  {unit.name}  {verdict.label} {verdict.zh}", style=COLOURS[verdict.colour]), soft_wrap=True)
    return verdict is Verdict.VALID


def _last_can() -> str:
    text = gzip.decompress(DATA.joinpath("formula_serials.csv.gz").read_bytes()).decode("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["状态"] == _ACTIVATED]
    return f"01/{rows[-1]['商品条码']}/10/{rows[-1]['批号']}/21/{rows[-1]['序列号']}"
