"""Whose word on a unit's lot others go by."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.intake.rules.lot_givers import gives_lots
from tests.rule_cases import CATALOGUE

DAY = date(2025, 6, 3)


@pytest.mark.parametrize(
    ("category", "link", "kind", "gives"),
    [
        ("infant_formula", "coding", "infant_formula_producer", True),
        ("infant_formula", "production", "infant_formula_producer", True),
        ("infant_formula", "import_in", "importer", True),
        ("infant_formula", "coding", "wholesale_market", False),
        ("infant_formula", "coding", None, False),
        ("infant_formula", "raw_in", "infant_formula_producer", False),  # what comes in was made by others
        ("tomato", "production", "wholesale_market", False),  # every kind may report it
        ("tomato", "retail_sale", "supermarket", False),
    ],
)
def test_who_makes_codes_or_imports_goods_gives_them_their_lot(category: str, link: str, kind: str | None, gives: bool) -> None:
    variety = CATALOGUE.variety(category, DAY)
    assert variety is not None
    row = CATALOGUE.link(variety, link, DAY)
    assert gives_lots(row, CATALOGUE.stages[link], kind) is gives


def test_where_no_link_is_known_nobody_gives_lots() -> None:
    assert not gives_lots(None, "production", "infant_formula_producer")
