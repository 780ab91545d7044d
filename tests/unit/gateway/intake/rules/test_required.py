"""Required fields."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.rules.required import required_findings
from tests.rule_cases import case, found, slaughter
from tests.service import event


@pytest.mark.parametrize("value", [None, "", "  ", [], {}])
def test_what_says_nothing_counts_as_missing(value: Any) -> None:
    assert found(required_findings, event() | {"cn:meatQualityCert": value}) == [
        ("catalogue.required_field", "/cn:meatQualityCert")
    ]


def test_a_fault_says_whether_the_field_was_there() -> None:
    kinds = [
        [finding.fault.value for finding in required_findings(case(listed))]
        for listed in (event(cn__meatQualityCert=None), event(cn__meatQualityCert=""), event() | {"cn:meatQualityCert": None})
    ]
    assert kinds == [["missing"], ["empty"], ["null"]]


@pytest.mark.parametrize("value", [0, False, 0.0, "x", [""], {"": None}])
def test_what_says_something_is_there(value: Any) -> None:
    assert found(required_findings, event(cn__meatQualityCert=value)) == []


def test_one_of_two_papers_is_enough_and_the_first_is_pointed_at() -> None:
    assert found(required_findings, slaughter(cn__animalQuarantineCertA=None, cn__animalQuarantineCertB="3101234567")) == []
    assert found(required_findings, slaughter(cn__animalQuarantineCertA=None)) == [
        ("catalogue.required_field", "/cn:animalQuarantineCertA")
    ]


def test_a_field_inside_ilmd_is_asked_for_even_where_ilmd_is_none() -> None:
    assert found(required_findings, slaughter({"cn:headsIn": None})) == [("catalogue.required_field", "/ilmd/cn:headsIn")]
    assert len(found(required_findings, slaughter() | {"ilmd": "x"})) == 7


@pytest.mark.parametrize("word", ["cert", "https://ref.gs1.org/cbv/BTT-cert"])
def test_a_list_needs_an_element_of_the_type_in_either_spelling(word: str) -> None:
    listed = [{"type": "inv", "bizTransaction": "urn:x:1"}, {"type": word, "bizTransaction": "urn:x:2"}]
    assert found(required_findings, event(bizTransactionList=listed)) == []
    assert found(required_findings, event(bizTransactionList=listed[:1])) == [("catalogue.required_field", "/bizTransactionList")]
    for value in ([1, {"type": 1}, {}], {"type": word}, word):
        assert found(required_findings, event(bizTransactionList=value)) == [("catalogue.required_field", "/bizTransactionList")]


def test_what_every_link_asks_is_asked() -> None:
    assert found(required_findings, event(readPoint=None, bizStep=None)) == [
        ("catalogue.required_field", "/bizStep"), ("catalogue.required_field", "/readPoint"),
    ]  # fmt: skip


def test_an_event_without_a_link_is_asked_for_nothing() -> None:
    assert found(required_findings, event(cn__link="unknown", readPoint=None)) == []
