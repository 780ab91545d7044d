"""What became of an event's correction (更正), for those who may see the event: said even where nothing could be done."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Connection

from certs.number import Number, parse_number
from gateway.acts.statuses import subject_of_leaf
from gateway.store import acts, corrections
from gateway.store.events import EventState, by_event_id

WORDS: Final[dict[str, tuple[str, str]]] = {
    "not_named": (
        "已声明有误，未指明更正事件；其凭证的状态不会自动更改",
        "Declared wrong without naming a corrective event; nothing changes its certificate by itself",
    ),
    "unknown": (
        "已声明有误，所指的更正事件尚未收到；其凭证的状态暂不更改",
        "Declared wrong, and the corrective event is not known here; its certificate stays as it is until then",
    ),
    "waiting": ("已声明有误，待双方出证后更正", "Declared wrong; corrected once both certificates are issued"),
    "earlier": (
        "已声明有误，但更正事件上链在先或属另一成员单位，不能自动更正；请由成员单位撤销其凭证",
        "Declared wrong, but what corrects it lies before it or under another member: it is the member's to revoke",
    ),
    "held": (
        "已声明有误；其凭证的状态是成员单位设定的，在其解除之前不自动更正",
        "Declared wrong; the member has set the certificate's status, and nothing changes it before the member lifts that",
    ),
    "asked": ("更正正在上链", "The correction is on its way to the chain"),
    "done": ("已更正", "Superseded"),
    "refused": ("合约拒绝更正", "The contract refuses the correction"),
}
_OF_ACT: Final = {"final": "done", "refused": "refused", "failed": "refused"}


def correction_view(tx: Connection, event: EventState) -> dict[str, Any] | None:
    """How the correction of this event stands; None for one that nobody declared wrong, and for a declaration itself."""
    if event.declares or not any(other.declares for other in by_event_id(tx, event.event_id, submitter=event.submitter)):
        return None
    named = corrections.named_for(tx, event.submitter, event.event_id)
    asked = [entry.act_id for entry in named if entry.act_id is not None]
    act = acts.find(tx, asked[-1]) if asked else None
    if act is None:
        return _said(_before_asking(tx, event, named))
    view = {"act": act.id, "supersededBy": act.successor}
    return {**_said(_OF_ACT.get(act.state, "asked")), **view}


def _before_asking(tx: Connection, event: EventState, named: list[corrections.Named]) -> str:
    if not named:
        return "not_named"
    found = [other for entry in named for other in by_event_id(tx, entry.corrective_id, submitter=event.submitter)]
    right = [other for other in found if not other.declares and other.row_id != event.row_id]
    if not right:
        return "unknown"
    if event.number is None or any(other.number is None or _is_later(other, event) for other in right):
        return "held" if event.number is not None and _is_set(tx, event.member, parse_number(event.number)) else "waiting"
    return "earlier"


def _is_set(tx: Connection, member: str, number: Number) -> bool:
    """Whether the member has asked for a status of this certificate that is not lifted."""
    newest = acts.newest_of(tx, member, subject_of_leaf(number.seq, number.index))
    return newest is not None and newest.state == "final" and json.loads(newest.asked)["status"] != "active"


def _is_later(right: EventState, wrong: EventState) -> bool:
    """Whether a certificate can take the other's place: of the same member, and further on the chain."""
    if right.member != wrong.member or right.number is None or wrong.number is None:
        return False
    places = [parse_number(text) for text in (right.number, wrong.number)]
    return (places[0].seq, places[0].index) > (places[1].seq, places[1].index)


def _said(state: str) -> dict[str, Any]:
    zh, en = WORDS[state]
    return {"state": state, "text": {"zh": zh, "en": en}}
