"""
The dates of goods and papers: days of the calendar, and in an order that can be.

Goods are made before they expire, and neither made after the event that speaks of them nor past their shelf life when they are
made known (ilmd). A certificate is issued before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.value_class import value_class

ISSUED: Final = "cn:certIssueDate"
_MADE: Final = ("cn:productionDate", "cbvmda:productionDate", "cn:slaughterDate")
_EXPIRES: Final = ("cn:expiryDate", "cbvmda:itemExpirationDate")
_SELLS_BEFORE: Final = ("cbvmda:bestBeforeDate", "cbvmda:sellByDate")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CBV_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?")  # CBV 2.0 lets master data have a time of day


def date_findings(case: Case) -> Iterator[Finding]:
    """`time.invalid` for what is no day, `time.order` for days that contradict each other or the event's."""
    for name in (ISSUED, *_MADE, *_EXPIRES, *_SELLS_BEFORE):
        for value, pointer in case.fields(name):
            if read_day(value, name) is None:
                yield Finding(Fault("time.invalid", pointer, value_class(value)))
    yield from (Finding(Fault("time.order", pointer, "")) for pointer in _contradictions(case))


def read_day(value: Any, name: str) -> date | None:
    """The day a field says: `YYYY-MM-DD`, of a CBV name also with a time after it; None for anything else."""
    match = (_CBV_DAY if name.startswith("cbvmda:") else _DAY).fullmatch(value) if isinstance(value, str) else None
    try:
        return None if match is None else date.fromisoformat(match[0][:10])
    except ValueError:
        return None


def _contradictions(case: Case) -> Iterator[str]:
    made, ends = _days(case, _MADE), _days(case, (*_EXPIRES, *_SELLS_BEFORE))
    ready = max((day for day, _ in made), default=date.min)
    for day, pointer in ends:
        if day < ready:
            yield pointer
    if case.day is None:
        return
    for day, pointer in (*made, *_days(case, (ISSUED,))):
        if day > case.day:
            yield pointer
    for day, pointer in _days(case, _EXPIRES):
        if day < case.day and pointer.startswith(f"{case.at}/ilmd/") and day >= ready:
            yield pointer


def _days(case: Case, names: tuple[str, ...]) -> list[tuple[date, str]]:
    found = ((read_day(value, name), pointer) for name in names for value, pointer in case.fields(name))
    return [(day, pointer) for day, pointer in found if day is not None]
