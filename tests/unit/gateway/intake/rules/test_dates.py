"""Dates of goods and papers."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.rules.dates import date_findings
from tests.rule_cases import found, production
from tests.service import event


@pytest.mark.parametrize(
    "value",
    ["2025-02-30", "2025/6/2", "45810", "20250602", "2025-6-2", "２０２５-06-02", "2025-06-02T00:00:00Z", "", 45810, True],
)
def test_a_day_of_ours_is_a_day_of_the_calendar_and_nothing_more(value: Any) -> None:
    assert found(date_findings, event(cn__certIssueDate=value)) == [("time.invalid", "/cn:certIssueDate")]


def test_a_day_of_the_vocabulary_may_have_a_time() -> None:
    assert found(date_findings, production({"cbvmda:itemExpirationDate": "2027-06-02T00:00:00Z"})) == []
    assert found(date_findings, production({"cbvmda:itemExpirationDate": "2027-06-31"})) == [
        ("time.invalid", "/ilmd/cbvmda:itemExpirationDate")
    ]


@pytest.mark.parametrize("name", ["cn:expiryDate", "cbvmda:itemExpirationDate", "cbvmda:bestBeforeDate", "cbvmda:sellByDate"])
def test_goods_do_not_expire_before_they_are_made(name: str) -> None:
    assert found(date_findings, production({name: "2025-06-03"})) == []
    assert found(date_findings, production({name: "2025-06-02"})) == [("time.order", f"/ilmd/{name}")]


@pytest.mark.parametrize("name", ["cn:productionDate", "cbvmda:productionDate", "cn:slaughterDate"])
def test_goods_are_not_made_after_the_event_that_speaks_of_them(name: str) -> None:
    assert found(date_findings, production({name: "2025-06-03"})) == []
    assert found(date_findings, production({name: "2025-06-04"})) == [("time.order", f"/ilmd/{name}")]


def test_goods_are_not_made_known_past_their_shelf_life() -> None:
    assert found(date_findings, production({"cn:productionDate": "2025-01-01", "cn:expiryDate": "2025-06-03"})) == []
    late = production({"cn:productionDate": "2025-01-01", "cn:expiryDate": "2025-06-02"})
    assert found(date_findings, late) == [("time.order", "/ilmd/cn:expiryDate")]


def test_goods_expire_after_the_last_of_the_days_on_which_they_are_made() -> None:
    two = {"cn:slaughterDate": "2025-06-01", "cn:productionDate": "2025-06-03"}
    assert found(date_findings, production({**two, "cn:expiryDate": "2025-06-02"})) == [("time.order", "/ilmd/cn:expiryDate")]
    assert found(date_findings, production({**two, "cbvmda:bestBeforeDate": "2025-06-02"})) == [
        ("time.order", "/ilmd/cbvmda:bestBeforeDate")
    ]
    same = production({"cn:productionDate": "2025-06-01", "cn:expiryDate": "2025-06-01"})
    assert found(date_findings, same) == [("time.order", "/ilmd/cn:expiryDate")]
    assert found(date_findings, production({"cn:productionDate": None, "cn:expiryDate": "2025-06-02"})) == [
        ("time.order", "/ilmd/cn:expiryDate")
    ]


def test_goods_past_their_shelf_life_may_still_be_spoken_of() -> None:
    assert found(date_findings, event(cn__expiryDate="2025-01-01")) == []


def test_a_certificate_is_issued_before_it_is_used() -> None:
    assert found(date_findings, event(cn__certIssueDate="2025-06-02")) == []
    assert found(date_findings, event(cn__certIssueDate="2025-06-03")) == [("time.order", "/cn:certIssueDate")]


def test_the_day_of_the_event_is_beijings() -> None:
    assert found(date_findings, event(cn__certIssueDate="2025-06-02", eventTime="2025-06-01T16:00:00Z")) == []
    assert found(date_findings, event(cn__certIssueDate="2025-06-02", eventTime="2025-06-01T15:59:59Z")) == [
        ("time.order", "/cn:certIssueDate")
    ]
