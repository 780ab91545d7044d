"""
`shisu verify`: a certificate file, a glob, standard input, or the link behind a QR code.

Files go to the offline verifier as they are. A link is fetched from the gateway it names, and what comes back is checked against
the pinned bundle like any other file: the gateway is not believed. Two answers are the gateway's own: PENDING and UNKNOWN.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from certs.__main__ import main as verify_offline
from certs.errors import CannotCheck
from certs.limits import LIMITS
from certs.verify import Report, Verdict, verify
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
    parts = urlsplit(link)
    number = parts.path.removeprefix(_CERTIFICATE_PATH)
    check_code = parse_qs(parts.query).get("k", [""])[0]
    if not parts.path.startswith(_CERTIFICATE_PATH) or not number or "/" in number:
        fail("这不是凭证链接", "This is not a link to a certificate", code=2)
    try:
        with GatewayClient(f"{parts.scheme}://{parts.netloc}") as gateway:
            answer = gateway.get(f"{_CERTIFICATE_PATH}{number}.json", {"k": check_code, "staple": "1"})
            return _judge(answer, number, bundle_path, freshness, as_json=as_json)
    except GatewayUnreachable:
        report = Report(Verdict.CANNOT_CHECK, None, "link.unreachable")
        show_report(link, report, as_json=as_json)
        return report.verdict.exit_code


def _judge(answer: Answer, number: str, bundle_path: Path, freshness: int, *, as_json: bool) -> int:
    content = answer.json()
    if answer.status == 404:
        say("UNKNOWN  查无此码，谨防假冒", "The gateway knows no such certificate: beware of counterfeits.")
        return EXIT_UNKNOWN
    if answer.status == 202:
        say("PENDING  已受理·待上链", "Accepted, and not on the chain yet.")
        return EXIT_PENDING
    if answer.status != 200 or not isinstance(content, dict) or "certificate" not in content:
        raise GatewayUnreachable("not a certificate")
    try:
        bundle = read_bundle(bundle_path)
    except CannotCheck as error:
        report = verify(answer.body, error, now=int(time.time()))
    else:
        report = verify(answer.body, bundle, now=int(time.time()), freshness_days=freshness)
    if report.verdict is not Verdict.MALFORMED and report.number != number:
        # A real certificate, but not the one the code on the goods names (the shape of CVE-2022-36056).
        report = Report(Verdict.FORGED, None, "link.number", number=report.number)
    show_report(number, report, as_json=as_json)
    return report.verdict.exit_code
