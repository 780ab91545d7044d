"""
`shisu events correct` and `withdraw`: EPCIS error declarations, written for who has an eventID and the right content.

A declaration repeats the recorded event as it was. It goes with the corrected event in one document, of which all or nothing is
taken, and before it: papers and codes that both use are freed by it.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from certs.times import format_time
from gateway.cli.acts import WAIT, with_gateway
from gateway.cli.client import GatewayClient
from gateway.cli.differences import differences, show_differences
from gateway.cli.say import fail, say
from gateway.cli.stored_event import Recorded, fetch, show_view, views
from gateway.cli.submit import KEY_FILE, URL, show_problem, wait_for_certificates
from gateway.cli.submit_table import FORMS, TableWish, preview_table, submit_table
from gateway.errors import Refused
from gateway.intake.hash_id import event_hash_id
from gateway.intake.strict import read_object

EVENT_ID = Annotated[
    str, typer.Argument(metavar="EVENT_ID", help="事件编号，加引号整段复制 the eventID, whole and in quotes: see shisu events")
]
YES = Annotated[bool, typer.Option("--yes", help="不再询问 do not ask")]
REASONS: Final = ("incorrect_data", "did_not_occur")
_MAX_VALUES: Final = 10_000
_APART: Final = ("@context", "eventID", "recordTime", "errorDeclaration")


def show_command(
    event_id: EVENT_ID,
    url: URL,
    key_file: KEY_FILE,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="事件内容存成文件，供改正后更正用 save it, to be mended")
    ] = None,
) -> None:
    """显示一个事件 Show how far an event has come, and its correction; with -o save what it says.

    例 Example: shisu events show 'ni:///sha-256;…?ver=CBV2.0' -o event.json
    """
    with_gateway(url, key_file, lambda gateway: _show(gateway, event_id, out))


def correct_command(
    event_id: EVENT_ID,
    url: URL,
    key_file: KEY_FILE,
    file: Annotated[Path, typer.Option("--with", help="改正后的事件 .json，或只含这一单的表格 the right event, or its table")],
    profile: Annotated[str, typer.Option(help="表格的导入方案 how a table's rows become events")] = "",
    yes: YES = False,
    wait_s: WAIT = 0,
) -> None:
    """更正事件 Correct a recorded event: sends the right one, and a declaration that the old one is wrong. Shows both, and asks.

    例 Examples:

    shisu events show 'ni:///sha-256;…?ver=CBV2.0' -o event.json    改正 event.json 后 mend it, then:

    shisu events correct 'ni:///sha-256;…?ver=CBV2.0' --with event.json

    shisu events correct 'ni:///sha-256;…?ver=CBV2.0' --with slip.xlsx --profile pork_wholesale_day
    """
    is_table = bool(profile) or file.suffix.lower() in FORMS
    if is_table and not profile:
        fail("请用 --profile 指明导入方案", "Say with --profile how its rows become events", code=2)
    right = {} if is_table else _read_event(file)
    with_gateway(url, key_file, lambda gateway: _correct(gateway, event_id, file, right, profile, yes=yes, wait_s=wait_s))


def withdraw_command(
    event_id: EVENT_ID,
    url: URL,
    key_file: KEY_FILE,
    reason: Annotated[str, typer.Option(help="原因 why: incorrect_data 内容有误 | did_not_occur 并未发生")],
    yes: YES = False,
    wait_s: WAIT = 0,
) -> None:
    """撤回事件 Declare a recorded event wrong without another in its place. It stays on record; asks first.

    例 Example: shisu events withdraw 'ni:///sha-256;…?ver=CBV2.0' --reason did_not_occur
    """
    if reason not in REASONS:
        fail("原因须为 incorrect_data 或 did_not_occur", f"The reason is one of {', '.join(REASONS)}", code=2)
    with_gateway(url, key_file, lambda gateway: _withdraw(gateway, event_id, reason, yes=yes, wait_s=wait_s))


def declared(recorded: Recorded, reason: str, corrective_ids: list[str], *, now: int) -> dict[str, Any]:
    """The recorded event again, declared wrong. `now` in seconds since 1970."""
    told: dict[str, Any] = {"declarationTime": format_time(now), "reason": reason}
    if corrective_ids:
        told["correctiveEventIDs"] = corrective_ids
    return {**recorded.event, "eventID": recorded.event_id, "errorDeclaration": told}


def _show(gateway: GatewayClient, event_id: str, out: Path | None) -> None:
    for view in views(gateway, event_id):
        show_view(view)
    if out is None:
        return
    if out.exists():
        fail(f"{out} 已存在，未覆盖", f"{out} exists, and is not overwritten", code=2)
    recorded = fetch(gateway, event_id)
    said = {name: value for name, value in recorded.event.items() if name not in _APART}
    out.write_text(json.dumps({"@context": recorded.context, **said}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    say(
        f"已存到 {out}；改正后：shisu events correct '{event_id}' --with {out}", "Saved: mend it, then correct the event with it."
    )


def _correct(
    gateway: GatewayClient, event_id: str, file: Path, right: dict[str, Any], profile: str, *, yes: bool, wait_s: float
) -> None:
    recorded = fetch(gateway, event_id)
    _refuse_second(recorded)
    submitter = str(recorded.event.get("cn:uscc", ""))
    wish = TableWish(profile=profile, submitter=submitter, sheet="", corrects=event_id, wait_s=wait_s)
    if profile:
        right = preview_table(gateway, file, wish, on_problem=show_problem)
    if right.get("@context", recorded.context) != recorded.context:
        fail("@context 须与原事件相同", "The @context must be the recorded event's", code=2)
    own_id = right.get("eventID")
    new = {name: value for name, value in right.items() if name not in _APART}
    if own_id not in (None, event_id):
        new["eventID"] = own_id
    found = differences(
        *({name: value for name, value in event.items() if name not in _APART} for event in (recorded.event, new))
    )
    if not found:
        fail("与原事件相同，没有可更正的内容", "It says the same as the recorded event: there is nothing to correct")
    show_differences(found)
    _foretell(recorded, corrects=True)
    _ask_first("更正这个事件？ Correct this event?", yes=yes)
    if profile:
        code = submit_table(gateway, file, wish, on_problem=show_problem)
        if code:
            raise typer.Exit(code)
    else:
        new_id = str(new.get("eventID") or event_hash_id(new, recorded.context))
        _send(gateway, recorded, [declared(recorded, REASONS[0], [new_id], now=int(time.time())), new], wait_s)
        say(f"更正后的事件编号 {new_id}", "The eventID of the event in its place.")
    _end(event_id)


def _withdraw(gateway: GatewayClient, event_id: str, reason: str, *, yes: bool, wait_s: float) -> None:
    recorded = fetch(gateway, event_id)
    if "correction" in recorded.view:
        show_view(recorded.view)
        fail("该事件已声明有误，未再报送", "It was declared wrong before; nothing was sent")
    show_view(recorded.view)
    _foretell(recorded, corrects=False)
    _ask_first("撤回这个事件？ Withdraw this event?", yes=yes)
    _send(gateway, recorded, [declared(recorded, reason, [], now=int(time.time()))], wait_s)
    _end(event_id)


def _refuse_second(recorded: Recorded) -> None:
    """A withdrawn event may still be corrected; one that was corrected has a successor, which is the one to correct."""
    correction = recorded.view.get("correction")
    if correction is not None and correction["state"] != "not_named":
        show_view(recorded.view)
        fail("该事件已更正过；请更正它之后的那个事件", "It was corrected before: correct the event that took its place")


def _foretell(recorded: Recorded, *, corrects: bool) -> None:
    """What will become of the old event's certificate."""
    number = recorded.view.get("number")
    if recorded.view["state"] == "kept":
        say("原事件没有商品代码，未上链，也没有凭证；只登记更正声明。", "The event names no goods and has no certificate.")
    elif corrects:
        of = f"凭证 {number} " if number else "原事件的凭证（尚未出证）"
        say(
            f"{of}在更正事件出证后自动变为“已更正”（superseded），并指向新凭证；旧凭证不会删除，任何人核验都会看到已更正。",
            f"Certificate {number or '(not issued yet)'} becomes superseded by the new one, once that is issued.",
        )
    else:
        of = f"凭证 {number} " if number else "原事件的凭证（尚未出证）"
        say(
            f"{of}的状态不会自动更改：需由主管单位撤销，请告知其凭证编号（shisu status set revoked …）。",
            f"The status of certificate {number or '(not issued yet)'} stays as it is: the bureau has to revoke it.",
        )


