"""What a stored mapping may name: terms, varieties and links of the catalogue, and its own columns."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.catalogue.tables import read_catalogue
from gateway.errors import Refused
from gateway.intake.tables.named import read_stored_mapping
from gateway.intake.tables.profiles import shipped, shipped_names

CATALOGUE = read_catalogue()
SHAPE = {"type": "TransactionEvent", "action": "ADD", "step": "shipping", "link": "wholesale_sale"}


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_profile_names_what_exists(name: str) -> None:
    assert read_stored_mapping(shipped(name), CATALOGUE).digest


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ({"columns": [{"head": "甲", "to": "cn:quarantineCertt"}]}, [("mapping.term", "/columns/0/to")]),
        ({"fixed": {"unit": "kg", "cn:nothing": 1}}, [("mapping.term", "/fixed/1")]),
        ({"categories": {"猪": "porc"}}, [("mapping.category", "/categories/0")]),
        ({"products": {"a": {}, "b": {"category": "porc"}}}, [("mapping.category", "/products/1/category")]),
        ({"fixed": {"category": "porc"}}, [("mapping.category", "/fixed/category")]),
        ({"shapes": [{**SHAPE, "link": "sale"}]}, [("mapping.link", "/shapes/0/link")]),
        ({"shapes": [{**SHAPE, "step": "selling", "disposition": "sold"}]},
         [("mapping.shape", "/shapes/0/step"), ("mapping.shape", "/shapes/0/disposition")]),
        ({"shapes": [{**SHAPE, "when": "serial", "only": ["pork", "porc"]}, SHAPE]},
         [("mapping.reference", "/shapes/0/when"), ("mapping.category", "/shapes/0/only/1")]),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_a_fault_at_its_place(more: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as caught:
        read_stored_mapping({"extends": "pork_wholesale_day", **more}, CATALOGUE)
    assert [(fault.code, fault.pointer) for fault in caught.value.faults] == faults
