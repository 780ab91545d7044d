"""`shisu trust`: see a bundle's fingerprint, and pin a bundle after comparing it with another source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from certs.errors import CannotCheck
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


def _read(source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        try:
            with GatewayClient(source.removesuffix("/trust")) as gateway:
                return gateway.get("/trust").body
        except GatewayUnreachable:
            fail("未能从网关取得信任根文件", "The gateway gave no bundle", code=7)
    try:
        return Path(source).read_bytes()
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
        ("联盟 consortium", f"{bundle.name} ({bundle.network})"),
        ("编号前缀 prefix", bundle.prefix),
        ("链编号 chain id", str(bundle.chain_id)),
        ("共识节点 validators", f"{len(last.validators)} (epoch {last.epoch}, block {last.from_block})"),
        ("截至 head", f"block {bundle.head.number}, {format_time(bundle.head.time)}"),
        ("指纹 fingerprint", bundle.fingerprint.hex()),
        ("指纹读音 words", fingerprint_words(bundle.fingerprint)),
    ):
        table.add_row(name, value)
    CONSOLE.print(table)
    if bundle.is_development:
        say(*DEVELOPMENT_STAMP)
