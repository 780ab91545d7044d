"""Identifiers of places and parties."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.locations import location_faults

GOOD, BAD = "https://id.gs1.org/414/9521234000037", "https://id.gs1.org/414/9521234000038"


def faults(event: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in location_faults(event, "/e", {"id.gs1.org"})]


@pytest.mark.parametrize(
    ("event", "pointer"),
    [
        ({"readPoint": {"id": BAD}}, "/e/readPoint/id"),
        ({"bizLocation": {"id": f"{BAD}/254/1"}}, "/e/bizLocation/id"),
        ({"sourceList": [{"source": GOOD}, {"source": BAD.replace("414", "417")}]}, "/e/sourceList/1/source"),
        ({"destinationList": [{"destination": BAD}]}, "/e/destinationList/0/destination"),
    ],
)
def test_a_wrong_check_digit_is_named_where_it_stands(event: dict[str, Any], pointer: str) -> None:
    assert faults(event) == [("id.gln_check", pointer)]


def test_a_place_that_borrows_a_code_from_another_host_is_refused() -> None:
    assert faults({"readPoint": {"id": "https://evil.example/01/09521234100034"}}) == [("id.digital_link", "/e/readPoint/id")]


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [1], {"id": 1}, [{"source": 1}], {"id": GOOD}, [{"source": "urn:x:y"}]])
def test_what_is_not_of_epcis_form_and_what_is_good_is_passed_over(value: Any) -> None:
    assert faults({"readPoint": value, "sourceList": value}) == []
