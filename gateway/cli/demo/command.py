"""
The story the demo tells, in order: chain, contracts, gateway, events, certificates, checks, three broken ones, a scanned link.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from certs.verify import Verdict
from certs.verify.report import DEVELOPMENT_STAMP, DISCLAIMER
from gateway.cli.certificates import save_certificate
from gateway.cli.client import GatewayClient, GatewayUnreachable
from gateway.cli.demo import stage as stages
from gateway.cli.demo.processes import Child, DemoFailed, free_port, start
from gateway.cli.demo.sealed import verify_sealed
from gateway.cli.demo.stage import Stage
from gateway.cli.demo.tamper import change_one_character, cut_staple
from gateway.cli.say import COLOURS, CONSOLE, fail, say
from gateway.cli.submit import show_problem, wait_for_certificates
from ledger.errors import LedgerError

_PATIENCE_S = 90.0


def demo_command(
    directory: Annotated[Path, typer.Option("--dir", help="演示文件的目录 where the demo's files go")] = Path("demo-data"),
    keep: Annotated[bool, typer.Option("--keep", help="结束后保留网关 leave the gateway up and print its links")] = False,
) -> None:
    """演示 Show the whole line on this machine: from submitted events to certificates that a sealed process checks."""
    try:
        with ExitStack() as stack:
            _play(stack, directory.resolve(), keep=keep)
    except (DemoFailed, GatewayUnreachable) as error:
        fail("演示未能完成", f"The demo did not finish: {error}")
    except LedgerError as error:
        fail("演示未能完成", f"The demo did not finish: {error.code} {error.field}")


def _play(stack: ExitStack, directory: Path, *, keep: bool) -> None:
    CONSOLE.print(Panel(Text("\n".join(DEVELOPMENT_STAMP), style="bold yellow"), title="食溯链 Shisu"))
    stage = stages.prepare(directory)
    children: list[Child] = []
    stop_all = stack.enter_context(ExitStack())

    def run(child: Child) -> Child:
        children.append(child)
        stop_all.callback(child.stop)
        return child

    _chapter(
        "一", "启动演示链：七个委办的七个共识节点密钥", "Start the embedded chain with seven validator keys for the seven bureaus"
    )
    chain, stranger = run(stages.start_chain(stage, "chain")), run(stages.start_chain(stage, "other-chain"))
    signers = stages.make_signers(stage)
    _chapter(
        "二",
        "部署合约：七个委办为创始成员，部署者不留任何权限",
        "Deploy the contracts; the bureaus are the founders, the deployer keeps no right",
    )
    deployment = stages.deploy(stage, chain, signers)
    port = free_port()
    settings_file, key_file = stages.write_settings(stage, chain, deployment, signers, port)
    _chapter("三", "启动网关并报送猪肉链的 EPCIS 事件", "Start the gateway and submit the EPCIS events of the pork chain")
    gateway_child = run(_start_gateway(stage, settings_file, port))
    with GatewayClient(gateway_child.url, key=key_file.read_text("ascii")) as gateway:
        job = _submit(stage, gateway)
        certificates = _save(stage, gateway, job)
    other = stages.deploy(stage, stranger, signers)
    (stage.directory / "other-bundle.json").write_bytes(stages.bundle_of(stage, stranger, other, "另一个联盟"))
    as_expected = _check(stage, certificates)
    as_expected &= _scan(stage, job)
    _close(stage, job, children, stop_all, keep=keep)
    if not as_expected:
        raise DemoFailed("a verdict was not the expected one")


def _chapter(number: str, zh: str, en: str) -> None:
    CONSOLE.print()
    CONSOLE.print(Text(f"{number}、{zh}", style="bold"))
    CONSOLE.print(Text(f"    {en}", style="dim"), soft_wrap=True)


def _start_gateway(stage: Stage, settings_file: Path, port: int) -> Child:
    arguments = [
        "gateway.cli",
        "serve",
        "--settings",
        str(settings_file),
        "--port",
        str(port),
        "--lock-directory",
        str(stage.directory),
    ]
    return start("gateway 网关", arguments, stage.directory / "gateway.log")


def _submit(stage: Stage, gateway: GatewayClient) -> dict[str, Any]:
    answer = gateway.post("/capture", stage.document)
    if answer.status != 202:
        show_problem(answer)
    with CONSOLE.status("等待上链并取得足够共识节点签名 waiting for blocks that enough validators signed…"):
        job = wait_for_certificates(gateway, answer, _PATIENCE_S)
    names = {enterprise["uscc"]: enterprise["name"] for enterprise in stage.enterprises}
    bureaus = {bureau["uscc"]: bureau["short"] for bureau in stage.bureaus}
    table = Table("#", "报送企业 submitted by", "主管单位 under", "状态 state", "证书编号 certificate")
    for event in job["events"]:
        kept = "已留存·不上链（无商品代码） kept" if event["state"] == "kept" else "已上链 anchored"
        table.add_row(
            str(event["index"] + 1), names[event["submitter"]], bureaus[event["member"]], kept, event.get("number", "—")
        )
    CONSOLE.print(table)
    if any("number" not in event for event in job["events"] if event["state"] != "kept"):
        raise DemoFailed(f"not every event was anchored in {_PATIENCE_S:.0f} s; see {stage.directory}/gateway.log")
    return job


def _save(stage: Stage, gateway: GatewayClient, job: dict[str, Any]) -> list[Path]:
    """Public renderings with staples, QR images, and the bundle, as anybody with the link would get them."""
    (stage.directory / "bundle.json").write_bytes(gateway.get("/trust").body)
    folder, pictures, saved = stage.sub("certificates"), stage.sub("qr"), []
    for event in _issued(job):
        number, check_code = event["number"], event["link"].rpartition("k=")[2]
        with GatewayClient(event["link"].partition("/certificates/")[0]) as anybody:
            save_certificate(anybody, number, folder / f"{number}.json", check_code=check_code)
            (pictures / f"{number}.png").write_bytes(anybody.get(f"/certificates/{number}.png", {"k": check_code}).body)
        saved.append(folder / f"{number}.json")
    return saved


def _issued(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [event for event in job["events"] if "number" in event]


def _check(stage: Stage, certificates: list[Path]) -> bool:
    _chapter(
        "四",
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
    _chapter("五", "三份有问题的凭证", "Three broken ones")
    broken = stage.sub("broken")
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
    outcomes = [report["verdict"] == Verdict.VALID.label for report in answer.reports]
    for what_zh, file, pinned, expected in checks:
        report = verify_sealed([file], pinned).reports[0]
        table.add_row(what_zh, _verdict(report), f"{report['step']}  {report['code']}")
        outcomes.append(report["verdict"] == expected.label)
    CONSOLE.print(table)
    return all(outcomes)


def _verdict(report: dict[str, Any]) -> Text:
    verdict = next(v for v in Verdict if v.label == report["verdict"])
    return Text(f"{verdict.label} {verdict.zh}", style=COLOURS[verdict.colour])


def _scan(stage: Stage, job: dict[str, Any]) -> bool:
    _chapter(
        "六",
        "扫一个二维码：链接由网关应答，结论由本机核验得出",
        "Scan one QR code: the gateway answers the link, this machine judges the answer",
    )
    link = _issued(job)[0]["link"]
    CONSOLE.print(Text(f"$ shisu verify '{link}' --trust {stage.directory / 'bundle.json'}", style="cyan"), soft_wrap=True)
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "verify", link, "--trust", str(stage.directory / "bundle.json")], check=False
    )
    return done.returncode == Verdict.VALID.exit_code


def _close(stage: Stage, job: dict[str, Any], children: list[Child], stop_all: ExitStack, *, keep: bool) -> None:
    _chapter("七", "文件在这里", "Where the files are")
    for name, zh, en in (
        ("certificates", "凭证（附状态证明）", "certificates with status proofs"),
        ("qr", "凭证二维码", "their QR codes"),
        ("broken", "有问题的凭证", "the broken ones"),
        ("bundle.json", "信任根文件", "the trust bundle"),
    ):
        CONSOLE.print(Text(f"  {stage.directory / name}"), Text(f"{zh} {en}", style="dim"), sep="  ", soft_wrap=True)
    CONSOLE.print(
        Text(
            f"\n  {sys.executable} -m certs verify '{stage.directory}/certificates/*.json' --trust {stage.directory}/bundle.json",
            style="cyan",
        ),
        soft_wrap=True,
    )
    if not keep:
        return
    stop_all.pop_all()
    _chapter("八", "网关仍在运行", "The gateway is still running")
    for event in _issued(job):
        CONSOLE.print(Text(f"  {event['link']}"), soft_wrap=True)
    numbers = " ".join(str(child.process.pid) for child in children)
    say(f"停止：kill {numbers}", "Stop it with the line above.")
