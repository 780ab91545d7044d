"""How long a quarantine certificate holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.intake.rules.validity import validity_findings
from tests.rule_cases import CATALOGUE, found
from tests.service import event

EXPIRED = [("cert.expired", "/cn:certIssueDate")]


def cited(term: str, issued: str, **more: Any) -> dict[str, Any]:
    return event(cn__productQuarantineCertB=None, cn__certIssueDate=issued, **{f"cn:{term}": "3101234567"}, **more)


@pytest.mark.parametrize(("term", "last", "late"), [
    ("animalQuarantineCertA", "2025-05-29", "2025-05-28"), ("animalQuarantineCertB", "2025-06-02", "2025-06-01"),
    ("productQuarantineCertA", "2025-05-27", "2025-05-26"), ("productQuarantineCertB", "2025-06-02", "2025-06-01"),
])  # fmt: skip
def test_a_certificate_holds_for_the_days_of_its_kind_the_day_of_issue_among_them(term: str, last: str, late: str) -> None:
    assert found(validity_findings, cited(term, last)) == []
    assert found(validity_findings, cited(term, late)) == EXPIRED


def test_a_certificate_may_say_that_it_holds_for_fewer_days_and_never_for_more() -> None:
    assert found(validity_findings, cited("animalQuarantineCertA", "2025-06-01", cn__certValidDays=1)) == EXPIRED
    assert found(validity_findings, cited("animalQuarantineCertA", "2025-06-01", cn__certValidDays=2)) == []
    assert found(validity_findings, cited("animalQuarantineCertA", "2025-05-28", cn__certValidDays=30)) == EXPIRED
    assert found(validity_findings, cited("animalQuarantineCertA", "2025-06-01", cn__certValidDays="1")) == []


def test_of_two_kinds_the_longer_decides() -> None:
    assert found(validity_findings, cited("animalQuarantineCertA", "2025-05-29", cn__animalQuarantineCertB="3101234567")) == []


def test_a_list_of_certificates_is_cited_too() -> None:
    assert found(validity_findings, cited("x", "2025-06-01") | {"cn:productQuarantineCertB": ["3101234567"]}) == EXPIRED


def test_without_a_certificate_that_expires_or_a_day_nothing_is_asked() -> None:
    assert found(validity_findings, cited("meatQualityCert", "2020-01-01")) == []
    assert found(validity_findings, cited("productQuarantineCertB", "long ago")) == []
    assert found(validity_findings, event()) == []


def test_the_catalogue_says_whether_it_is_refused() -> None:
    (row,) = CATALOGUE.papers["productQuarantineCertB"]
    lenient = replace(CATALOGUE, papers={"productQuarantineCertB": (replace(row, refuses=False),)})
    assert found(validity_findings, cited("productQuarantineCertB", "2025-06-01"), catalogue=lenient) == [
        ("?cert.expired", "/cn:certIssueDate")
    ]
    two = {**lenient.papers, "animalQuarantineCertB": CATALOGUE.papers["animalQuarantineCertB"]}
    both = cited("productQuarantineCertB", "2025-06-01", cn__animalQuarantineCertB="3101234567")
    assert found(validity_findings, both, catalogue=replace(CATALOGUE, papers=two)) == EXPIRED
