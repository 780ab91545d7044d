"""Whole numbers."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.rules.counts import count_findings
from tests.rule_cases import found, slaughter
from tests.service import event


@pytest.mark.parametrize("value", [-1, 1.5, "100", True, [], {}, [1]])
def test_a_count_is_a_whole_number(value: Any) -> None:
    assert found(count_findings, slaughter({"cn:headsIn": value})) == [("qty.count", "/ilmd/cn:headsIn")]
    assert found(count_findings, event(cn__pieces=value)) == [("qty.count", "/cn:pieces")]


@pytest.mark.parametrize("value", [0, 100, 100.0, 10**15])
def test_none_is_a_count_and_a_hundred_with_a_point_is_a_hundred(value: Any) -> None:
    assert found(count_findings, slaughter({"cn:headsIn": value})) == []
