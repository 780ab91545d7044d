"""The animals of a slaughter."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.rules.heads import carcass_findings, head_findings
from tests.rule_cases import CARCASSES, PIGS, found, slaughter


def heads(dead: Any, condemned: Any, carcasses: Any) -> dict[str, Any]:
    return slaughter({"cn:headsDead": dead, "cn:headsCondemned": condemned, "cn:carcassCount": carcasses})


@pytest.mark.parametrize("counts", [(0, 0, 100), (1, 2, 97), (100, 0, 0), (0, 0, None), (0, "0", 98)])
def test_heads_that_add_up_or_are_not_all_there_are_taken(counts: tuple[Any, Any, Any]) -> None:
    assert found(head_findings, heads(*counts)) == []


@pytest.mark.parametrize("counts", [(0, 0, 98), (1, 0, 100), (0, 1, 100)])
def test_heads_that_do_not_add_up_are_refused(counts: tuple[Any, Any, Any]) -> None:
    assert found(head_findings, heads(*counts)) == [("qty.head_balance", "/ilmd/cn:headsIn")]


def test_the_animals_that_went_in_are_the_heads() -> None:
    def animals(*quantities: dict[str, Any]) -> list[tuple[str, str]]:
        return found(head_findings, slaughter(inputQuantityList=[{"epcClass": PIGS, **quantity} for quantity in quantities]))

    assert animals({"quantity": 60}, {"quantity": 40, "uom": "H87"}) == []
    assert animals({"quantity": 99}) == [("qty.head_balance", "/inputQuantityList")]
    assert animals({"quantity": 11_000, "uom": "KGM"}) == animals({}) == animals({"quantity": 1}, {}) == []
    assert animals({"quantity": 101}, {"quantity": 1, "uom": "KGM"}) == [("qty.head_balance", "/inputQuantityList")]


@pytest.mark.parametrize(("kg", "is_taken"), [(5_999, False), (6_000, True), (11_000, True), (11_001, False)])
def test_a_pigs_carcass_weighs_sixty_to_a_hundred_and_ten_kilograms(kg: int, is_taken: bool) -> None:
    made = slaughter(outputQuantityList=[{"epcClass": CARCASSES, "quantity": kg, "uom": "KGM"}])
    assert found(carcass_findings, made) == ([] if is_taken else [("qty.per_head", "/outputQuantityList")])


def test_a_carcass_is_not_weighed_where_the_catalogue_has_no_bounds_or_the_event_no_mass() -> None:
    light = [{"epcClass": CARCASSES, "quantity": 1, "uom": "KGM"}]
    assert found(carcass_findings, slaughter(outputQuantityList=light, cn__category="beef")) == []
    assert found(carcass_findings, slaughter(outputQuantityList=[{"epcClass": CARCASSES, "quantity": 1}])) == []


def test_of_no_carcass_comes_no_meat() -> None:
    event = slaughter({"cn:carcassCount": 0, "cn:headsDead": 100})
    assert found(carcass_findings, event) == [("qty.per_head", "/outputQuantityList")]
