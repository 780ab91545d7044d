"""`shisu status`: sets and shows the status (状态) of a certificate, of a batch or of a code of goods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from certs.codes import parse_code
from certs.errors import MalformedCertificate
from certs.number import parse_number
from gateway.acts.fields import STATUSES
from gateway.cli.acts import WAIT, ask, read, with_gateway
from gateway.cli.say import CONSOLE, fail, folding_table
from gateway.cli.submit import KEY_FILE, URL

_HELP = """状态 Statuses of certificates, whole batches and codes of goods.

例如 For example:

    shisu status set suspended SHFS-COM-1-0-R --reason 7 --wait 30
    shisu status set superseded SHFS-COM-1-0-R --successor SHFS-COM-2-0-N
    shisu status set suspended batch:12
    shisu status set recalled 01/09521234100027/10/S20250602-07
    shisu status show SHFS-COM-1-0-R
    shisu status show batch:12 --member COM
    shisu status show 01/09521234100027/10/S20250602-07

凭证可为 active suspended superseded revoked，整批 active suspended revoked：须有 STATUS 权限；revoked 不能再改。
商品码可为 active suspended recalled：须有 RECALL 权限；设置商品码的状态等于公开该码。
Certificates: active, suspended, superseded, revoked; batches: active, suspended, revoked. Right STATUS. Revoked is final.
Codes: active, suspended, recalled. Right RECALL. Setting a code's status publishes the code.

每条命令都须有 --url 和 --key-file（或 SHISU_URL、SHISU_KEY_FILE）。
Every command needs --url and --key-file (or SHISU_URL, SHISU_KEY_FILE).
"""
status_app = typer.Typer(
    no_args_is_help=True, help=_HELP, short_help="状态 Statuses of certificates, batches and codes: set, show."
)
_TARGET = "证书编号，batch:<seq>（整批），或商品码 01/… 00/… a number, batch:<seq>, or a code"


@status_app.command("set")
def set_command(
    status: Annotated[str, typer.Argument(help=" | ".join(STATUSES))],
    target: Annotated[str, typer.Argument(help=_TARGET)],
    url: URL,
    key_file: KEY_FILE,
    successor: Annotated[str | None, typer.Option(help="更正后的证书编号 what takes the place of a superseded one")] = None,
    reason: Annotated[int, typer.Option(min=0, max=65_535, help="理由码 reason")] = 0,
    wait_s: WAIT = 0,
) -> None:
    """设置状态 Set a status. The key must be one of the member itself, with the right admin."""
    if status not in STATUSES:
        fail("没有这种状态", f"There is no such status: {' | '.join(STATUSES)}", code=2)
    body: dict[str, Any] = {**_what(target), "status": status, "reason": reason}
    if successor is not None:
        body["successor"] = successor
    with_gateway(url, key_file, lambda gateway: ask(gateway, "/statuses", body, wait_s))


@status_app.command("show")
def show(
    target: Annotated[str, typer.Argument(help=_TARGET)],
    url: URL,
    key_file: KEY_FILE,
    member: Annotated[
        str | None,
        typer.Option(help="整批所属成员单位 whose batch: USCC or code; else the key's own"),
    ] = None,
) -> None:
    """显示状态 Show what the chain holds for a certificate (its leaf, its batch and every code it names), a batch or a code."""
    what = _what(target)
    if member is not None and "batch" not in what:
        fail("--member 只用于 batch:<seq>", "--member goes with batch:<seq> only", code=2)
    if "number" in what:
        path, params = f"/statuses/{target}", {}
    else:
        params = {name: str(value) for name, value in {**what, "member": member}.items() if value is not None}
        path = "/statuses"
    found = with_gateway(url, key_file, lambda gateway: read(gateway, path, params))
    table = folding_table("对象 what", "状态 status", "理由码 reason", "自 since", "更正为 superseded by")
    for name, word in _words_of(found):
        if word is None:
            table.add_row(name, "有效（未设置） active, never set", "", "", "")
        else:
            texts = f"{word['text']['zh']} {word['text']['en']}"
            table.add_row(name, texts, str(word["reason"]), word["since"], word.get("successor", ""))
    CONSOLE.print(table)
    CONSOLE.print(f"block {found['block']}")


def _words_of(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """What an answer says, in its order: leaf, batch, codes, as far as they were asked for."""
    if "leaf" in found:
        yield "凭证 certificate", found["leaf"]
    if "batch" in found:
        member = found.get("member", {})
        yield f"上链批次 batch {member.get('code', '')} {found.get('seq', '')}".rstrip(), found["batch"]
    yield from ((one["code"], one["word"]) for one in found.get("codes", ()))


def _what(target: str) -> dict[str, Any]:
    """Which of the three a text names. Ends the command for none."""
    kind, _, seq = target.partition(":")
    if kind == "batch" and seq.isascii() and seq.isdigit():
        return {"batch": int(seq)}
    if _reads(parse_number, target):
        return {"number": target}
    if not _reads(parse_code, target):
        fail("须为证书编号、batch:<seq> 或商品码，请核对是否抄错", "Not a number, batch:<seq> or a code: is it mistyped?", code=2)
    return {"code": target}


def _reads(read_form: Callable[[str], object], text: str) -> bool:
    try:
        read_form(text)
    except MalformedCertificate:
        return False
    return True
