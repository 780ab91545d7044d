"""A recorded event as its sender's key may see it: what it says, and how far it and its correction have come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote

from gateway.cli.client import GatewayClient, GatewayUnreachable
from gateway.cli.event_states import STATES
from gateway.cli.say import CONSOLE, fail, say
from gateway.cli.submit import show_problem
from gateway.intake.hash_id import event_hash_id

_HASH_ID = re.compile(r"ni:///sha-256;[0-9a-f]{64}\?ver=CBV2\.0")


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event: its id, its @context, what it says (no eventID, no recordTime), and the gateway's view of it."""

    event_id: str
    context: Any
    event: dict[str, Any]
    view: dict[str, Any]


def fetch(gateway: GatewayClient, event_id: str) -> Recorded:
    """The event that is not itself an error declaration. Ends the command when the key may see none, or not the whole of it."""
    context, event = _said(gateway, event_id)
    if _HASH_ID.fullmatch(event_id) and event_hash_id(event, context) != event_id and "eventID" not in event:
        fail(
            "该密钥只能看到事件的一部分；请用报送主体自己的密钥",
            "This key sees a part of the event only: use the submitter's own key",
        )
    view = next(entry for entry in views(gateway, event_id) if not entry.get("declaresError"))
    return Recorded(event_id, context, event, view)


def views(gateway: GatewayClient, event_id: str) -> list[dict[str, Any]]:
    """How far the event, and the declarations that it is wrong, have come. Ends the command when there is none."""
    answer = gateway.get(f"/events/{quote(event_id, safe='')}")
    if answer.status == 404:
        _none()
    if answer.status != 200:
        show_problem(answer)
    listed: list[dict[str, Any]] = answer.json()["events"]
    return listed


def show_view(view: dict[str, Any]) -> None:
    """One event, or one declaration."""
    kind = "  更正声明 error declaration" if view.get("declaresError") else ""
    CONSOLE.print(f"{view['receivedAt']}  {STATES.get(view['state'], view['state'])}{kind}", markup=False, soft_wrap=True)
    if "number" in view:
        CONSOLE.print(f"  {view['number']}  {view['link']}", markup=False, soft_wrap=True)
    if "correction" in view:
        words = view["correction"]["text"]
        successor = view["correction"].get("supersededBy")
        more = f"：{successor}" if successor else ""
        say(f"  更正 correction: {words['zh']}{more}", f"  {words['en']}")


def _said(gateway: GatewayClient, event_id: str) -> tuple[Any, dict[str, Any]]:
    """The @context of the event, and what it says."""
    answer = gateway.get("/events", {"EQ_eventID": event_id})
    if answer.status != 200:
        show_problem(answer)
    try:
        document = answer.json()
        listed = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        found = next((event for event in listed if "errorDeclaration" not in event), None)
        if found is None:
            _none()
        context = found.get("@context", document["@context"])
    except (KeyError, TypeError, AttributeError):
        raise GatewayUnreachable("not a query document") from None
    return context, {name: value for name, value in found.items() if name not in ("@context", "recordTime")}


def _none() -> NoReturn:
    fail(
        "没有这个事件，或该密钥看不到；请核对事件编号是否整段复制，并加引号",
        "There is no such event that this key may see: copy the eventID whole, in quotes",
    )
