"""
Terms of ours that are not for everybody, standing where a whole field goes to one tier: there they would be public by accident.

Fields are tiered by name at the top level and in `ilmd`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.catalogue.tables import SPLIT, TierTable
from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.intake.rules.texts import INNER_NAMES


def hidden_findings(case: Case) -> list[Finding]:
    """`event.hidden_field`, once for each object that holds such a term; the pointer is the object's."""
    tiers = case.catalogue.tiers
    holders: dict[str, None] = {}
    for name, value in case.event.items():
        tier = tiers.event.get(name, "submitter")
        if tier == SPLIT:
            for inner, one in case.ilmd.items():
                if tiers.ilmd.get(inner, "submitter") != "submitter":
                    holders.update(dict.fromkeys(_holders(one, f"{case.at}/{name}/{inner}", tiers)))
        elif tier != "submitter":
            holders.update(dict.fromkeys(_holders(value, f"{case.at}/{name}", tiers)))
    return [Finding(Fault("event.hidden_field", pointer)) for pointer in holders]


def _holders(value: Any, pointer: str, tiers: TierTable, *, known: bool = True) -> Iterator[str]:
    if isinstance(value, list):
        for i, element in enumerate(value):
            yield from _holders(element, f"{pointer}/{i}" if known else pointer, tiers, known=known)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if _is_hidden(name, tiers):
                yield pointer
            ours = known and name in INNER_NAMES
            yield from _holders(inner, f"{pointer}/{name}" if ours else pointer, tiers, known=ours)


def _is_hidden(name: str, tiers: TierTable) -> bool:
    """Whether a name is a term of ours, short or written out, that is not public."""
    short = f"cn:{name.removeprefix(tiers.namespace)}" if name.startswith(tiers.namespace) else name
    return short.startswith("cn:") and tiers.event.get(short) != "public"
