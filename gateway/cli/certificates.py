"""`shisu certificates`: saves certificate files with a fresh status proof."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from certs.codes import parse_code
from certs.errors import MalformedCertificate
from certs.number import parse_number
from gateway.cli.client import GatewayClient, GatewayUnreachable
from gateway.cli.say import fail, say
from gateway.cli.submit import KEY_FILE, URL, read_key, show_problem


def certificates_command(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER…", help="证书编号 certificate numbers")],
    url: URL,
    key_file: KEY_FILE,
    out: Annotated[Path, typer.Option(help="保存目录 where to save")] = Path(),
    staple: Annotated[bool, typer.Option(help="附状态证明 with a fresh status proof")] = True,
    item: Annotated[str, typer.Option(metavar="CODE", help="附单品证明 with the proof of one unit: 01/GTIN/21/SERIAL")] = "",
) -> None:
    """保存凭证 Save certificates as files, in the rendering that your key may see."""
    out.mkdir(parents=True, exist_ok=True)
    with GatewayClient(url, key=read_key(key_file)) as gateway:
        for number in numbers:
            path = out / f"{_checked(number)}{_suffix(item)}.json"
            save_certificate(gateway, number, path, staple=staple, item=item)
            say(f"已保存 {path}", "Saved.")


def save_certificate(
    gateway: GatewayClient, number: str, path: Path, *, staple: bool = True, check_code: str = "", item: str = ""
) -> None:
    """Fetches one certificate file and writes it byte for byte. Ends the command when there is none."""
    asked = {"staple": "1" if staple else "", "k": check_code, "item": item}
    params = {name: value for name, value in asked.items() if value}
    try:
        answer = gateway.get(f"/certificates/{number}.json", params)
    except GatewayUnreachable as error:
        fail("网关没有应答", f"No answer from the gateway ({error})", code=7)
    if answer.status == 202:
        fail("已受理·待上链，请稍后再取", "Accepted, and not on the chain yet: try again later", code=9)
    if answer.status != 200:
        show_problem(answer)
    path.write_bytes(answer.body)


def _suffix(item: str) -> str:
    """What tells a unit's file from its certificate's: the serial, in its percent-encoded form."""
    if not item:
        return ""
    try:
        serial = parse_code(item).serial
    except MalformedCertificate:
        serial = None
    if serial is None:
        fail("商品码不正确，应为 01/商品条码[/10/批号]/21/序列号", "A unit is 01/GTIN[/10/LOT]/21/SERIAL", code=2)
    return f"-{quote(serial, safe='')}"


def _checked(number: str) -> str:
    try:
        return str(parse_number(number))
    except MalformedCertificate:
        fail("证书编号不正确，请核对是否抄错", "This is not a certificate number: is it mistyped?", code=2)
