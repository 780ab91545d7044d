"""Whether an event fits its link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.intake.rules.fitting import anchor_findings, kind_findings, step_findings
from tests.rule_cases import case, found, said, slaughter
from tests.service import event


@pytest.mark.parametrize("step", ["commissioning", "https://ref.gs1.org/cbv/BizStep-commissioning"])
def test_a_step_of_the_link_fits_in_either_spelling(step: str) -> None:
    assert found(step_findings, slaughter(bizStep=step)) == []


@pytest.mark.parametrize("step", ["killing", "https://ref.gs1.org/cbv/BizStep-killing", "https://x.example/commissioning"])
def test_another_step_does_not(step: str) -> None:
    assert found(step_findings, slaughter(bizStep=step)) == [("catalogue.step_mismatch", "/bizStep")]


def test_another_type_of_event_does_not_fit() -> None:
    assert found(step_findings, slaughter(type="ObjectEvent")) == [("catalogue.type_mismatch", "/type")]


@pytest.mark.parametrize("name", ["bizStep", "type"])
@pytest.mark.parametrize("value", [None, 1, []])
def test_what_is_no_word_at_all_is_anothers_fault(name: str, value: object) -> None:
    assert found(step_findings, slaughter() | {name: value}) == []


@pytest.mark.parametrize(("kind", "link", "is_taken"), [
    ("slaughterhouse", "slaughter", True), ("farm", "slaughter", False), ("farm", "transport_out", True),
    ("farm", "recall", True), (None, "slaughter", True),
])  # fmt: skip
def test_a_stage_is_for_the_kinds_the_catalogue_lists(kind: str | None, link: str, is_taken: bool) -> None:
    faults = found(kind_findings, slaughter(cn__link=link), kind=kind)
    assert faults == ([] if is_taken else [("submitter.kind", "/cn:link")])


def test_an_event_that_must_anchor_names_goods() -> None:
    nothing = replace(case(slaughter()), names_goods=False)
    assert said(anchor_findings(nothing)) == [("catalogue.must_anchor", "")]
    assert said(anchor_findings(case(slaughter()))) == []
    assert said(anchor_findings(replace(case(event(cn__link="packing")), names_goods=False))) == []
