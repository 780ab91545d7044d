"""What one event adds to balances over several."""

from __future__ import annotations

from typing import Any

from gateway.intake.rules.accounts import MOST, Entry, entries
from tests.rule_cases import CARCASSES, PIGS, case, slaughter

LOT = "01/09521234100027/10/S20250602-07"


def said(event: dict[str, Any]) -> list[Entry]:
    return list(entries(case(event)))


def test_a_slaughter_makes_grams_of_its_lot_and_uses_up_heads_of_its_forms() -> None:
    assert said(slaughter(cn__animalQuarantineCertB=["3200-123456", "1"])) == [
        Entry("made", LOT, 8_010_500, "/outputQuantityList"),
        Entry("slaughtered", "animalQuarantineCert 3200123456", 100, "/cn:animalQuarantineCertA"),
        Entry("slaughtered", "animalQuarantineCert 1", 100, "/cn:animalQuarantineCertB/1"),
    ]


def test_a_cutting_uses_grams_of_what_goes_in_added_up_by_lot() -> None:
    put_in = [{"epcClass": CARCASSES, "quantity": 1.5, "uom": "KGM"}, {"epcClass": CARCASSES, "quantity": 1, "uom": "TNE"},
              {"epcClass": CARCASSES, "quantity": 3}, {"epcClass": CARCASSES.partition("/10/")[0], "quantity": 1, "uom": "KGM"},
              {"epcClass": PIGS, "quantity": 1e300, "uom": "KGM"}]  # fmt: skip
    event = slaughter(inputQuantityList=put_in, outputQuantityList=[], cn__link="cutting", cn__animalQuarantineCertA=None)
    assert said(event) == [
        Entry("used", LOT, 1_001_500, "/inputQuantityList"),
        Entry("used", "01/09521234100010/10/F1-20250601", MOST, "/inputQuantityList"),
    ]


def test_animals_that_travel_or_come_are_those_of_their_forms() -> None:
    event = slaughter(
        type="ObjectEvent", quantityList=[{"epcClass": PIGS, "quantity": 60}, {"epcClass": PIGS, "quantity": 40}],
        inputQuantityList=None, outputQuantityList=None, cn__link="slaughter_in",
    )  # fmt: skip
    assert said(event) == [Entry("arrived", "animalQuarantineCert 3200123456", 100, "/cn:animalQuarantineCertA")]
    assert said(event | {"quantityList": [{"epcClass": PIGS, "quantity": 100, "uom": "KGM"}]}) == []
