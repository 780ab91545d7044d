"""`shisu submit --template`: the blank table of a profile, an enterprise's own before the one that ships."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.say import fail, say
from gateway.errors import Refused
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.profiles import shipped, shipped_names
from gateway.intake.tables.template import template

_FORMS: Final = ("xlsx", "csv", "json")


def write_template(
    profile: str,
    out: Path | None,
    *,
    gateway: GatewayClient | None,
    submitter: str,
    force: bool,
    on_problem: Callable[[Answer], None],
) -> None:
    """Writes the blank table as its gateway gives it; without a gateway, that of a shipped profile.

    An existing file is kept unless `force`. `on_problem` shows a refusal, and ends the command.
    """
    form = "xlsx" if out is None else out.suffix.lower().removeprefix(".")
    if form not in _FORMS:
        fail("空白模板须为 .xlsx、.csv 或 .json", "A blank table is .xlsx, .csv or .json", code=2)
    place = out or Path(f"{profile}.xlsx")
    keep_existing(place, force=force)
    content = _shipped(profile, form) if gateway is None else _asked(gateway, profile, form, submitter, on_problem)
    try:
        place.write_bytes(content)
    except OSError:
        fail("文件无法写入", "The file cannot be written", code=2)
    say(f"空白模板：{place}", f"Blank table: {place}")


def keep_existing(place: Path, *, force: bool) -> None:
    """Ends the command when a file is there already that nobody said to overwrite."""
    if place.exists() and not force:
        fail(f"{place} 已存在，未覆盖；要覆盖请加 --force", f"{place} exists and was kept: --force overwrites it", code=2)


def _shipped(profile: str, form: str) -> bytes:
    body = shipped(profile)
    if body is None:
        _no_profile()
    try:
        return template(read_mapping(body), form)
    except Refused:
        fail("该方案没有这种形式的空白模板", "The profile has no blank table of this form", code=2)


def _asked(
    gateway: GatewayClient, profile: str, form: str, submitter: str, on_problem: Callable[[Answer], None]
) -> bytes:  # fmt: skip
    params = {"format": form, **({"submitter": submitter} if submitter else {})}
    try:
        answer = gateway.get(f"/imports/templates/{profile}", params)
    except GatewayUnreachable as error:
        if shipped(profile) is None:
            fail("网关没有应答", f"No answer from the gateway ({error})", code=7)
        say("网关没有应答：给出内置方案的模板，本企业同名方案的表头可能不同", "No gateway: this is the shipped profile's table.")
        return _shipped(profile, form)
    if answer.status == 404:
        _no_profile()
    if answer.status != 200:
        on_problem(answer)
    return answer.body


def _no_profile() -> NoReturn:
    names = "、".join(shipped_names())
    fail("没有这个导入方案", f"There is no such profile; shipped: {names}. For your own give --url and --key-file", code=2)
