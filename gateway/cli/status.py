"""`shisu status`: sets and shows the status (状态) of a certificate, of a batch or of a code of goods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.table import Table

from certs.codes import parse_code
from certs.errors import MalformedCertificate
from certs.number import parse_number
from gateway.acts.fields import STATUSES
from gateway.cli.acts import WAIT, ask, read, with_gateway
from gateway.cli.say import CONSOLE, fail
from gateway.cli.submit import KEY_FILE, URL

status_app = typer.Typer(no_args_is_help=True, help="状态 Statuses of certificates, batches and codes: set, show.")


@status_app.command("set")
def set_command(
    status: Annotated[str, typer.Argument(help=" | ".join(STATUSES))],
    target: Annotated[
        str,
        typer.Argument(
            help="证书编号，batch:<seq>（整批），或商品码 01/…（等于公开） a number, batch:<seq>, or a code (publication)"
        ),
    ],
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
def show(number: Annotated[str, typer.Argument(help="证书编号 a certificate's number")], url: URL, key_file: KEY_FILE) -> None:
    """显示状态 Show what the chain holds for a certificate: its leaf, its batch and every code it names."""
    if "number" not in _what(number):
        fail("须为证书编号", "A certificate's number is needed", code=2)
    found = with_gateway(url, key_file, lambda gateway: read(gateway, f"/statuses/{number}"))
    table = Table("对象 what", "状态 status", "理由码 reason", "自 since", "更正为 superseded by")
    for name, word in (
        ("凭证 certificate", found["leaf"]),
        ("上链批次 batch", found["batch"]),
        *((one["code"], one["word"]) for one in found["codes"]),
    ):
        if word is None:
            table.add_row(name, "有效（未设置） active, never set", "", "", "")
        else:
            texts = f"{word['text']['zh']} {word['text']['en']}"
            table.add_row(name, texts, str(word["reason"]), word["since"], word.get("successor", ""))
    CONSOLE.print(table)
    CONSOLE.print(f"block {found['block']}")


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
