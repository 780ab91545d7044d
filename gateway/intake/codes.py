"""
The codes an event names (PROTOCOL.md §3): every GTIN with its lot and serial, and every SSCC, sorted bytewise, distinct.

A serialised item whose lot the event itself states (`ilmd` of a commissioning or transformation) is written with its lot here;
one whose lot only the registry knows, when the event is kept (`gateway.intake.items`). An event that names no code is kept and
not anchored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from certs.codes import Code
from gateway.errors import Fault
from gateway.intake.identifiers import BadIdentifier, is_lot, read_identifier
from gateway.value_class import value_class

MADE_HERE: Final = ("epcList", "outputEPCList")  # the lists whose items ilmd describes
_LISTS: Final = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITY_LISTS: Final = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_LOT: Final = "cbvmda:lotNumber"


@dataclass(frozen=True, slots=True)
class Named:
    """A code where an event names it: the field (a list's name, or parentID) and the JSON pointer."""

    code: Code
    field: str
    pointer: str


def event_codes(event: dict[str, Any], at: str, hosts: Collection[str]) -> tuple[tuple[str, ...], list[Fault]]:
    """The code texts an event names, and what is wrong with its identifiers. `at` is the event's JSON pointer."""
    named, faults = named_codes(event, at, hosts)
    return tuple(sorted({str(entry.code) for entry in named})), faults


def named_codes(event: dict[str, Any], at: str, hosts: Collection[str]) -> tuple[list[Named], list[Fault]]:
    """Every code where it is named, in the event's order and as often as it is named, and what is wrong with identifiers."""
    named: list[Named] = []
    faults: list[Fault] = []
    lot = stated_lot(event)
    if lot is not None and not is_lot(lot):
        faults.append(Fault("id.lot", f"{at}/ilmd/{_LOT}", value_class(lot)))
    for field, uri, pointer in _identifiers(event, at):
        if not isinstance(uri, str):  # what is not of EPCIS's form is named where that is judged
            continue
        try:
            code = read_identifier(uri, hosts)
        except BadIdentifier as error:
            faults.append(Fault(error.code, pointer, value_class(uri)))
            continue
        if code is not None:
            named.append(Named(_with_lot(code, lot if field in MADE_HERE else None), field, pointer))
    return named, faults


def stated_lot(event: dict[str, Any]) -> str | None:
    """The lot that `ilmd` states, or None."""
    ilmd = event.get("ilmd")
    lot = ilmd.get(_LOT) if isinstance(ilmd, dict) else None
    return lot if isinstance(lot, str) and lot else None


def quantities(event: dict[str, Any], at: str) -> Iterator[tuple[Any, str]]:
    """Every element of the quantity lists with its JSON pointer, whatever it is."""
    for name in _QUANTITY_LISTS:
        for i, element in enumerate(_list(event, name)):
            yield element, f"{at}/{name}/{i}"


def _identifiers(event: dict[str, Any], at: str) -> Iterator[tuple[str, Any, str]]:
    if "parentID" in event:
        yield "parentID", event["parentID"], f"{at}/parentID"
    for name in _LISTS:
        for i, uri in enumerate(_list(event, name)):
            yield name, uri, f"{at}/{name}/{i}"
    for name in _QUANTITY_LISTS:
        for i, element in enumerate(_list(event, name)):
            if isinstance(element, dict):
                yield name, element.get("epcClass"), f"{at}/{name}/{i}/epcClass"


def _list(event: dict[str, Any], name: str) -> list[Any]:
    value = event.get(name, [])
    return value if isinstance(value, list) else []


def _with_lot(code: Code, lot: str | None) -> Code:
    if lot is None or code.serial is None or code.lot is not None:
        return code
    return replace(code, lot=lot)
