"""
For whom an event is reported (`cn:onBehalfOfUscc`), where that is not the one who reports (`cn:uscc`).

It is a statement of the reporting party under its own name, as when a market reports the sales of its stalls: it needs no right
of the one it names, and gives that one none. One that is not registered is told, not refused: stalls come and go overnight.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.errors import Fault
from gateway.store.enterprises import find

_TERM: Final = "cn:onBehalfOfUscc"


def behalf_warnings(tx: Connection, event: dict[str, Any], at: str) -> list[Fault]:
    """`submitter.behalf_unregistered` where the party named is not registered. `at` is the event's JSON pointer."""
    named = event.get(_TERM)
    if not isinstance(named, str) or find(tx, named) is not None:
        return []
    return [Fault("submitter.behalf_unregistered", f"{at}/{_TERM}")]
