"""Where an event belongs in the catalogue."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.intake.rules.places import find_place
from tests.rule_cases import CATALOGUE
from tests.service import event

DAY = date(2025, 6, 2)


def faults(day: date | None = DAY, **changes: object) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in find_place(event(**changes), "/e", CATALOGUE, day)[1]]


def test_an_event_is_found_by_variety_and_link() -> None:
    place, found = find_place(event(), "/e", CATALOGUE, DAY)
    assert found == [] and place.variety and place.link
    assert (place.category, place.variety.class_, place.stage, place.link.zh) == (
        "pork",
        "livestock",
        "slaughter",
        "宰后检疫与品质检验",
    )


@pytest.mark.parametrize(("changes", "code", "name"), [
    ({"cn:category": "crayfish"}, "catalogue.unknown_category", "cn:category"),
    ({"cn:category": "baijiu", "eventTime": "x", "cn:link": "retail_in"}, None, ""),
    ({"cn:link": "x"}, "catalogue.unknown_link", "cn:link"),
    ({"cn:link": "production"}, "catalogue.link_variety", "cn:link"),
    ({"cn:category": "chives"}, "catalogue.link_variety", "cn:link"),
    ({"cn:link": ""}, "catalogue.required_field", "cn:link"),
    ({"cn:category": 1}, "catalogue.required_field", "cn:category"),
])  # fmt: skip
def test_what_is_not_listed_is_not_known(changes: dict[str, object], code: str | None, name: str) -> None:
    assert faults(**changes) == ([] if code is None else [(code, f"/e/{name}")])


def test_a_variety_is_in_force_from_its_first_day() -> None:
    health_food = {"cn:category": "health_food", "cn:link": "ship"}
    assert faults(date(2021, 11, 30), **health_food) == [("catalogue.not_in_force", "/e/cn:category")]
    assert faults(date(2021, 12, 1), **health_food) == []


def test_without_a_day_only_what_no_day_has_is_refused() -> None:
    assert faults(None) == faults(None, cn__link="production") == []
    assert faults(None, cn__category="x", cn__link="y") == [
        ("catalogue.unknown_category", "/e/cn:category"), ("catalogue.unknown_link", "/e/cn:link"),
    ]  # fmt: skip


def test_an_error_declaration_may_name_a_link_that_the_variety_lost() -> None:
    assert faults(cn__link="production", errorDeclaration={}) == []
