"""
`python -m certs verify FILE… --trust bundle.json`: the verifier on the command line, with no network and no gateway.

Composition root of `certs`: the only place of the package that reads files, standard input and the clock.
"""

from __future__ import annotations

import argparse
import errno
import glob
import io
import json
import os
import stat
import sys
import time
import traceback
from pathlib import Path

from certs.errors import CannotCheck, MalformedCertificate
from certs.limits import LIMITS
from certs.times import format_time, parse_time
from certs.trust import Bundle, fingerprint_words, load_bundle
from certs.verify import Report, Verdict, not_checked, verify, worst

_EPILOG = """\
exit codes: 0 VALID · 1 FORGED · 3 AUTHENTIC (status not checked) · 4 SUSPENDED/SUPERSEDED/REVOKED/RECALLED · 5 MALFORMED
            6 FOREIGN · 7 CANNOT CHECK · 2 wrong usage. Several files: the worst wins.

examples:
  python -m certs verify certificate.json --trust bundle.json
  python -m certs verify 'certificates/*.json' --trust bundle.json --json
  python -m certs verify - --trust bundle.json < certificate.json

Pin the bundle once, from a source you trust, and compare its fingerprint by voice.
A bundle that came with a certificate proves nothing.
"""
_STANDARD_INPUT = "-"


def main(argv: list[str] | None = None) -> int:
    """Parses the arguments and returns the exit code. Wrong usage leaves by `SystemExit` 2.

    A crash of ours means "could not check": Python's own exit code for it, 1, would say FORGED.
    """
    try:
        code = _main(argv)
        sys.stdout.flush()
        return code
    except OSError as error:  # nobody reads on, or the disk is full: what was not said was not checked
        sys.stdout = io.TextIOWrapper(io.BytesIO())  # Python would fail at the same place again when it ends
        print(f"输出中断 the output broke off: {error.strerror}", file=sys.stderr)
        return Verdict.CANNOT_CHECK.exit_code
    except Exception:
        traceback.print_exc()
        return Verdict.CANNOT_CHECK.exit_code


def _main(argv: list[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="python -m certs", description="Shisu 食溯链: check certificates (上链凭证) offline.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser(
        "verify", help="check certificate files 核验凭证", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="certificate files, globs, or - for standard input")
    check.add_argument("--trust", required=True, metavar="BUNDLE", help="the pinned trust bundle 信任根文件")
    check.add_argument(
        "--now", type=_time, metavar="TIME", help="judge as of this time, e.g. 2026-06-01T08:00:00+08:00 (default: the clock)"
    )
    check.add_argument(
        "--freshness", type=_days, default=LIMITS.freshness_days, metavar="DAYS", help="how old a staple may be (default: 7)"
    )
    check.add_argument("--json", action="store_true", help="one JSON object a line, one line a file")
    arguments = parser.parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):  # JSON is UTF-8; a terminal that lacks a character must not end the run
        sys.stdout.reconfigure(encoding="utf-8" if arguments.json else None, errors="backslashreplace")
    now = int(time.time()) if arguments.now is None else arguments.now
    names = [name for pattern in arguments.files for name in _expand(pattern)]
    bundle = _read_bundle(Path(arguments.trust))
    reports = []
    for name in names:
        report = _verify_one(name, bundle, now, arguments.freshness)
        reports.append(report.verdict)
        _print(name, report, as_json=arguments.json)
    if isinstance(bundle, Bundle) and not arguments.json:
        print(f"信任根文件指纹 bundle fingerprint  {bundle.fingerprint.hex()}\n  {fingerprint_words(bundle.fingerprint)}")
    return worst(reports).exit_code


def _time(text: str) -> int:
    try:
        return parse_time(text)
    except MalformedCertificate:
        raise argparse.ArgumentTypeError("not a time like 2026-06-01T08:00:00+08:00") from None


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        raise argparse.ArgumentTypeError("not a number of days")
    return int(text)


def _expand(pattern: str) -> list[str]:
    if pattern == _STANDARD_INPUT or Path(pattern).exists():
        return [pattern]
    return sorted(glob.glob(pattern)) or [pattern]  # noqa: PTH207 - a pattern may be absolute


def _read_bundle(path: Path) -> Bundle | CannotCheck:
    try:
        raw = read_limited(path, LIMITS.bundle_bytes)
    except OSError:
        return CannotCheck("bundle.missing")
    try:
        return load_bundle(raw)
    except CannotCheck as error:
        return error


def _verify_one(name: str, bundle: Bundle | CannotCheck, now: int, freshness_days: int) -> Report:
    try:
        raw = (
            sys.stdin.buffer.read(LIMITS.file_bytes + 1)
            if name == _STANDARD_INPUT
            else read_limited(Path(name), LIMITS.file_bytes)
        )
    except OSError:
        return not_checked("file.unreadable", bundle)
    return verify(raw, bundle, now=now, freshness_days=freshness_days)


def read_limited(path: Path, limit: int) -> bytes:
    """At most one byte more than the limit of a regular file: enough to know that it is too large. Raises `OSError`.

    A pipe or a device could keep us waiting for ever; standard input (`-`) is the way for those.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return file.read(limit + 1)


def _print(name: str, report: Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": name, **report.to_json()}))
        return
    where = "" if report.step is None else f"  (step {report.step}, {report.code}{' ' + report.field if report.field else ''})"
    shown = "".join(c if c.isprintable() else "?" for c in name)  # a file name may hold a terminal's control codes
    print(f"{shown}: {report.verdict.label}  {report.verdict.zh}{where}")
    if report.number is not None:
        print(f"  证书编号 number  {report.number}")
    if report.as_of is not None:
        print(f"  截至 as of       {report.as_of}, {format_time(report.as_of.time)}")
    for zh, en in report.sentences():
        print(f"  {zh}\n    {en}")


if __name__ == "__main__":
    sys.exit(main())
