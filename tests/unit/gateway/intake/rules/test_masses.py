"""Units and the mass balance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.intake.rules.masses import mass_findings, uncounted_findings, unit_findings
from tests.rule_cases import CARCASSES, CATALOGUE, found, production, slaughter
from tests.service import event


def cutting(put_in: list[tuple[Any, Any]], made: list[tuple[Any, Any]]) -> dict[str, Any]:
    """Quantities and units of both sides; a unit None is left out."""
    lists = [
        [{"epcClass": CARCASSES, "quantity": amount, **({} if unit is None else {"uom": unit})} for amount, unit in side]
        for side in (put_in, made)
    ]
    return slaughter(inputQuantityList=lists[0], outputQuantityList=lists[1])


@pytest.mark.parametrize("unit", ["KGM", "GRM", "TNE", "LTR", "H87"])
def test_a_unit_of_the_catalogue_is_taken(unit: str) -> None:
    assert found(unit_findings, event(quantityList=[{"epcClass": CARCASSES, "quantity": 1, "uom": unit}])) == []


@pytest.mark.parametrize("unit", ["JIN", "斤", "kg", "kgm", "", 1, None, ["KGM"]])
def test_any_other_unit_is_refused_and_never_converted(unit: Any) -> None:
    listed = event(quantityList=[{"epcClass": CARCASSES, "quantity": 1}, {"epcClass": CARCASSES, "quantity": 1, "uom": unit}])
    assert found(unit_findings, listed) == [("qty.unit_unknown", "/quantityList/1/uom")]


def test_units_of_every_list_are_asked() -> None:
    assert found(unit_findings, cutting([(1, "JIN")], [(1, "JIN")])) == [
        ("qty.unit_unknown", "/inputQuantityList/0/uom"), ("qty.unit_unknown", "/outputQuantityList/0/uom"),
    ]  # fmt: skip


@pytest.mark.parametrize(("put_in", "made"), [
    ([(1600, "KGM")], [(1600.5, "KGM")]),
    ([(1, "TNE"), (600_000, "GRM")], [(1600.5, "KGM")]),
    ([(0.1, "KGM"), (0.2, "KGM")], [(0.303, "KGM")]),  # exact, as no sum of doubles is
    ([(1e308, "TNE"), (1e308, "TNE")], [(1, "KGM")]),
    ([(1, "KGM")], [(100, None)]),  # a count has no mass
    ([(1, None)], [(100, "KGM")]),
    ([(1, "LTR")], [(100, "KGM")]),
    ([], [(100, "KGM")]),
])  # fmt: skip
def test_what_balances_or_cannot_be_weighed_is_taken(put_in: list[Any], made: list[Any]) -> None:
    assert found(mass_findings, cutting(put_in, made)) == []


@pytest.mark.parametrize(("put_in", "made"), [
    ([(1600, "KGM")], [(710.2, "KGM"), (512.6, "KGM"), (318.4, "KGM"), (148.9, "KGM"), (236.5, "KGM")]),
    ([(1600, "KGM")], [(1600.501, "KGM")]),
    ([(0.001, "KGM")], [(0.5, "KGM")]),  # of little, a hundredth
    ([(10, "KGM")], [(10.101, "KGM")]),
    ([(1, "TNE")], [(2, "TNE")]),
    ([(1000, "GRM")], [(2, "KGM")]),
    ([(1, "KGM"), (1, "H87")], [(100, "KGM")]),  # what has no mass switches nothing off
    ([(1, "KGM")], [(100, "KGM"), (1, None)]),
    ([(1, "KGM"), ("x", "KGM")], [(100, "KGM")]),
])  # fmt: skip
def test_more_than_went_in_is_refused(put_in: list[Any], made: list[Any]) -> None:
    assert found(mass_findings, cutting(put_in, made)) == [("qty.mass_balance", "/outputQuantityList")]


def test_a_quantity_that_the_balance_passes_over_is_flagged_or_refused_by_the_catalogue() -> None:
    mixed = cutting([(100, None)], [(8000, "KGM"), (200, None), (1, "LTR")])
    said = [("qty.uncounted", "/outputQuantityList/1"), ("qty.uncounted", "/outputQuantityList/2")]
    assert found(uncounted_findings, mixed) == [("?" + code, pointer) for code, pointer in said]
    strict = replace(CATALOGUE, bounds=replace(CATALOGUE.bounds, uncounted_refused=True))
    assert found(uncounted_findings, mixed, catalogue=strict) == said


def test_where_carcasses_are_weighed_or_heads_counted_nothing_else_counts() -> None:
    assert found(uncounted_findings, cutting([(11_000, "KGM")], [(200, None)])) == [
        ("?qty.uncounted", "/inputQuantityList/0"), ("?qty.uncounted", "/outputQuantityList/0"),
    ]  # fmt: skip


@pytest.mark.parametrize("sides", [
    ([(1, "KGM"), (1, None)], [(1, None)]), ([(1, None)], [(1, "KGM"), (1, None)]),
])  # fmt: skip
def test_of_a_mixed_side_only_what_has_no_mass_is_flagged(sides: tuple[Any, Any]) -> None:
    event = production(
        inputQuantityList=cutting(*sides)["inputQuantityList"], outputQuantityList=cutting(*sides)["outputQuantityList"]
    )
    side = "inputQuantityList" if len(sides[0]) == 2 else "outputQuantityList"
    assert ("?qty.uncounted", f"/{side}/1") in found(uncounted_findings, event)


def test_what_weighs_nothing_and_becomes_a_mass_is_flagged() -> None:
    sides = cutting([(1, None)], [(1, "KGM")])
    event = production(inputQuantityList=sides["inputQuantityList"], outputQuantityList=sides["outputQuantityList"])
    assert found(uncounted_findings, event) == [("?qty.uncounted", "/inputQuantityList/0")]


def test_a_quantity_with_a_fault_of_its_own_or_a_side_without_masses_is_not_flagged() -> None:
    event = production(inputQuantityList=[{"epcClass": CARCASSES, "quantity": 1, "uom": "KGM"}, 1, {"quantity": 1, "uom": "JIN"},
                                          {"quantity": "1"}])  # fmt: skip
    assert found(uncounted_findings, event) == []
    unsaid = production(inputQuantityList=[{"epcClass": CARCASSES, "quantity": 1, "uom": "KGM"}, {"epcClass": CARCASSES}])
    assert found(uncounted_findings, unsaid) == [("?qty.uncounted", "/inputQuantityList/1")]


@pytest.mark.parametrize("value", [1, "x", [1], [{}], [None]])
def test_lists_of_another_form_are_not_weighed(value: Any) -> None:
    assert found(mass_findings, slaughter(inputQuantityList=value)) == []
    assert found(mass_findings, slaughter(outputQuantityList=value)) == []
