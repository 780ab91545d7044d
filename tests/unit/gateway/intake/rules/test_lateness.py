"""Late reports."""

from __future__ import annotations

from gateway.intake.rules.lateness import lateness_findings
from tests.rule_cases import DAY_S, found, slaughter


def test_an_event_is_late_after_a_day_and_only_flagged() -> None:
    assert found(lateness_findings, slaughter(), later_s=DAY_S) == []
    assert found(lateness_findings, slaughter(), later_s=DAY_S + 1) == [("?time.late", "/eventTime")]
