"""
Units of quantities, and the mass balance of one transformation.

What comes out weighs no more than what went in, with the catalogue's tolerance. What has a mass is counted and the rest is not,
so that one odd quantity does not switch the balance off; a side without masses is not weighed. Beside quantities that count, one
that does not is pointed at: the catalogue says whether it is refused or flagged. A quantity without unit counts pieces. Unknown
units are refused, never converted (斤 is half a kilogram).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from gateway.catalogue.rows import Bounds, Unit
from gateway.errors import Fault
from gateway.intake.codes import quantities
from gateway.intake.rules.case import Case, Finding
from gateway.value_class import value_class

INPUTS: Final = "inputQuantityList"
OUTPUTS: Final = "outputQuantityList"
_PIECE: Final = "H87"


def unit_findings(case: Case) -> Iterator[Finding]:
    """`qty.unit_unknown` for a unit that the catalogue does not list."""
    for element, pointer in quantities(case.event, case.at):
        unit = element.get("uom", _PIECE) if isinstance(element, dict) else _PIECE
        if not isinstance(unit, str) or unit not in case.catalogue.units:
            yield Finding(Fault("qty.unit_unknown", f"{pointer}/uom", value_class(unit)))


def mass_findings(case: Case) -> Iterator[Finding]:
    """`qty.mass_balance`, at the list of outputs."""
    put_in, made = total_kg(case, INPUTS), total_kg(case, OUTPUTS)
    if put_in is not None and made is not None and made > put_in + tolerance(put_in, case.catalogue.bounds):
        yield Finding(Fault("qty.mass_balance", f"{case.at}/{OUTPUTS}"))


def uncounted_findings(case: Case) -> Iterator[Finding]:
    """`qty.uncounted` at every quantity that a balance passes over: not a mass among masses, into what has a mass, or where
    carcasses are weighed, and not a number of animals among a slaughter's heads."""
    weighs = case.variety is not None and case.variety.carcass_kg is not None and "cn:carcassCount" in case.ilmd
    counts = "cn:headsIn" in case.ilmd
    wanted = {
        INPUTS: (
            _pieces if counts else _kilograms,
            counts or total_kg(case, INPUTS) is not None or total_kg(case, OUTPUTS) is not None,
        ),
        OUTPUTS: (_kilograms, weighs or total_kg(case, OUTPUTS) is not None),
    }
    for name, (counted, is_asked) in wanted.items():
        for i, element in enumerate(elements(case, name) if is_asked else ()):
            if _is_whole(case, element) and counted(case, element) is None:
                fault = Fault("qty.uncounted", f"{case.at}/{name}/{i}")
                yield Finding(fault, refuses=case.catalogue.bounds.uncounted_refused)


def tolerance(put_in: Fraction, bounds: Bounds) -> Fraction:
    """How many kilograms scales may differ by: the catalogue's bound, and of little no more than a hundredth."""
    return min(bounds.mass_tolerance_kg, put_in / 100)


def total_kg(case: Case, name: str) -> Fraction | None:
    """The kilograms of what has a mass in a list of quantities; None where nothing has."""
    return total(_kilograms(case, element) for element in elements(case, name))


def kilograms_of(case: Case, name: str) -> Iterator[tuple[Any, Fraction]]:
    """epcClass and kilograms of every element of a list that has a mass."""
    for element in elements(case, name):
        kilograms = _kilograms(case, element)
        if kilograms is not None:
            yield element.get("epcClass"), kilograms


def total_pieces(case: Case, name: str) -> Fraction | None:
    """The number of what is counted by the piece in a list of quantities; None where nothing is."""
    return total(_pieces(case, element) for element in elements(case, name))


def all_pieces(case: Case, name: str) -> bool:
    """Whether everything in a list of quantities is counted by the piece."""
    return all(_pieces(case, element) is not None for element in elements(case, name))


def total(amounts: Iterator[Fraction | None]) -> Fraction | None:
    """The sum of the amounts that are known; None where none is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Fraction(0)) if known else None


def elements(case: Case, name: str) -> list[Any]:
    """The elements of a list of quantities, whatever they are."""
    listed = case.event.get(name)
    return listed if isinstance(listed, list) else []


def _kilograms(case: Case, element: Any) -> Fraction | None:
    unit, amount = _unit(case, element), _amount(element)
    return None if unit is None or unit.kilograms is None or amount is None else amount * unit.kilograms


def _pieces(case: Case, element: Any) -> Fraction | None:
    unit = _unit(case, element)
    return _amount(element) if unit is not None and unit.pieces else None


def _is_whole(case: Case, element: Any) -> bool:
    """Whether an element has nothing wrong with it that another check names."""
    return _unit(case, element) is not None and ("quantity" not in element or _amount(element) is not None)


def _unit(case: Case, element: Any) -> Unit | None:
    return case.catalogue.units.get(str(element.get("uom", _PIECE))) if isinstance(element, dict) else None


def _amount(element: Any) -> Fraction | None:
    amount = element.get("quantity") if isinstance(element, dict) else None
    if not isinstance(amount, int | float) or isinstance(amount, bool):
        return None
    return Fraction(repr(amount))  # the decimal that was written: 0.1 + 0.2 is 0.3
