"""
`shisu submit` of a table: sends it, shows what became of its rows, and saves the refused ones beside it to be mended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from rich.table import Table

from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.upload_progress import watched
from gateway.errors import Refused
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.profiles import shipped, shipped_names
from gateway.intake.tables.rejected import MEDIA_TYPES
from gateway.intake.tables.template import template

FORMS: Final = {".csv": "csv", ".xlsx": "xlsx", ".ndjson": "ndjson", ".jsonl": "ndjson"}
OLD_FORMS: Final = (".xls", ".et")
_OLD_BOOK: Final = bytes.fromhex("d0cf11e0a1b11ae1")  # an OLE compound file: .xls, .et, or an .xlsx with a password
_SHOWN: Final = 20  # faults on the screen; the rejected file has all of them
_PATIENCE_S: Final = 3_600.0  # 200,000 rows on a slow disk
_COUNTS: Final = (
    ("rows", "数据行", "rows"), ("accepted", "已接收", "accepted"), ("known", "此前已有", "known before"),
    ("rejected", "拒收", "rejected"), ("events", "对应事件", "their events"), ("warnings", "提示", "warnings"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableWish:
    """What was said of a table on the command line, "" where nothing was."""

    profile: str
    submitter: str
    sheet: str


def submit_table(gateway: GatewayClient, file: Path, wish: TableWish, *, on_problem: Callable[[Answer], None]) -> int:
    """Sends a table; 0 when every row was taken, 1 otherwise. `on_problem` shows a refusal of the whole file, and ends."""
    if not wish.profile:
        names = "、".join(shipped_names())
        fail("请用 --profile 指明导入方案", f"Say with --profile how its rows become events: {names}", code=2)
    form = FORMS.get(file.suffix.lower(), "json")
    sha256 = _sha256(file)
    params = {"profile": wish.profile, "submitter": wish.submitter, "sheet": wish.sheet}
    answer = watched(
        file,
        lambda sent: gateway.post_file(
            "/imports", file, params=params, headers={"Content-Type": MEDIA_TYPES[form]}, sent=sent, patience_s=_PATIENCE_S
        ),
        rows=lambda: _rows_so_far(gateway, sha256),
    )
    result = answer.json()
    if answer.status not in (200, 201):
        if isinstance(result, dict) and result.get("faults"):  # no row is good
            _show_faults(result)
            _save_rejected(gateway, file, result["rejected"])
        on_problem(answer)
    if answer.status == 200:
        say("同一文件此前已报送，未作任何更改；结果如下", "This file was submitted before and changes nothing; its result:")
    _show_counts(result)
    _show_faults(result)
    if result["rejected"] is None:
        return 0
    _save_rejected(gateway, file, result["rejected"])
    return 1


def is_old_workbook(file: Path) -> bool:
    """Whether a file is a workbook of the old form, or one with a password, by its first bytes or its name. Raises `OSError`."""
    with file.open("rb") as opened:
        return opened.read(len(_OLD_BOOK)) == _OLD_BOOK or file.suffix.lower() in OLD_FORMS


def write_template(profile: str, out: Path | None, *, url: str, key_file: Path | None) -> None:
    """Writes the blank table of a shipped profile; one of an enterprise's own is asked of its gateway."""
    form = "xlsx" if out is None else out.suffix.lower().removeprefix(".")
    if form not in ("xlsx", "csv", "json"):
        fail("空白模板须为 .xlsx、.csv 或 .json", "A blank table is .xlsx, .csv or .json", code=2)
    body = shipped(profile)
    if body is not None:
        try:
            content = template(read_mapping(body), form)
        except Refused:
            fail("该方案没有这种形式的空白模板", "The profile has no blank table of this form", code=2)
    else:
        content = _asked_template(profile, form, url, key_file)
    place = out or Path(f"{profile}.xlsx")
    try:
        place.write_bytes(content)
    except OSError:
        fail("文件无法写入", "The file cannot be written", code=2)
    say(f"空白模板：{place}", f"Blank table: {place}")


