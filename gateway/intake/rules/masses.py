"""
Units of quantities, and the mass balance of one transformation.

What comes out weighs no more than what went in, with the catalogue's tolerance; asked only where every quantity on both sides is
a mass. A quantity without unit counts pieces. Unknown units are refused, never converted (斤 is half a kilogram).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from gateway.errors import Fault
from gateway.intake.codes import quantities
from gateway.intake.rules.case import Case, Finding
from gateway.value_class import value_class


def unit_findings(case: Case) -> Iterator[Finding]:
    """`qty.unit_unknown` for a unit that the catalogue does not list."""
    for element, pointer in quantities(case.event, case.at):
        unit = element.get("uom", "H87") if isinstance(element, dict) else "H87"
        if not isinstance(unit, str) or unit not in case.catalogue.units:
            yield Finding(Fault("qty.unit_unknown", f"{pointer}/uom", value_class(unit)))


def mass_findings(case: Case) -> Iterator[Finding]:
    """`qty.mass_balance`, at the list of outputs."""
    put_in, made = total_kg(case, "inputQuantityList"), total_kg(case, "outputQuantityList")
    if put_in is not None and made is not None and made > put_in + case.catalogue.bounds.mass_tolerance_kg:
        yield Finding(Fault("qty.mass_balance", f"{case.at}/outputQuantityList"))


def total_kg(case: Case, name: str) -> Fraction | None:
    """The kilograms of a list of quantities; None where the list is empty or an element is not a mass."""
    total = Fraction(0)
    elements = _elements(case, name)
    for element in elements:
        unit = case.catalogue.units.get(str(element.get("uom"))) if isinstance(element, dict) else None
        amount = _amount(element)
        if unit is None or unit.kilograms is None or amount is None:
            return None
        total += amount * unit.kilograms
    return total if elements else None


def total_pieces(case: Case, name: str) -> Fraction | None:
    """The number of pieces in a list of quantities; None where the list is empty or an element is not a count."""
    total = Fraction(0)
    elements = _elements(case, name)
    for element in elements:
        unit = case.catalogue.units.get(str(element.get("uom", "H87"))) if isinstance(element, dict) else None
        amount = _amount(element)
        if unit is None or not unit.pieces or amount is None:
            return None
        total += amount
    return total if elements else None


def _elements(case: Case, name: str) -> list[Any]:
    elements = case.event.get(name)
    return elements if isinstance(elements, list) else []


def _amount(element: Any) -> Fraction | None:
    amount = element.get("quantity") if isinstance(element, dict) else None
    if not isinstance(amount, int | float) or isinstance(amount, bool):
        return None
    return Fraction(repr(amount))  # the decimal that was written: 0.1 + 0.2 is 0.3
