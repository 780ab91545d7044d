"""Papers that serve one lot."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.rules.single_use import PaperUse, paper_key, paper_uses, single_use_findings
from tests.rule_cases import CARCASSES, case, changed, found, slaughter

LOT = "S20250602-07"
OTHER = CARCASSES.replace(LOT, "X")


def inspection(*classes: str, **changes: Any) -> dict[str, Any]:
    """A post-mortem inspection of these lots, under one quality certificate."""
    listed = [{"epcClass": uri, "quantity": 100, "uom": "KGM"} for uri in classes]
    whole = {
        "type": "ObjectEvent", "action": "OBSERVE", "bizStep": "inspecting", "eventTime": "2025-06-02T03:00:00+08:00",
        "quantityList": listed, "cn:category": "pork", "cn:link": "post_mortem", "cn:productQuarantineCertB": "3101234567",
        "cn:meatQualityCert": "ABA-PZ-250602-07",
    }  # fmt: skip
    return changed(whole, changes)


def test_a_slaughter_uses_up_its_animal_forms() -> None:
    assert list(paper_uses(case(slaughter()))) == [
        PaperUse("animalQuarantineCert", "3200123456", LOT, "/cn:animalQuarantineCertA")
    ]
    several = slaughter(cn__animalQuarantineCertA=["3200123456", "3200123457"], cn__animalQuarantineCertB="3101234567")
    assert [(use.number, use.pointer) for use in paper_uses(case(several))] == [
        ("3200123456", "/cn:animalQuarantineCertA/0"), ("3200123457", "/cn:animalQuarantineCertA/1"),
        ("3101234567", "/cn:animalQuarantineCertB"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "event",
    [
        slaughter(cn__link="slaughter_in"),
        slaughter({"cbvmda:lotNumber": None}),
        slaughter({"cbvmda:lotNumber": ""}),
        slaughter(cn__animalQuarantineCertA=1),
        slaughter(cn__animalQuarantineCertA="", cn__productQuarantineCertA="3101234567"),
    ],
)
def test_other_links_other_papers_and_what_is_no_number_use_nothing(event: dict[str, Any]) -> None:
    assert list(paper_uses(case(event))) == []


@pytest.mark.parametrize("written", ["aba-pz 250602", "ＡＢＡＰＺ２５０６０２", "ABA－PZ—250602 ", "aba/pz.250602"])
def test_a_number_is_one_however_it_is_written(written: str) -> None:
    assert paper_key(written) == "ABAPZ250602"


def test_a_number_without_letters_and_digits_is_itself() -> None:
    assert paper_key("-") == "-"


def test_the_two_animal_forms_are_numbered_together() -> None:
    both = slaughter(cn__animalQuarantineCertB="3200123456")
    assert {(use.kind, use.number) for use in paper_uses(case(both))} == {("animalQuarantineCert", "3200123456")}


def test_an_inspection_certificate_serves_the_lot_that_is_inspected() -> None:
    assert list(paper_uses(case(inspection(CARCASSES)))) == [
        PaperUse("meatQualityCert", "ABAPZ25060207", LOT, "/cn:meatQualityCert", refuses=False)
    ]
    assert list(paper_uses(case(inspection(CARCASSES.partition("/10/")[0])))) == []
    assert found(single_use_findings, inspection(CARCASSES)) == []
    assert found(single_use_findings, inspection(CARCASSES, OTHER)) == [("?cert.used_again", "/cn:meatQualityCert")]


@pytest.mark.parametrize("uri", [OTHER, CARCASSES.partition("/10/")[0], "urn:x:carcasses"])
def test_a_slaughter_puts_out_the_lot_it_states_and_no_other(uri: str) -> None:
    made = [{"epcClass": CARCASSES, "quantity": 8000, "uom": "KGM"}, {"epcClass": uri, "quantity": 1, "uom": "KGM"}]
    assert found(single_use_findings, slaughter(outputQuantityList=made)) == [("id.output_lot", "/outputQuantityList/1/epcClass")]
    assert found(single_use_findings, slaughter(outputQuantityList=made, cn__link="cutting")) == []


def test_an_item_that_a_slaughter_puts_out_has_its_lot_or_none() -> None:
    item = CARCASSES.partition("/10/")[0]
    items = [f"{item}/21/1", f"{item}/10/{LOT}/21/2", f"{item}/10/X/21/3"]
    assert found(single_use_findings, slaughter(outputEPCList=items)) == [("id.output_lot", "/outputEPCList/2")]