def _asked_template(profile: str, form: str, url: str, key_file: Path | None) -> bytes:
    if not url or key_file is None:
        _no_profile()
    try:
        with GatewayClient(url, key=key_file.read_text("ascii").strip()) as gateway:
            answer = gateway.get(f"/imports/templates/{profile}", {"format": form})
    except (OSError, UnicodeDecodeError):
        fail("接口密钥文件无法读取", "The API key file cannot be read", code=2)
    except GatewayUnreachable as error:
        fail("网关没有应答", f"No answer from the gateway ({error})", code=7)
    if answer.status != 200:
        _no_profile()
    return answer.body


def _no_profile() -> NoReturn:
    names = "、".join(shipped_names())
    fail("没有这个导入方案", f"There is no such profile; shipped: {names}. For your own give --url and --key-file", code=2)


def _rows_so_far(gateway: GatewayClient, sha256: str) -> tuple[int, int] | None:
    try:
        found = gateway.get("/imports", {"sha256": sha256}).json()["imports"]
    except (GatewayUnreachable, LookupError, TypeError):
        return None  # progress is a courtesy: the request itself says what became of it
    if not found:
        return None
    counts = found[0]["counts"]
    return counts["accepted"] + counts["known"], counts["rows"]


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _show_counts(result: dict[str, Any]) -> None:
    table = Table("", "行数 count", title=f"{result['profile']}  {result['form']} {result['encoding']}")
    for name, zh, en in _COUNTS:
        table.add_row(f"{zh} {en}", str(result["counts"][name]))
    CONSOLE.print(table)


def _show_faults(result: dict[str, Any]) -> None:
    listed = [(fault, "拒收 refused") for fault in result["faults"][:_SHOWN]]
    listed += [(warning, "提示 warning") for warning in result["warnings"][: _SHOWN - len(listed)]]
    if not listed:
        return
    table = folding_table("行 line", "列 column", "", "规则与办法 rule and remedy")
    for fault, kind in listed:
        words = [fault.get(name, "") for name in ("title", "explanation", "expected", "remedy")]
        english = [fault.get(name, "") for name in ("titleEn", "explanationEn", "expectedEn", "remedyEn")]
        place = f"{fault.get('column', '')} {fault.get('head', '')}".strip()
        zh, en = "；".join(filter(None, words)), "; ".join(filter(None, english))
        table.add_row(str(fault["line"]), place, kind, f"{zh}\n{en} ({fault['code']})")
    CONSOLE.print(table)
    more = result["faultCount"] + result["counts"]["warnings"] - len(listed)
    if more > 0:
        say(f"另有 {more} 处", f"and {more} more")


def _save_rejected(gateway: GatewayClient, file: Path, href: str) -> None:
    answer = gateway.download(href, max_bytes=2 * TABLE_LIMITS.file_bytes, patience_s=TABLE_LIMITS.upload_s)
    if answer.status != 200:
        fail("拒收行无法取回", f"The refused rows cannot be fetched (status {answer.status})", code=7)
    place = _free_place(file, answer.body)
    try:
        place.write_bytes(answer.body)
    except OSError:
        fail("拒收行无法存盘", f"The refused rows cannot be saved as {place}", code=2)
    say(
        f"拒收的行已存到 {place}；按“错误原因”改正后报送该文件即可",
        f"Refused rows are saved in {place}: mend them as 错误原因 says and submit that file",
    )


def _free_place(file: Path, content: bytes) -> Path:
    """`NAME.rejected.csv`, or with a number behind it when somebody may be mending a file of that name."""
    number = 1
    while True:
        place = file.with_suffix(f".rejected{'' if number == 1 else f'-{number}'}{file.suffix}")
        if not place.exists() or place.read_bytes() == content:
            return place
        number += 1
