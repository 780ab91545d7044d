"""
What this gateway knows around the actions of proposals: names and codes of members, certificate numbers, codes of goods.

Numbers follow from a place and the member's code. A code of goods is known where somebody asked for it here; its key alone tells
nothing to whoever does not know the code, and is shown as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from certs.codes import code_key
from certs.number import Number
from gateway.acts.roll import Names
from gateway.trust import Consortium
from ledger.action_words import Known
from ledger.actions import Action
from ledger.quantities import to_data


def code_asked_for(asked: Mapping[str, Any]) -> str | None:
    """The code of goods that the content of an act names, proposed or set."""
    named = asked["proposes"]["arguments"] if asked["action"] == "propose" else asked
    code: str | None = named.get("code")
    return code


def known_of(actions: Iterable[Action], codes: Iterable[str | None], consortium: Consortium, names: Names) -> Known:
    """Names, numbers and codes for the words of these actions; nothing of the present state."""
    return Known(
        labels=names.labels,
        codes={to_data(code_key(code)): code for code in codes if code is not None},
        numbers=dict(_numbers(actions, consortium.prefix, names)),
    )


def _numbers(actions: Iterable[Action], prefix: str, names: Names) -> Iterator[tuple[tuple[str, int, int], str]]:
    for action in actions:
        member = names.members.get(action.arguments.get("member", ""))
        if action.name != "setLeafFor" or member is None:
            continue
        a = action.arguments
        for seq, index in ((a["seq"], a["index"]), *([a["successor"]] if a["successor"] else [])):
            yield (member.uscc, seq, index), str(Number(prefix, member.code, seq, index))
