"""What is wrong with the identifiers of an event's places and parties: GLNs of a host we know, and codes of one we do not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from gateway.errors import Fault
from gateway.intake.identifiers import BadIdentifier, read_identifier
from gateway.value_class import value_class

_PLACES: Final = ("readPoint", "bizLocation")
_SIDES: Final = (("sourceList", "source"), ("destinationList", "destination"))


def location_faults(event: dict[str, Any], at: str, hosts: Collection[str]) -> Iterator[Fault]:
    """A wrong check digit, a look-alike host. What is not of EPCIS's form is passed over: that is named elsewhere."""
    for uri, pointer in _named(event):
        if isinstance(uri, str):
            try:
                read_identifier(uri, hosts)
            except BadIdentifier as error:
                yield Fault(error.code, f"{at}{pointer}", value_class(uri))


def _named(event: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    for name in _PLACES:
        place = event.get(name)
        if isinstance(place, dict):
            yield place.get("id"), f"/{name}/id"
    for name, side in _SIDES:
        listed = event.get(name)
        for i, entry in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(entry, dict):
                yield entry.get(side), f"/{name}/{i}/{side}"
