"""
The tier split: which part of an event anyone, the bureaus, or only its submitter may see (PROTOCOL.md §3).

By name at the top level and one level inside `ilmd`; a list goes whole to its name's tier; a name the table lacks goes to the
submitter. The union of the three parts is exactly the event, and only `ilmd` may appear in more than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gateway.catalogue.tables import SPLIT, TierTable

_ILMD: Final = "ilmd"  # the one field that more than one tier may hold a part of


@dataclass(frozen=True, slots=True)
class Parts:
    """One event in its three tiers."""

    public: dict[str, Any]
    bureaus: dict[str, Any]
    submitter: dict[str, Any]

    def of(self, tier: str) -> dict[str, Any]:
        """The part of a tier by its name."""
        return {"public": self.public, "bureaus": self.bureaus}.get(tier, self.submitter)


def split_event(event: dict[str, Any], table: TierTable) -> Parts:
    """Splits an event whose `ilmd`, when present, is an object (intake has checked). Values are shared, not copied."""
    parts = Parts({}, {}, {})
    for name, value in event.items():
        tier = table.event.get(name, "submitter")
        if tier == SPLIT:
            _split_ilmd(name, value, table, parts)
        else:
            parts.of(tier)[name] = value
    return parts


def union_of(*parts: dict[str, Any]) -> dict[str, Any]:
    """The event whose tiers' parts these are: the way back from `split_event`. Parts of an edited row may be anything."""
    event: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            before = event.get(name, {})
            is_split = name == _ILMD and isinstance(before, dict) and isinstance(value, dict)
            event[name] = {**before, **value} if is_split else value
    return event


def _split_ilmd(name: str, ilmd: dict[str, Any], table: TierTable, parts: Parts) -> None:
    if not ilmd:  # an empty object says nothing; it must still be somewhere, or the union would not be the event
        parts.public[name] = {}
    for inner, value in ilmd.items():
        parts.of(table.ilmd.get(inner, "submitter")).setdefault(name, {})[inner] = value
