"""`shisu submit`: sends EPCIS documents and tables to a gateway, and says what became of each event and row."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from gateway.cli.blank_table import keep_existing, write_template
from gateway.cli.client import JOB_BYTES, Answer, GatewayClient, GatewayUnreachable
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.submit_table import FORMS, TableWish, is_old_workbook, submit_table
from gateway.cli.upload_progress import watched

KEY_FILE = Annotated[Path, typer.Option(envvar="SHISU_KEY_FILE", help="接口密钥文件 file holding the API key id.secret")]
URL = Annotated[str, typer.Option(envvar="SHISU_URL", help="网关地址 the gateway's address")]
OUTCOMES = {"accepted": "已接收 accepted", "known": "已有 known", "refused": "拒收 refused"}
PATIENCE_S: Final = 600.0  # for the answer to a large document
_POLL_S = 0.5
_POLL_S_AN_EVENT = 0.001  # a large job is not asked for so often
_SHOWN: Final = 100  # events on the screen


def submit_command(  # noqa: PLR0913, PLR0917  one parameter an option
    files: Annotated[list[Path] | None, typer.Argument(help="文件 files: .json (EPCIS), .csv, .xlsx, .ndjson")] = None,
    url: Annotated[str, typer.Option(envvar="SHISU_URL", help="网关地址 the gateway's address")] = "",
    key_file: Annotated[
        Path | None, typer.Option(envvar="SHISU_KEY_FILE", help="接口密钥文件 file holding the API key id.secret")
    ] = None,
    profile: Annotated[str, typer.Option(help="表格的导入方案 how a table's rows become events")] = "",
    submitter: Annotated[str, typer.Option(help="代哪个主体报送（统一社会信用代码） USCC to submit a table for")] = "",
    sheet: Annotated[str, typer.Option(help="工作表名，默认第一个可见的 sheet of an .xlsx")] = "",
    template: Annotated[str, typer.Option(help="不报送，只取该方案的空白模板 write the blank table of a profile")] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="空白模板或各行凭证存到 where a template or the rows' certificates go"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖 --out 已有的文件 overwrite what is there")] = False,
    proceed: Annotated[bool, typer.Option("--proceed", help="EPCIS 文件中好的事件照收 take a document's good events")] = False,
    wait_s: Annotated[int, typer.Option("--wait", min=0, help="最多等待上链的秒数 seconds to wait for certificates")] = 0,
) -> None:
    """报送事件和表格 Submit EPCIS documents and tables.

    Good rows of a table are taken; refused rows are saved beside it with a column 错误原因: mend them and submit that file.
    Sending the same file again changes nothing. With --wait it waits for certificates and shows their numbers and links.

    \b
    例 Examples:
      shisu submit --template pork_wholesale_day -o 空白表.xlsx
      shisu submit 今日交易.xlsx --profile pork_wholesale_day --url https://gateway.example --key-file key
      shisu submit 今日交易.xlsx --profile pork_wholesale_day --wait 60 -o 凭证.csv
      shisu submit events.json --wait 60
    """
    if template:
        _write_template(template, out, url=url, key_file=key_file, submitter=submitter, force=force)
        return
    wish = TableWish(profile=profile, submitter=submitter, sheet=sheet, wait_s=wait_s, out=out)
    _submit_all(files or [], url, key_file, wish, proceed=proceed, force=force)


def _submit_all(
    files: list[Path], url: str, key_file: Path | None, wish: TableWish, *, proceed: bool, force: bool
) -> NoReturn:  # fmt: skip
    """Sends the files one by one, and ends the command with the worst outcome."""
    if not files:
        fail("请给出要报送的文件", "Name a file to submit, or --template; see shisu submit --help", code=2)
    if not url or key_file is None:
        fail("请给出网关地址和接口密钥文件", "Give --url and --key-file (or SHISU_URL and SHISU_KEY_FILE)", code=2)
    key = read_key(key_file)
    if wish.out is not None:
        if len(files) > 1 or not (wish.profile or files[0].suffix.lower() in FORMS):
            fail("--out 只用于一个表格，或空白模板", "--out is for one table, or a template", code=2)
        keep_existing(wish.out, force=force)
    codes = [_submit(file, url, key, wish, proceed=proceed, named=len(files) > 1) for file in files]
    raise typer.Exit(max(codes))


def _write_template(
    profile: str, out: Path | None, *, url: str, key_file: Path | None, submitter: str, force: bool
) -> None:  # fmt: skip
    if not url or key_file is None:
        write_template(profile, out, gateway=None, submitter=submitter, force=force, on_problem=show_problem)
        return
    try:
        with GatewayClient(url, key=read_key(key_file)) as gateway:
            write_template(profile, out, gateway=gateway, submitter=submitter, force=force, on_problem=show_problem)
    except GatewayUnreachable as error:
        fail("网关地址不正确", f"The gateway's address is wrong ({error})", code=7)


def _submit(file: Path, url: str, key: str, wish: TableWish, *, proceed: bool, named: bool) -> int:
    """Sends one file; 0 when all of it was taken, 1 when some of it was refused. Ends the command when nobody answers."""
    if named:
        CONSOLE.rule(file.name)
    try:
        with GatewayClient(url, key=key) as gateway:
            if is_old_workbook(file):
                fail("旧的 .xls 或加密的文件请另存为无密码的 .xlsx", "Save an .xls or protected file as .xlsx without a password")
            if wish.profile or file.suffix.lower() in FORMS:
                return submit_table(gateway, file, wish, on_problem=show_problem)
            return _submit_document(gateway, file, proceed=proceed, wait_s=wish.wait_s)
    except OSError:
        fail("文件无法读取", "The file cannot be read", code=2)
    except GatewayUnreachable as error:
        fail(
            "网关没有应答；可安全地重新报送同一文件",
            f"No answer from the gateway ({error}); sending the same file again is safe",
            code=7,
        )
    except typer.Exit as ended:  # a refused file does not keep the others from being sent
        return ended.exit_code


def _submit_document(gateway: GatewayClient, file: Path, *, proceed: bool, wait_s: float) -> int:
    headers = {
        "Content-Type": "application/json", "GS1-Capture-Error-Behaviour": "proceed" if proceed else "rollback",
    }  # fmt: skip
    answer = watched(
        file, lambda sent: gateway.post_file("/capture", file, params={}, headers=headers, sent=sent, patience_s=PATIENCE_S)
    )
    if answer.status != 202:
        show_problem(answer)
    job = wait_for_certificates(gateway, answer, wait_s)
    _show(job)
    return 0 if job["success"] else 1


def wait_for_certificates(gateway: GatewayClient, answer: Answer, wait_s: float) -> dict[str, Any]:
    """Reads a capture job until every anchored event has its certificate, or the time is over."""
    deadline = time.monotonic() + wait_s
    job: dict[str, Any] = answer.json()
    while any("number" not in event for event in job["events"] if event.get("state") not in (None, "kept")):
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL_S + len(job["events"]) * _POLL_S_AN_EVENT)
        job = gateway.get(answer.location, max_bytes=JOB_BYTES).json()
    return job


def read_key(path: Path) -> str:
    """The API key in a file. Ends the command when it cannot be read."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        fail("接口密钥文件无法读取", "The API key file cannot be read", code=2)


