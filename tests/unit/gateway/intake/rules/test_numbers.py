"""The numbers of papers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.intake.rules.numbers import number_findings
from tests.rule_cases import CATALOGUE, found, production
from tests.service import event

QUARANTINE = [f"{kind}QuarantineCert{form}" for kind in ("animal", "product") for form in "AB"]


@pytest.mark.parametrize("term", QUARANTINE)
@pytest.mark.parametrize(
    "value", ["310123456", "31012345670", " 3101234567", "3101234567\n", "３１０１２３４５６７", 3101234567, True, {}, "3.1E+9"]
)
def test_a_quarantine_certificate_has_ten_digits_as_text(term: str, value: Any) -> None:
    assert found(number_findings, event(**{f"cn:{term}": value})) == [("id.quarantine_format", f"/cn:{term}")]


@pytest.mark.parametrize(("term", "good", "bad", "code"), [
    ("formulaRegNo", ["国食注字YP20259999", "国食注字TY20259999"], ["国食注字YP2025999", "YP20259999"], "id.reg_format"),
    ("healthFoodNo", ["国食健注G20250001", "国食健注J20250001", "食健备G202531000001", "食健备J202500000001", "国食健字G20041234",
                      "卫食健字(1999)第0123号", "卫食健字（1999）第0123号"],
     ["国食健注X20250001", "国食健注G2025001", "食健备J202531000001", "卫食健字1999第0123号"], "id.reg_format"),
    ("scNo", ["SC12931012000015"], ["SC1293101200001", "sc12931012000015", "12931012000015"], "id.sc_format"),
    ("scNo", [], ["SC12931012000016"], "id.sc_check"),
    ("customsDeclarationNo", ["222920251000000411"], ["22292025100000041"], "id.customs_format"),
    ("earTagFirst", ["132062310000001", "732062310000001"], ["13206231000001", "532062310000001"], "id.ear_tag"),
    ("earTagLast", ["232062310000001"], ["1320623100000012"], "id.ear_tag"),
    ("importInspectionCert", ["120250000000411"], ["12025000000041"], "?id.inspection_format"),
    ("jyNo", ["JY13101180000031"], ["JY1310118000003"], "?id.jy_format"),
    ("jyNo", [], ["JY13101180000032"], "?id.jy_check"),
])  # fmt: skip
def test_every_number_has_the_form_of_its_paper_wherever_it_stands(term: str, good: list[str], bad: list[str], code: str) -> None:
    name = f"cn:{term}"
    for value in good:
        assert found(number_findings, event(**{name: value})) == found(number_findings, production({name: value})) == []
    for value in bad:
        assert found(number_findings, event(**{name: value})) == [(code, f"/{name}")]
        assert found(number_findings, production({name: value})) == [(code, f"/ilmd/{name}")]


def test_lines_with_different_papers_list_them() -> None:
    assert found(number_findings, event(cn__productQuarantineCertB=["3101234567", "3101234568"])) == []
    assert found(number_findings, event(cn__productQuarantineCertB=["3101234567", "310123456", 1, ""])) == [
        ("id.quarantine_format", f"/cn:productQuarantineCertB/{i}") for i in (1, 2, 3)
    ]
    assert found(number_findings, event(cn__meatQualityCert=["ABA-1", "ABA-2"])) == []


def test_a_paper_that_stands_for_the_whole_event_has_one_number() -> None:
    assert found(number_findings, production({"cn:scNo": ["SC12931012000015"]})) == [("id.sc_format", "/ilmd/cn:scNo")]


@pytest.mark.parametrize("value", ["", [], None])
def test_an_empty_number_is_missing_not_wrong(value: Any) -> None:
    assert found(number_findings, event() | {"cn:productQuarantineCertB": value}) == []


@pytest.mark.parametrize("value", [" ", 1, {}, [" "], [1]])
def test_a_paper_without_a_form_still_has_a_text_for_a_number(value: Any) -> None:
    pointer = "/cn:meatQualityCert/0" if isinstance(value, list) else "/cn:meatQualityCert"
    assert found(number_findings, event(cn__meatQualityCert=value)) == [("id.paper_format", pointer)]


def test_the_catalogue_says_whether_a_wrong_number_is_refused() -> None:
    (row,) = CATALOGUE.papers["productQuarantineCertB"]
    lenient = replace(CATALOGUE, papers={"productQuarantineCertB": (replace(row, refuses=False),)})
    wrong = event(cn__productQuarantineCertB="310123456")
    assert found(number_findings, wrong, catalogue=lenient) == [("?id.quarantine_format", "/cn:productQuarantineCertB")]
