"""
`shisu trust`: see a bundle's fingerprint, pin a bundle after comparing it with another source, roll the pinned one forward.

The pinned bundle is all that a verifier trusts, so nothing takes its place unseen: of two that contradict each other both are
kept, and one that does not continue the pinned one is pinned only by a person who was told so.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from certs.__main__ import read_limited
from certs.errors import CannotCheck
from certs.limits import LIMITS
from certs.texts import text_of
from certs.trust import Bundle, load_bundle
from gateway.cli.bundles import show_bundle, show_differences, show_members, succession
from gateway.cli.client import GatewayClient, GatewayUnreachable
from gateway.cli.pinned import default_path, pin
from gateway.cli.say import fail, say

_CONTRADICTIONS: Final = ("update.fork", "update.history", "header.rival")  # evidence against somebody: never pinned over

trust_app = typer.Typer(
    no_args_is_help=True,
    help="信任根文件：核验时唯一采信的文件。show 看指纹，与另一来源核对后 pin 采信；节点换期后 update 前滚；diff 比较两份。 "
    "The one file a verifier believes: show its fingerprint, pin it after comparing, roll it forward, compare two.",
)
_Source = Annotated[str | None, typer.Argument(metavar="FILE|URL", help="文件或网关地址 a file, or a gateway's address")]


@trust_app.command("show")
def show(source: _Source = None) -> None:
    """显示指纹 Show what a bundle says and its fingerprint, as words and hex, to compare by voice or on paper."""
    show_bundle(_load(_pinned() if source is None else _read(source)))


@trust_app.command("pin")
def pin_command(
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="文件或网关地址 a file, or a gateway's address")],
    yes: Annotated[bool, typer.Option("--yes", help="已当面或电话核对过指纹 the fingerprint has been compared")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="取代不相接续的已采信文件 replace a pinned bundle that this one does not continue")
    ] = False,
) -> None:
    """采信 Make this the bundle that `shisu verify` uses. Compare the fingerprint with another source first."""
    path, raw = default_path(), _read(source)
    newer = _load(raw)
    show_bundle(newer)
    before = _held(path)
    code = "" if before is None else succession(before, newer)
    if code in _CONTRADICTIONS:
        _refuse(code, raw, path)
    if not yes and not typer.confirm("指纹与另一来源一致吗？ Does the fingerprint agree with another source?"):
        fail("未采信", "Nothing was pinned", code=1)
    if code and not replace:
        zh, en = text_of(code)
        say(f"已采信的是另一份文件，新文件并不接续它：{zh}", f"Another bundle is pinned, and this one does not continue it: {en}")
        if not typer.confirm("仍要取代吗？ Replace it all the same?"):
            fail("未采信，原文件不变", "Nothing was pinned; the pinned bundle stays", code=1)
    if path.exists() and (code or before is None):
        say(f"原文件保留在 {_set_aside(path)}", "The bundle that was pinned is kept.")
    pin(raw, path)
    say(f"已采信：{path}", "Pinned.")


@trust_app.command("update")
def update(
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="文件或网关地址 a file, or a gateway's address")],
    yes: Annotated[bool, typer.Option("--yes", help="已核对改名的成员单位 renamed members have been compared")] = False,
) -> None:
    """前滚 Roll the pinned bundle forward over announced validator sets; refused when it does not continue the pinned one."""
    path = default_path()
    pinned, raw = _load(_pinned()), _read(source)
    newer = _load(raw)
    code = succession(pinned, newer)
    if code:
        _refuse(code, raw, path)
    show_bundle(newer)
    if show_members(pinned, newer) and not yes:
        say(
            "成员单位的名称不由链证明。改名后，核验结论里的单位名称会随之改变。",
            "The chain does not prove members' names; reports will show the new ones.",
        )
        if not typer.confirm("改名属实吗？ Are the new names right?"):
            fail("未前滚，原文件不变", "Not updated; the pinned bundle stays", code=1)
    pin(raw, path)
    steps = len(newer.sets) - len(pinned.sets)
    say(f"已前滚 {steps} 期节点名单", f"Rolled forward over {steps} announced validator sets.")


@trust_app.command("diff")
def diff(
    first: Annotated[str, typer.Argument(metavar="FILE|URL", help="只给一份则与已采信的比较 alone: with the pinned one")],
    second: _Source = None,
) -> None:
    """比较 Compare two bundles: what differs, and whether the second may take the first one's place."""
    before = _load(_pinned() if second is None else _read(first))
    after = _load(_read(first if second is None else second))
    show_differences(before, after)
    code = succession(before, after)
    if code:
        zh, en = text_of(code)
        fail(f"不能由一前滚到二：{zh}", f"The second cannot follow the first: {en} ({code})", code=7)
    say("二可以接替一", "The second may take the first one's place.")


def _held(path: Path) -> Bundle | None:
    """The pinned bundle; None when there is none, or none that holds any more."""
    try:
        return load_bundle(read_limited(path, LIMITS.bundle_bytes))
    except (OSError, CannotCheck):
        return None


def _set_aside(path: Path) -> Path:
    beside = path.with_name(f"replaced-{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}.json")
    path.replace(beside)
    return beside


def _refuse(code: str, raw: bytes, path: Path) -> NoReturn:
    """Says why, and keeps the other bundle beside the pinned one: two that contradict each other are evidence."""
    beside = path.with_name(f"refused-{hashlib.sha256(raw).hexdigest()[:16]}.json")
    beside.write_bytes(raw)
    zh, en = text_of(code)
    fail(f"未采信，原文件不变：{zh} 该文件保留在 {beside}", f"Not taken: {en} ({code}); the other bundle is kept.", code=7)


def _pinned() -> bytes:
    try:
        return read_limited(default_path(), LIMITS.bundle_bytes)
    except OSError:
        fail(
            "尚未采信任何信任根文件：先核对指纹，再运行 shisu trust pin 文件",
            "No bundle is pinned yet: compare its fingerprint, then run `shisu trust pin FILE`",
            code=7,
        )


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
