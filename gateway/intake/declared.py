"""
What an error declaration declares wrong: an event of the same submitter and eventID that says the same.

A declaration is exempt from the catalogue's rules because they judged what it repeats. So there must be such an event, and it
must be the catalogue's: one of the general profile was never judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from certs.canonical import canonical, parse
from gateway.intake.context import general_profile
from gateway.intake.tiers import union_of
from gateway.store.event_index import Bodies, bodies_of
from gateway.store.events import EventState

_APART: Final = frozenset(("errorDeclaration", "recordTime", "eventID"))  # the last is what both were found by


def repeats_a_judged_event(tx: Connection, event: dict[str, Any], found: Sequence[EventState]) -> bool:
    """Whether one of `found`, the submitter's events of the same eventID, has this content and was judged by the catalogue."""
    rows = [other.row_id for other in found if not other.declares]  # one at most: a second is a conflict
    said = _content(event)
    return any(_judged(bodies) == said for bodies in bodies_of(tx, rows).values())


def _judged(bodies: Bodies) -> bytes | None:
    """The content of a stored event; None for one that the catalogue did not judge."""
    public = parse(bodies.public)
    if general_profile(public["context"], bodies.submitter) is not None:
        return None
    return _content(union_of(public["event"], *(parse(tier)["event"] for tier in (bodies.bureaus, bodies.submitter_own))))


def _content(event: dict[str, Any]) -> bytes:
    return canonical({name: value for name, value in event.items() if name not in _APART})
