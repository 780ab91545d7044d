"""
The codes an event names (PROTOCOL.md §3): every GTIN with its lot and serial, and every SSCC, sorted bytewise, distinct.

A serialised item whose lot the event itself states (`ilmd` of a commissioning or transformation) is written with its lot.
An event that names no code is kept and not anchored; one that names more than 16 is refused until item trees come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, Final

from certs.codes import Code
from gateway.errors import Fault
from gateway.intake.identifiers import BadIdentifier, is_lot, read_identifier

_LISTS: Final = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITY_LISTS: Final = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_MADE_HERE: Final = ("epcList", "outputEPCList")  # the lists whose items ilmd describes
_LOT: Final = "cbvmda:lotNumber"


def event_codes(event: dict[str, Any], at: str, hosts: Collection[str]) -> tuple[tuple[str, ...], list[Fault]]:
    """The code texts an event names, and what is wrong with its identifiers. `at` is the event's JSON pointer."""
    codes: set[str] = set()
    faults: list[Fault] = []
    lot = _stated_lot(event)
    if lot is not None and not is_lot(lot):
        faults.append(Fault("id.lot", f"{at}/ilmd/{_LOT}"))
    for name, uri, pointer in _identifiers(event, at):
        if not isinstance(uri, str):
            faults.append(Fault("epcis.schema", pointer))
            continue
        try:
            code = read_identifier(uri, hosts)
        except BadIdentifier as error:
            faults.append(Fault(error.code, pointer))
            continue
        if code is not None:
            codes.add(str(_with_lot(code, lot if name in _MADE_HERE else None)))
    return tuple(sorted(codes)), faults


def quantities(event: dict[str, Any], at: str) -> Iterator[tuple[Any, str]]:
    """Every element of the quantity lists with its JSON pointer, whatever it is."""
    for name in _QUANTITY_LISTS:
        for i, element in enumerate(_list(event, name)):
            yield element, f"{at}/{name}/{i}"


def list_faults(event: dict[str, Any], at: str) -> Iterator[Fault]:
    """The lists of identifiers that are there and are not lists."""
    for name in (*_LISTS, *_QUANTITY_LISTS):
        if name in event and not isinstance(event[name], list):
            yield Fault("epcis.schema", f"{at}/{name}")


def _identifiers(event: dict[str, Any], at: str) -> Iterator[tuple[str, Any, str]]:
    if "parentID" in event:
        yield "parentID", event["parentID"], f"{at}/parentID"
    for name in _LISTS:
        for i, uri in enumerate(_list(event, name)):
            yield name, uri, f"{at}/{name}/{i}"
    for element, pointer in quantities(event, at):
        if isinstance(element, dict):
            yield "quantity", element.get("epcClass"), f"{pointer}/epcClass"


def _list(event: dict[str, Any], name: str) -> list[Any]:
    value = event.get(name, [])
    return value if isinstance(value, list) else []


def _stated_lot(event: dict[str, Any]) -> str | None:
    ilmd = event.get("ilmd")
    lot = ilmd.get(_LOT) if isinstance(ilmd, dict) else None
    return lot if isinstance(lot, str) and lot else None


def _with_lot(code: Code, lot: str | None) -> Code:
    if lot is None or code.serial is None or code.lot is not None:
        return code
    return replace(code, lot=lot)