def _ask_first(question: str, *, yes: bool) -> None:
    if not yes and not typer.confirm(question):
        fail("未报送", "Nothing was sent", code=1)


def _send(gateway: GatewayClient, recorded: Recorded, events: list[dict[str, Any]], wait_s: float) -> None:
    document = {
        "@context": recorded.context, "type": "EPCISDocument", "schemaVersion": "2.0",
        "creationDate": format_time(int(time.time())), "epcisBody": {"eventList": events},
    }  # fmt: skip
    body = json.dumps(document, ensure_ascii=False).encode()
    answer = gateway.post("/capture", body, {"GS1-Capture-Error-Behaviour": "rollback"})
    if answer.status != 202:
        show_problem(answer)
    for event in wait_for_certificates(gateway, answer, wait_s)["events"]:
        show_view(event)


def _end(event_id: str) -> None:
    say(f"已报送。查看进展：shisu events show '{event_id}'", "Sent. The command shows how far the correction has come.")


def _read_event(file: Path) -> dict[str, Any]:
    """The one event of a file: bare, or alone in a document. Ends the command for anything else."""
    try:
        body = read_object(file.read_bytes(), max_values=_MAX_VALUES)
    except OSError:
        fail("文件无法读取", "The file cannot be read", code=2)
    except Refused as refused:
        fail("文件不是正确的 JSON", f"The file is not strict JSON ({refused.code})", code=2)
    if body.get("type") != "EPCISDocument":
        return body
    listed = body.get("epcisBody", {}).get("eventList") if isinstance(body.get("epcisBody"), dict) else None
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
        fail("文件须恰好含一个事件", "The file must hold exactly one event", code=2)
    return {**({"@context": body["@context"]} if "@context" in body else {}), **listed[0]}
