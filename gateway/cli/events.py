"""`shisu events`: finds the events that your key may see, by code, lot, time, business step, place or type, newest first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.submit import KEY_FILE, URL, read_key, show_problem

_SHOWN = 100  # events at most: a table for people, not an export
_GOODS = (
    "parentID", "epcList", "quantityList", "childEPCs", "childQuantityList", "inputEPCList", "inputQuantityList", "outputEPCList",
    "outputQuantityList",
)  # fmt: skip
_TYPES = {
    "ObjectEvent": "对象 object", "AggregationEvent": "聚合 aggregation", "TransactionEvent": "交易 transaction",
    "TransformationEvent": "转换 transformation", "AssociationEvent": "关联 association",
}  # fmt: skip


def events_command(
    url: URL,
    key_file: KEY_FILE,
    code: Annotated[
        list[str] | None,
        typer.Option(help="商品码，可多次，如 01/<gtin>/10/<批号> a code of goods; repeatable"),
    ] = None,
    step: Annotated[list[str] | None, typer.Option(help="业务步骤，可多次，如 shipping a business step; repeatable")] = None,
    place: Annotated[str | None, typer.Option(help="场所（含其内读写点）的 URI a site with the read points in it")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="事件类型，如 ObjectEvent an event type")] = None,
    since: Annotated[str | None, typer.Option(help="不早于，如 2025-06-02T00:00:00+08:00 not before this time")] = None,
    until: Annotated[str | None, typer.Option(help="早于 before this time")] = None,
) -> None:
    """查询事件 Find events. An enterprise sees its own whole; a bureau sees every event as far as bureaus may.

    各条件同时成立，同一条件的多个值任一成立即可。All conditions hold together; of several values of one, any does.

    例 Examples:

    shisu events --code 01/09521234100027/10/S20250602-07

    shisu events --step receiving --since 2025-06-02T00:00:00+08:00 --place https://id.gs1.org/414/9521234000020
    """
    asked = {
        "MATCH_anyEPC": "|".join(code or ()), "EQ_bizStep": "|".join(step or ()), "WD_readPoint": place or "",
        "eventType": type_ or "", "GE_eventTime": since or "", "LT_eventTime": until or "", "perPage": str(_SHOWN),
    }  # fmt: skip
    answer, found = _ask(url, key_file, {name: value for name, value in asked.items() if value})
    if not found:
        say("没有符合条件的事件", "No event that you may see meets these conditions.")
        return
    _show(found)
    if 'rel="next"' in answer.link:
        say(
            f"还有更多，只显示最近的 {len(found)} 条；请缩小条件", "There are more than these newest ones: narrow the conditions."
        )


def _ask(url: str, key_file: Path, asked: dict[str, str]) -> tuple[Answer, list[dict[str, Any]]]:
    """The gateway's answer and its events. Ends the command when there are none to be had."""
    with GatewayClient(url, key=read_key(key_file)) as gateway:
        try:
            answer = gateway.get("/events", asked)
            if answer.status != 200:
                show_problem(answer)
            return answer, _events(answer)
        except GatewayUnreachable as error:
            fail("网关没有应答", f"No answer from the gateway ({error})", code=7)


def _events(answer: Answer) -> list[dict[str, Any]]:
    try:
        listed: list[dict[str, Any]] = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    except (KeyError, TypeError):
        raise GatewayUnreachable("not a query document") from None
    return listed


def _show(found: list[dict[str, Any]]) -> None:
    table = folding_table("事件时间 time", "类型 type", "步骤 step", "地点 place", "商品 goods", "事件编号 eventID")
    for event in found:
        type_ = _TYPES.get(event["type"], event["type"]) + ("  更正 declares an error" if "errorDeclaration" in event else "")
        place = event.get("readPoint", {}).get("id", "").removeprefix("https://id.gs1.org/414/")
        cells = (event["eventTime"], type_, event.get("bizStep", ""), place, "\n".join(_goods(event)), event.get("eventID", ""))
        table.add_row(*(Text(cell) for cell in cells))  # texts of other people are no markup
    CONSOLE.print(table)


def _goods(event: dict[str, Any]) -> list[str]:
    """The first goods that an event names, and how many there are besides."""
    values = [event[name] for name in _GOODS if name in event]
    listed = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
    texts = [entry["epcClass"] if isinstance(entry, dict) else str(entry) for entry in listed]
    shown = [text.removeprefix("https://id.gs1.org/") for text in texts[:3]]
    return [*shown, *([f"… +{len(texts) - 3}"] if len(texts) > 3 else [])]
