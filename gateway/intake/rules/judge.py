"""
All rules of the catalogue over one event.

An error declaration repeats an event that is wrong, often wrong by today's rules: it is exempt from all of them. What it says was
judged when it was said, and its texts, codes and parties are judged like any event's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from gateway.intake.rules.case import Case, Finding
from gateway.intake.rules.counts import count_findings
from gateway.intake.rules.dates import date_findings
from gateway.intake.rules.fitting import anchor_findings, kind_findings, step_findings
from gateway.intake.rules.heads import carcass_findings, head_findings
from gateway.intake.rules.lateness import lateness_findings
from gateway.intake.rules.masses import mass_findings, uncounted_findings, unit_findings
from gateway.intake.rules.numbers import number_findings
from gateway.intake.rules.required import required_findings
from gateway.intake.rules.single_use import single_use_findings
from gateway.intake.rules.validity import validity_findings

_RULES: Final[tuple[Callable[[Case], Iterable[Finding]], ...]] = (
    required_findings, step_findings, kind_findings, anchor_findings, number_findings, count_findings, date_findings,
    validity_findings, unit_findings, mass_findings, head_findings, carcass_findings, lateness_findings,
    single_use_findings, uncounted_findings,
)  # fmt: skip


def judge(case: Case) -> list[Finding]:
    """Everything the rules find."""
    if "errorDeclaration" in case.event:
        return []
    return [finding for rule in _RULES for finding in rule(case)]
