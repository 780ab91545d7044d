"""
`shisu verify`: a certificate file, a glob, standard input, or the link behind a QR code.

Files go to the offline verifier as they are. A link is fetched from the gateway it names, and what comes back is checked against
the pinned bundle like any other file: the gateway is not believed. Two answers are the gateway's own: PENDING and UNKNOWN.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, unquote, urlsplit

import typer

from certs.__main__ import main as verify_offline
from certs.errors import CannotCheck, MalformedCertificate
from certs.limits import LIMITS
from certs.number import parse_number
from certs.trust import Bundle
from certs.verify import Report, Verdict, not_checked, verify
from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.pinned import default_path, read_bundle
from gateway.cli.say import fail, say, show_report

EXIT_UNKNOWN, EXIT_PENDING = 8, 9
_CERTIFICATE_PATH = "/certificates/"


def verify_command(
    targets: Annotated[
        list[str], typer.Argument(metavar="FILE|LINK…", help="凭证文件、通配符、- 或二维码链接 certificate files or a link")
    ],
    trust: Annotated[
        Path | None, typer.Option(envvar="SHISU_TRUST", help="信任根文件 trust bundle (default: the pinned one)")
    ] = None,
    now: Annotated[str | None, typer.Option(help="以此时间为准 judge as of this time")] = None,
    freshness: Annotated[
        int, typer.Option(min=0, max=99_999, help="状态证明有效天数 days a status proof is fresh")
    ] = LIMITS.freshness_days,
    as_json: Annotated[bool, typer.Option("--json", help="每份凭证输出一行 JSON one JSON object a line")] = False,
) -> None:
    """核验凭证 Check certificates: files offline, links against their gateway.

    Exit codes: 0 VALID, 1 FORGED, 3 AUTHENTIC, 4 not active, 5 MALFORMED, 6 FOREIGN, 7 CANNOT CHECK, 8 UNKNOWN, 9 PENDING.
    """
    bundle_path = trust or default_path()
    links = [target for target in targets if target.startswith(("http://", "https://"))]
    if not links:
        arguments = ["verify", *targets, "--trust", str(bundle_path), "--freshness", str(freshness)]
        raise typer.Exit(verify_offline(arguments + (["--now", now] if now else []) + (["--json"] if as_json else [])))
    if len(targets) > 1 or now is not None:
        fail("请一次核验一个链接（且不带 --now）", "Check one link at a time, without --now", code=2)
    raise typer.Exit(_verify_link(links[0], bundle_path, freshness, as_json=as_json))


def _verify_link(link: str, bundle_path: Path, freshness: int, *, as_json: bool) -> int:
    gateway_url, number, check_code = _read_link(link)
    try:
        bundle: Bundle | CannotCheck = read_bundle(bundle_path)
    except CannotCheck as error:
        bundle = error
    try:
        with GatewayClient(gateway_url) as gateway:
            answer = gateway.get(f"{_CERTIFICATE_PATH}{number}.json", {"k": check_code, "staple": "1"})
            judged = _judge(answer, number, bundle, freshness)
    except GatewayUnreachable:
        judged = not_checked("link.unreachable", bundle)
    if isinstance(judged, int):
        return judged
    show_report(number, judged, as_json=as_json)
    return judged.verdict.exit_code


def _read_link(link: str) -> tuple[str, str, str]:
    """(gateway, certificate number, check code) of a link in any usual spelling. Ends the command for anything else.

    A number that cannot be one is answered as the gateway would: goods carry a code that nobody issued.
    """
    try:
        parts = urlsplit(link)
        path = unquote(parts.path).rstrip("/").removesuffix(".json").removesuffix(".png")
        number = path.removeprefix(_CERTIFICATE_PATH)
        if number in (path, "") or "/" in number or not parts.hostname or parts.username is not None or parts.port == 0:
            raise ValueError
    except ValueError:
        fail("这不是凭证链接", "This is not a link to a certificate", code=2)
    try:
        return f"{parts.scheme}://{parts.netloc}", str(parse_number(number)), parse_qs(parts.query).get("k", [""])[0]
    except MalformedCertificate:
        _say_unknown()
        raise typer.Exit(EXIT_UNKNOWN) from None


def _say_unknown() -> None:
    say("UNKNOWN  查无此码，谨防假冒", "There is no such certificate: beware of counterfeits.")


def _judge(answer: Answer, number: str, bundle: Bundle | CannotCheck, freshness: int) -> Report | int:
    """A report about what the gateway gave, or the exit code of an answer that is the gateway's own."""
    content = answer.json()
    if answer.status == 404 and isinstance(content, dict) and content.get("code") == "certificate.unknown":
        _say_unknown()
        return EXIT_UNKNOWN
    if answer.status == 202:
        say("PENDING  已受理·待上链", "Accepted, and not on the chain yet.")
        return EXIT_PENDING
    if answer.status == 403:
        return not_checked("link.check-code", bundle)
    if answer.status != 200 or not isinstance(content, dict) or "certificate" not in content:
        raise GatewayUnreachable("not a certificate")
    report = verify(answer.body, bundle, now=int(time.time()), freshness_days=freshness)
    if report.verdict is not Verdict.MALFORMED and report.number != number:
        # A real certificate, but not the one the code on the goods names (the shape of CVE-2022-36056).
        return not_checked("link.number", bundle, verdict=Verdict.FORGED, number=report.number)
    return report
