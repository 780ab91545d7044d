"""
How long a quarantine certificate holds: from its day of issue for the days the catalogue gives its kind, or fewer if it says so.

A certificate of one day holds on the day of issue only (当日有效). Of several kinds in one event the longest decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.intake.rules.counts import whole_number
from gateway.intake.rules.dates import ISSUED, read_day

_STATED: Final = "cn:certValidDays"


def validity_findings(case: Case) -> Iterator[Finding]:
    """`cert.expired`, at the day of issue."""
    issued = read_day(case.event.get(ISSUED), ISSUED)
    cited = [paper for term, paper in case.papers() if paper.valid_days is not None and case.event.get(f"cn:{term}")]
    if issued is None or case.day is None or not cited:
        return
    days = max(paper.valid_days or 0 for paper in cited)
    stated = whole_number(case.event.get(_STATED))
    if stated is not None:
        days = min(days, stated)
    if (case.day - issued).days >= days:
        yield Finding(Fault("cert.expired", f"{case.at}/{ISSUED}"), refuses=any(paper.refuses for paper in cited))
