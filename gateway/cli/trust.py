"""`shisu trust`: see a bundle's fingerprint, and pin a bundle after comparing it with another source."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.table import Table
from rich.text import Text

from certs.__main__ import read_limited
from certs.errors import CannotCheck
from certs.limits import LIMITS
from certs.succession import check_succession
from certs.texts import text_of
from certs.times import format_time
from certs.trust import Bundle, fingerprint_words, load_bundle
from certs.verify.report import DEVELOPMENT_STAMP
from gateway.cli.client import GatewayClient, GatewayUnreachable
from gateway.cli.pinned import default_path, pin
from gateway.cli.say import CONSOLE, fail, say

trust_app = typer.Typer(no_args_is_help=True, help="信任根文件 The trust bundle: show its fingerprint, pin it.")
_Source = Annotated[str | None, typer.Argument(metavar="FILE|URL", help="文件或网关地址 a file, or a gateway's address")]


@trust_app.command("show")
def show(source: _Source = None) -> None:
    """显示指纹 Show what a bundle says and its fingerprint, as words and hex, to compare by voice or on paper."""
    _print(_load(_read(source or str(default_path()))))


@trust_app.command("pin")
def pin_command(
    source: _Source,
    yes: Annotated[bool, typer.Option("--yes", help="已当面或电话核对过指纹 the fingerprint has been compared")] = False,
) -> None:
    """采信 Make this the bundle that `shisu verify` uses. Compare the fingerprint with another source first."""
    raw = _read(source or "")
    _print(_load(raw))
    if not yes and not typer.confirm("指纹与另一来源一致吗？ Does the fingerprint agree with another source?"):
        fail("未采信", "Nothing was pinned", code=1)
    pin(raw, default_path())
    say(f"已采信：{default_path()}", "Pinned.")


@trust_app.command("update")
def update(source: _Source) -> None:
    """前滚 Roll the pinned bundle forward over announced validator sets; refused when it does not continue the pinned one."""
    path = default_path()
    pinned, raw = _load(_read(str(path))), _read(source or "")
    newer = _load(raw)
    try:
        check_succession(pinned, newer)
    except CannotCheck as error:
        _refuse_update(error.code, raw, path)
    pin(raw, path)
    _print(newer)
    steps = len(newer.sets) - len(pinned.sets)
    say(f"已前滚 {steps} 期节点名单", f"Rolled forward over {steps} announced validator sets.")


@trust_app.command("diff")
def diff(first: Annotated[str, typer.Argument(metavar="FILE|URL")], second: _Source = None) -> None:
    """比较 Compare two bundles: what differs, and whether the second may take the first one's place."""
    before, after = _load(_read(first)), _load(_read(second or str(default_path())))
    table = Table("", "一 first", "二 second")
    for name, values in (
        ("指纹 fingerprint", [b.fingerprint.hex()[:16] + "…" for b in (before, after)]),
        ("链编号 chain id", [str(b.chain_id) for b in (before, after)]),
        ("期数 epoch", [str(b.sets[-1].epoch) for b in (before, after)]),
        ("节点数 validators", [str(len(b.sets[-1].validators)) for b in (before, after)]),
        ("截至 head", [f"block {b.head.number}, {format_time(b.head.time)}" for b in (before, after)]),
    ):
        table.add_row(name, *values, style="bold" if values[0] != values[1] else "dim")
    CONSOLE.print(table)
    for label, validators in (("+", set(after.sets[-1].validators) - set(before.sets[-1].validators)),
                              ("-", set(before.sets[-1].validators) - set(after.sets[-1].validators))):  # fmt: skip
        for address in sorted(validators):
            CONSOLE.print(f"{label} 0x{address.hex()}")
    try:
        check_succession(before, after)
    except CannotCheck as error:
        zh, en = text_of(error.code)
        fail(f"不能由一前滚到二：{zh}", f"The second cannot follow the first: {en} ({error.code})", code=7)
    say("二可以接替一", "The second may take the first one's place.")


def _refuse_update(code: str, raw: bytes, path: Path) -> NoReturn:
    """Says why, and keeps the other bundle beside the pinned one: two that contradict each other are evidence."""
    beside = path.with_name(f"refused-{hashlib.sha256(raw).hexdigest()[:16]}.json")
    beside.write_bytes(raw)
    zh, en = text_of(code)
    fail(f"未前滚：{zh} 该文件保留在 {beside}", f"Not updated: {en} ({code}); the other bundle is kept.", code=7)


def _read(source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        try:
            with GatewayClient(source.removesuffix("/trust")) as gateway:
                return gateway.get("/trust").body
        except GatewayUnreachable:
            fail("未能从网关取得信任根文件", "The gateway gave no bundle", code=7)
    try:
        return read_limited(Path(source), LIMITS.bundle_bytes)
    except OSError:
        fail("没有这个信任根文件", "There is no such bundle file", code=7)


def _load(raw: bytes) -> Bundle:
    try:
        return load_bundle(raw)
    except CannotCheck as error:
        zh, en = text_of(error.code)
        fail(f"信任根文件不成立：{zh}", f"The bundle does not hold: {en} ({error.code} {error.field})", code=7)


def _print(bundle: Bundle) -> None:
    table = Table(show_header=False, box=None)
    last = bundle.sets[-1]
    for name, value in (
        ("指纹 fingerprint", bundle.fingerprint.hex()),
        ("指纹读音 words", fingerprint_words(bundle.fingerprint)),
        ("联盟 consortium", f"{bundle.name} ({bundle.network})"),
        ("编号前缀 prefix", bundle.prefix),
        ("链编号 chain id", str(bundle.chain_id)),
        ("共识节点 validators", f"{len(last.validators)} (epoch {last.epoch}, block {last.from_block})"),
        ("截至 head", f"block {bundle.head.number}, {format_time(bundle.head.time)}"),
    ):
        table.add_row(name, Text(value))
    CONSOLE.print(table)
    if bundle.is_development:
        say(*DEVELOPMENT_STAMP)
