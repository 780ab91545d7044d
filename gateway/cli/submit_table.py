"""
`shisu submit` of a table: sends it, shows what became of its rows, and saves the refused ones beside it to be mended.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.taken_rows import first_rows, save_rows, show_rows, wait_for_rows
from gateway.cli.upload_progress import watched
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.profiles import shipped_names
from gateway.intake.tables.rejected import MEDIA_TYPES

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
    """What was said of a table on the command line, "" where nothing was.

    `corrects` is the eventID of the recorded event that the whole table corrects. `wait_s` is how long to wait for certificates,
    `out` where the rows with their certificates are saved.
    """

    profile: str
    submitter: str
    sheet: str
    corrects: str = ""
    wait_s: float = 0
    out: Path | None = None

    def params(self) -> dict[str, str]:
        """As the gateway takes them."""
        return {"profile": self.profile, "submitter": self.submitter, "sheet": self.sheet, "corrects": self.corrects}


def submit_table(gateway: GatewayClient, file: Path, wish: TableWish, *, on_problem: Callable[[Answer], None]) -> int:
    """Sends a table; 0 when every row was taken, 1 otherwise. `on_problem` shows a refusal of the whole file, and ends."""
    if not wish.profile:
        names = "、".join(shipped_names())
        fail("请用 --profile 指明导入方案", f"Say with --profile how its rows become events: {names}", code=2)
    sha256 = _sha256(file)
    answer = watched(
        file,
        lambda sent: _post(gateway, "/imports", file, wish, sent),
        rows=lambda: _rows_so_far(gateway, sha256),
    )
    result = answer.json()
    if answer.status not in (200, 201):
        if isinstance(result, dict) and result.get("faults"):  # no row is good
            _show_faults(result)
            _save_rejected(gateway, file, result)
        on_problem(answer)
    if answer.status == 200:
        say("同一文件此前已报送，未作任何更改；结果如下", "This file was submitted before and changes nothing; its result:")
    _show_counts(result)
    _show_faults(result)
    _show_taken(gateway, file, wish, result)
    if result["rejected"] is None:
        return 0
    _save_rejected(gateway, file, result)
    return 1


def is_old_workbook(file: Path) -> bool:
    """Whether a file is a workbook of the old form, or one with a password, by its first bytes or its name. Raises `OSError`."""
    with file.open("rb") as opened:
        return opened.read(len(_OLD_BOOK)) == _OLD_BOOK or file.suffix.lower() in OLD_FORMS


def preview_table(gateway: GatewayClient, file: Path, wish: TableWish, *, on_problem: Callable[[Answer], None]) -> dict[str, Any]:
    """The one event that a table would become. `on_problem` shows a refusal, and ends."""
    answer = _post(gateway, "/imports/preview", file, wish, lambda _: None)
    result: dict[str, Any] = answer.json()
    if answer.status != 200:
        if result.get("faults"):
            _show_faults(result)
        on_problem(answer)
    return result


def _post(gateway: GatewayClient, path: str, file: Path, wish: TableWish, sent: Callable[[int], None]) -> Answer:
    form = FORMS.get(file.suffix.lower(), "json")
    headers = {"Content-Type": MEDIA_TYPES[form]}
    return gateway.post_file(path, file, params=wish.params(), headers=headers, sent=sent, patience_s=_PATIENCE_S)


def _show_taken(gateway: GatewayClient, file: Path, wish: TableWish, result: dict[str, Any]) -> None:
    """The eventIDs of the taken rows, and their certificates as far as they were waited for."""
    counts, events, certified = result["counts"], result["events"], False
    if not counts["events"] or not events:
        return
    if wish.wait_s:
        certified = wait_for_rows(gateway, result["href"], counts["accepted"] + counts["known"], wish.wait_s)
        events = first_rows(gateway, result["href"])
    show_rows(events, count=counts["events"])
    if wish.out is not None:
        save_rows(gateway, result["href"], wish.out)
    if certified or all("number" in event for event in events):
        return
    again = f"shisu submit {shlex.quote(str(file))} --profile {wish.profile}"
    say(
        f"凭证尚未全部签发；再报送同一文件即可查看，不会重复登记：{again} --wait 60 --out 凭证.csv",
        "Certificates are on their way. Submitting the same file again changes nothing, and shows them.",
    )


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
    """The first faults one by one, and each kind of warning once with the lines that have it."""
    listed = [(str(fault["line"]), fault, "拒收 refused") for fault in result["faults"][:_SHOWN]]
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for warning in result["warnings"]:
        kinds.setdefault((warning["code"], warning.get("column", "")), []).append(warning)
    listed += [(_lines(alike), alike[0], "提示 warning") for alike in kinds.values()]
    if not listed:
        return
    table = folding_table("行 line", "列 column", "", "规则与办法 rule and remedy")
    for lines, fault, kind in listed:
        words = [fault.get(name, "") for name in ("title", "explanation", "expected", "remedy")]
        english = [fault.get(name, "") for name in ("titleEn", "explanationEn", "expectedEn", "remedyEn")]
        place = f"{fault.get('column', '')} {fault.get('head', '')}".strip()
        zh, en = "；".join(filter(None, words)), "; ".join(filter(None, english))
        table.add_row(*map(Text, (lines, place, kind, f"{zh}\n{en} ({fault['code']})")))
    CONSOLE.print(table)
    more = result["faultCount"] - len(result["faults"][:_SHOWN])
    if more > 0:
        say(f"另有 {more} 处", f"and {more} more")


def _lines(alike: list[dict[str, Any]]) -> str:
    shown = "、".join(str(warning["line"]) for warning in alike[:3])
    return shown if len(alike) <= 3 else f"{shown} …"


def _save_rejected(gateway: GatewayClient, file: Path, result: dict[str, Any]) -> None:
    answer = gateway.download(result["rejected"], max_bytes=2 * TABLE_LIMITS.file_bytes, patience_s=TABLE_LIMITS.upload_s)
    if answer.status != 200:
        fail("拒收行无法取回", f"The refused rows cannot be fetched (status {answer.status})", code=7)
    place = _free_place(file, answer.body)
    try:
        place.write_bytes(answer.body)
    except OSError:
        fail("拒收行无法存盘", f"The refused rows cannot be saved as {place}", code=2)
    kept = result["counts"]["accepted"] + result["counts"]["known"]
    say(
        f"已登记 {kept} 行，无须再报；退回 {result['counts']['rejected']} 行，在 {place} 中。\n"
        f"只在该文件中按“错误原因”改正这些行，再报送该文件：shisu submit {shlex.quote(str(place))} --profile {result['profile']}",
        f"{kept} rows are recorded and stay; {result['counts']['rejected']} are returned in {place}: mend these only, and "
        "submit that file.",
    )


def _free_place(file: Path, content: bytes) -> Path:
    """`NAME.rejected.csv`, or with a number behind it when somebody may be mending a file of that name."""
    number = 1
    while True:
        place = file.with_suffix(f".rejected{'' if number == 1 else f'-{number}'}{file.suffix}")
        if not place.exists() or place.read_bytes() == content:
            return place
        number += 1
