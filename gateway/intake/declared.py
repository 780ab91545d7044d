"""
What an error declaration declares wrong: an event of the same submitter and eventID that says the same.

A declaration is exempt from the catalogue's rules because they judged what it repeats. So there must be such an event, judged
under the same profile: one of the general profile was never judged by the catalogue, and must not call wrong what was. EPCIS
lets a declaration come without its event (GS1's own examples do): that is taken with a warning, and nothing of its eventID after.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from certs.canonical import canonical, parse
from gateway.errors import Fault
from gateway.intake.context import general_profile
from gateway.intake.tiers import union_of
from gateway.store.event_index import Bodies, bodies_of
from gateway.store.events import EventState

_APART: Final = frozenset(("errorDeclaration", "recordTime", "eventID"))  # the last is what both were found by


def declaration_faults(
    tx: Connection, event: dict[str, Any], found: Sequence[EventState], at: str, *, is_general: bool
) -> list[Fault]:
    """`event.declares_unknown` for a declaration that repeats none of `found`, the submitter's events of the same eventID."""
    rows = [other.row_id for other in found if not other.declares]  # one at most: a second is a conflict
    if is_general and not rows:
        return []
    said = _content(event)
    repeats = any(_judged(bodies, is_general=is_general) == said for bodies in bodies_of(tx, rows).values())
    return [] if repeats else [Fault("event.declares_unknown", f"{at}/errorDeclaration")]


def _judged(bodies: Bodies, *, is_general: bool) -> bytes | None:
    """The content of a stored event; None for one that was judged under the other profile."""
    public = parse(bodies.public)
    if (general_profile(public["context"], bodies.submitter) is not None) != is_general:
        return None
    return _content(union_of(public["event"], *(parse(tier)["event"] for tier in (bodies.bureaus, bodies.submitter_own))))


def _content(event: dict[str, Any]) -> bytes:
    return canonical({name: value for name, value in event.items() if name not in _APART})
