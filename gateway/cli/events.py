"""`shisu events`: finds the events that your key may see, by code, lot, time, business step, place or type, newest first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.correct import correct_command, show_command, withdraw_command
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.submit import URL, read_key, show_problem

_SHOWN = 100  # events at most: a table for people, not an export
_GOODS = (
    "parentID", "epcList", "quantityList", "childEPCs", "childQuantityList", "inputEPCList", "inputQuantityList", "outputEPCList",
    "outputQuantityList",
)  # fmt: skip
_TYPES = {
    "ObjectEvent": "对象 object", "AggregationEvent": "聚合 aggregation", "TransactionEvent": "交易 transaction",
    "TransformationEvent": "转换 transformation", "AssociationEvent": "关联 association",
}  # fmt: skip


events_app = typer.Typer(
    invoke_without_command=True, subcommand_metavar="[COMMAND]", short_help="查询和更正事件 Find events, and correct them."
)
events_app.command("show")(show_command)
events_app.command("correct")(correct_command)
events_app.command("withdraw")(withdraw_command)


@events_app.callback()
def events_command(  # noqa: PLR0913, PLR0917  one parameter an option
    context: typer.Context,
    url: URL = "",
    key_file: Annotated[
        Path | None, typer.Option(envvar="SHISU_KEY_FILE", help="接口密钥文件 file holding the API key id.secret")
    ] = None,
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
    """查询和更正事件 Find events, and correct them. An enterprise sees its own whole, a bureau every event as far as it may.

    各条件同时成立，同一条件的多个值任一成立即可。All conditions hold together; of several values of one, any does.

    例 Examples:

    shisu events --code 01/09521234100027/10/S20250602-07

    shisu events --step receiving --since 2025-06-02T00:00:00+08:00 --place https://id.gs1.org/414/9521234000020
    """
    if context.invoked_subcommand is not None:
        return
    if not url or key_file is None:
        fail("请给出网关地址和接口密钥文件", "Give --url and --key-file (or SHISU_URL and SHISU_KEY_FILE)", code=2)
    asked = {
        "MATCH_anyEPC": "|".join(code or ()), "EQ_bizStep": "|".join(step or ()), "WD_readPoint": place or "",
        "eventType": type_ or "", "GE_eventTime": since or "", "LT_eventTime": until or "", "perPage": str(_SHOWN),
        "withEventID": "true",
    }  # fmt: skip
    _find(url, key_file, {name: value for name, value in asked.items() if value})


def _find(url: str, key_file: Path, asked: dict[str, str]) -> None:
    answer, found = _ask(url, key_file, asked)
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
    """A table, and under it the eventIDs, each whole in its line: they are too long for a column, and are there to be copied."""
    table = folding_table("#", "事件时间 time", "类型 type", "步骤 step", "地点 place", "商品 goods")
    for number, event in enumerate(found, 1):
        type_ = _TYPES.get(event["type"], event["type"]) + ("  更正 declares an error" if "errorDeclaration" in event else "")
        place = event.get("readPoint", {}).get("id", "").removeprefix("https://id.gs1.org/414/")
        cells = (str(number), event["eventTime"], type_, event.get("bizStep", ""), place, "\n".join(_goods(event)))
        table.add_row(*(Text(cell) for cell in cells))  # texts of other people are no markup
    CONSOLE.print(table)
    say("事件编号（用时加引号）", "eventIDs; quote them in a shell")
    for number, event in enumerate(found, 1):
        CONSOLE.print(Text(f"{number:>4}  {event.get('eventID', '')}"), soft_wrap=True)


def _goods(event: dict[str, Any]) -> list[str]:
    """The first goods that an event names, and how many there are besides."""
    values = [event[name] for name in _GOODS if name in event]
    listed = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
    texts = [entry["epcClass"] if isinstance(entry, dict) else str(entry) for entry in listed]
    shown = [text.removeprefix("https://id.gs1.org/") for text in texts[:3]]
    return [*shown, *([f"… +{len(texts) - 3}"] if len(texts) > 3 else [])]
