"""Papers that serve one lot."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.rules.single_use import PaperUse, paper_uses
from tests.rule_cases import case, slaughter

LOT = "S20250602-07"


def test_a_slaughter_uses_up_its_animal_forms() -> None:
    assert list(paper_uses(case(slaughter()))) == [
        PaperUse("animalQuarantineCertA", "3200123456", LOT, "/cn:animalQuarantineCertA")
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
