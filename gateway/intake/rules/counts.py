"""Counts of animals, codes, pieces and days: whole numbers, never negative."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.value_class import value_class

_COUNTS: Final = (
    "earTagCount", "headsIn", "headsDead", "headsCondemned", "carcassCount", "halfCarcassCount", "serialCount", "serialActivated",
    "serialVoided", "pieces", "certValidDays",
)  # fmt: skip


def count_findings(case: Case) -> Iterator[Finding]:
    """`qty.count` for a count that is none."""
    for term in _COUNTS:
        for value, pointer in case.fields(f"cn:{term}"):
            if value != "" and whole_number(value) is None:  # an empty text is a missing field, not a wrong one
                yield Finding(Fault("qty.count", pointer, value_class(value)))


def whole_number(value: Any) -> int | None:
    """The value as a count, or None. JSON has one kind of number: 100.0 is 100."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        return None
    return int(value)
