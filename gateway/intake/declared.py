"""
What an error declaration declares wrong: an event of the same submitter and eventID that says the same.

A declaration is exempt from the catalogue's rules because they judged what it repeats. So there must be such an event, and it
must be the catalogue's: one of the general profile was never judged.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from certs.canonical import canonical, parse
from gateway.intake.context import general_profile
from gateway.store.event_index import Bodies, bodies_of
from gateway.store.events import by_event_id

_APART: Final = frozenset(("errorDeclaration", "recordTime", "eventID"))  # the last is what both were found by


def repeats_a_judged_event(tx: Connection, event: dict[str, Any], event_id: str, submitter: str) -> bool:
    """Whether the submitter has a stored event of this eventID with this content, judged by the catalogue."""
    found = by_event_id(tx, event_id, submitter=submitter)
    rows = [other.row_id for other in found if not other.declares]  # one at most: a second is a conflict
    said = _content(event)
    return any(_judged(bodies) == said for bodies in bodies_of(tx, rows).values())


def _judged(bodies: Bodies) -> bytes | None:
    """The content of a stored event; None for one that the catalogue did not judge."""
    public = parse(bodies.public)
    if general_profile(public["context"], bodies.submitter) is not None:
        return None
    whole: dict[str, Any] = dict(public["event"])
    for tier in (bodies.bureaus, bodies.submitter_own):
        for name, value in parse(tier)["event"].items():
            whole[name] = {**whole.get(name, {}), **value} if name == "ilmd" else value
    return _content(whole)


def _content(event: dict[str, Any]) -> bytes:
    return canonical({name: value for name, value in event.items() if name not in _APART})
