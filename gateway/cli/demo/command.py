"""
The story the demo tells, in order: chain, contracts, gateway, events, certificates, checks, three broken ones, a scanned link.
"""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.text import Text

from certs.verify.report import DEVELOPMENT_STAMP
from gateway.cli.certificates import save_certificate
from gateway.cli.client import GatewayClient, GatewayUnreachable
from gateway.cli.demo import afterwards, sending
from gateway.cli.demo import stage as stages
from gateway.cli.demo.checks import break_them, chapter, check_all, recall, scan
from gateway.cli.demo.processes import Child, DemoFailed, free_port, start
from gateway.cli.demo.stage import Stage
from gateway.cli.demo.unit import check_unit, save_unit
from gateway.cli.reasons import reason
from gateway.cli.say import CONSOLE, fail, say
from ledger.errors import LedgerError

_PATIENCE_S = 90.0


def demo_command(
    directory: Annotated[Path, typer.Option("--dir", help="演示文件的目录 where the demo's files go")] = Path("demo-data"),
    keep: Annotated[bool, typer.Option("--keep", help="结束后保留网关 leave the gateway up and print its links")] = False,
) -> None:
    """演示 Show the whole line on this machine: from submitted events to certificates that a sealed process checks."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # Ctrl-C unwinds by itself; these must stop the children too
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    logs = f"logs are in {directory}"
    try:
        with ExitStack() as stack:
            _play(stack, directory.resolve(), keep=keep)
    except DemoFailed as error:
        fail("演示未能完成", f"The demo did not finish: {error}; {logs}")
    except GatewayUnreachable as error:
        fail("演示未能完成：网关没有应答", f"The demo did not finish: no answer from the gateway ({error}); {logs}")
    except LedgerError as error:
        zh, en = reason(error.code, error.field)
        fail(f"演示未能完成：{zh}", f"The demo did not finish: {en}; {logs}")
    except PermissionError:
        fail("此处不可写，请用 --dir 指定目录", "Nothing can be written here: name a directory with --dir")
    except OSError as error:
        fail("演示未能完成：文件系统出错", f"The demo did not finish: {error.strerror}; name another directory with --dir")


def _play(stack: ExitStack, directory: Path, *, keep: bool) -> None:
    CONSOLE.print(Panel(Text("\n".join(DEVELOPMENT_STAMP), style="bold yellow"), title="食溯链 Shisu"))
    stage = stages.prepare(directory)
    cast = Cast(stack.enter_context(ExitStack()))
    key, settings_file, port = _build(stage, cast)
    chapter(
        "三",
        "启动网关并报送：一物一码清单、猪肉链与婴配乳粉链的 EPCIS 事件",
        "Start the gateway; submit a serial file and two chains",
    )
    gateway_child = cast.enter(_start_gateway(stage, settings_file, port))
    with GatewayClient(gateway_child.url, key=key) as gateway:
        sending.send_serials(stage, gateway)
        events = sending.send_chains(stage, gateway, _PATIENCE_S)
        superseded = _await_correction(gateway, events)
        certificates = _save(stage, gateway, events)
        unit = save_unit(stage, gateway, events)
        chapter("四", "批发市场一天的交易：GBK 表格与 Excel", "A market's day: a table in GBK, then a workbook")
        as_expected = sending.send_day(stage, gateway) & sending.show_quality(settings_file)
    as_expected &= check_all(stage, certificates, superseded)
    as_expected &= check_unit(stage, unit)
    as_expected &= break_them(stage, certificates)
    as_expected &= scan(stage, _issued(events)[0]["link"])
    with GatewayClient(gateway_child.url, key=key) as gateway:
        as_expected &= recall(stage, gateway, certificates, _PATIENCE_S)
    _close(stage, events, cast, url=gateway_child.url if keep else "")
    if not as_expected:
        raise DemoFailed("a verdict was not the expected one")


class Cast:
    """The running children; all are stopped when the stack closes, unless the demo is to keep them."""

    def __init__(self, stack: ExitStack) -> None:
        self.children: list[Child] = []
        self.stack = stack

    def enter(self, child: Child) -> Child:
        """Takes a child in."""
        self.children.append(child)
        self.stack.callback(child.stop)
        return child

    def leave(self, child: Child) -> None:
        """Stops a child that is not needed any more."""
        child.stop()
        self.children.remove(child)


def _build(stage: Stage, cast: Cast) -> tuple[str, Path, int]:
    """Two chains, contracts on both, settings for the gateway: (API key, settings file, port)."""
    chapter(
        "一", "启动演示链：七个委办的七个共识节点密钥", "Start the embedded chain with seven validator keys for the seven bureaus"
    )
    chain, stranger = (cast.enter(stages.start_chain(stage, name)) for name in ("chain", "other-chain"))
    signers = stages.make_signers(stage)
    chapter(
        "二",
        "部署合约：七个委办为创始成员，部署者不留任何权限",
        "Deploy the contracts; the bureaus are the founders, the deployer keeps no right",
    )
    deployment = stages.deploy(stage, chain, signers)
    other = stages.deploy(stage, stranger, signers)
    (stage.directory / "other-bundle.json").write_bytes(stages.bundle_of(stage, stranger, other, "另一个联盟"))
    cast.leave(stranger)
    port = free_port()
    settings_file, key_file = stages.write_settings(stage, chain, deployment, signers, port)
    return key_file.read_text("ascii"), settings_file, port


def _await_correction(gateway: GatewayClient, events: list[dict[str, Any]]) -> str:
    wrong = afterwards.declared_wrong(events)
    successor = afterwards.await_correction(gateway, wrong, _PATIENCE_S)
    say(
        f"{wrong['number']} 所记头数有误，企业已更正：自动更正为 {successor}。",
        f"{wrong['number']} gave a wrong count; the sender corrected it, so it was superseded by {successor}.",
    )
    return str(wrong["number"])


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


def _save(stage: Stage, gateway: GatewayClient, events: list[dict[str, Any]]) -> list[Path]:
    """Public renderings with staples, QR images, and the bundle, as anybody with the link would get them."""
    (stage.directory / "bundle.json").write_bytes(gateway.get("/trust").body)
    folder, pictures, saved = stage.sub("certificates"), stage.sub("qr"), []
    for event in _issued(events):
        number, check_code = event["number"], event["link"].rpartition("k=")[2]
        with GatewayClient(event["link"].partition("/certificates/")[0]) as anybody:
            save_certificate(anybody, number, folder / f"{number}.json", check_code=check_code)
            (pictures / f"{number}.png").write_bytes(anybody.get(f"/certificates/{number}.png", {"k": check_code}).body)
        saved.append(folder / f"{number}.json")
    return saved


def _show_running(stage: Stage, url: str) -> None:
    """The gateway's address, its files, and two commands that work as they stand."""
    key_file, settings_file = stage.directory / "platform.key", stage.directory / "settings.json"
    for name, text in (("网关 gateway", url), ("接口密钥 API key", key_file), ("设置 settings", settings_file)):
        CONSOLE.print(Text(f"  {name}  {text}"), soft_wrap=True)
    shisu = f"{sys.executable} -m gateway.cli"
    table = f"{stage.directory / 'sent' / 'pork_wholesale_day.xlsx'} --profile pork_wholesale_day --submitter {sending.MARKET}"
    for command in (f"{shisu} events", f"{shisu} submit {table} --wait 60"):
        CONSOLE.print(Text(f"  {command} --url {url} --key-file {key_file}", style="cyan"), soft_wrap=True)


def _issued(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if "number" in event]


def _close(stage: Stage, events: list[dict[str, Any]], cast: Cast, *, url: str) -> None:
    """Where the files are; and with `url`, of the gateway that goes on running, what can be tried."""
    chapter("九", "文件在这里", "Where the files are")
    for name, zh, en in (
        ("certificates", "凭证（附状态证明）", "certificates with status proofs"),
        ("qr", "凭证二维码", "their QR codes"),
        ("broken", "有问题的凭证", "the broken ones"),
        ("recalled", "召回后的凭证", "certificates of the recalled lot"),
        ("sent", "报送的表格", "the tables that were sent"),
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
    if not url:
        return
    cast.stack.pop_all()
    chapter("十", "网关仍在运行", "The gateway is still running")
    _show_running(stage, url)
    for event in _issued(events):
        CONSOLE.print(Text(f"  {event['link']}"), soft_wrap=True)
    numbers = " ".join(str(child.process.pid) for child in cast.children)
    say(f"停止：kill {numbers}", "Stop it with the line above.")