def show_problem(answer: Answer) -> None:
    """Shows an RFC 9457 problem and ends the command."""
    problem = answer.json()
    if not isinstance(problem, dict) or "code" not in problem:
        fail("网关的应答无法识别", f"The gateway's answer is not understood (status {answer.status})", code=7)
    for error in problem.get("errors", []):
        told_below = error.get("code") == problem["code"]  # one kind of fault lends the problem its words
        zh = [error.get("pointer", ""), "" if told_below else error.get("title", ""), *_told(error, "")]
        en = ["" if told_below else f"{error.get('titleEn', '')} ({error.get('code', '')})", *_told(error, "En")]
        say("  ".join(filter(None, zh)), "  ".join(filter(None, en)))
    titles, english = ([str(problem.get(f"title{tail}", "")), str(problem.get(f"remedy{tail}", ""))] for tail in ("", "En"))
    fail("\n".join(filter(None, titles)), f"{'. '.join(filter(None, english))} ({problem['code']})")


def _told(error: dict[str, Any], language: str) -> list[str]:
    """What was found, what is expected, what to do: as far as the gateway says it."""
    return [str(error.get(f"{name}{language}", "")) for name in ("value", "expected", "remedy")]


def _show(job: dict[str, Any]) -> None:
    """Every event of a small document; of a large one the counts, and first the events that something is said of."""
    events = job["events"]
    listed = events
    if len(events) > _SHOWN:
        counted = Counter(OUTCOMES[event["outcome"]] for event in events)
        CONSOLE.print("  ".join(f"{outcome} {count}" for outcome, count in sorted(counted.items())))
        listed = sorted(events, key=lambda event: not (event.get("errors") or event.get("warnings")))[:_SHOWN]
    table = folding_table("#", "结果 outcome", "状态 state", "证书编号 number", "说明 notes")
    for event in listed:
        notes = [*event.get("errors", []), *event.get("warnings", [])]
        words = "；".join(str(note.get("title", "")) for note in notes)
        table.add_row(str(event["index"]), OUTCOMES[event["outcome"]], event.get("state", ""), event.get("number", ""), words)
    CONSOLE.print(table)
    if len(listed) < len(events):
        say(f"另有 {len(events) - len(listed)} 个事件", f"and {len(events) - len(listed)} more")
