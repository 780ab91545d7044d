"""
EPCIS 2.0 documents from bytes: strict JSON, then the shape that holds events. The events themselves are `checks`' business.

Bytes go through `certs.canonical` before anything else sees them. A lone event is read as a document of one event whose
`@context` is the document's, so that the same event is the same content whichever way it comes. A document above 1 MiB is never
held as a whole: its events are read one at a time (`event_list`), and its list must lie where it can be found, or it is refused.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Any, Final

from certs.canonical import nesting
from certs.limits import LIMITS
from gateway.catalogue.tables import TierTable
from gateway.errors import Fault, Refused
from gateway.intake.context import context_faults
from gateway.intake.event_list import EventList, find_event_list
from gateway.intake.standard.document import document_faults
from gateway.intake.strict import read_object

WHOLE_BYTES: Final = 1_048_576  # up to here a document is read at once
MAX_REST_BYTES: Final = 1_048_576  # of a larger one, all but its events
MAX_VALUES: Final = 1_000_000  # of what is read at once: more than its bytes can hold
_CHUNK_BYTES: Final = 65_536
_EVENTS: Final = "/epcisBody/eventList"


@dataclass(frozen=True, slots=True)
class Document:
    """What a request body holds: the JSON-LD context, the events, and SHA-256 of the bytes as they came.

    Events of a large document are read each time they are asked for, and asking may raise `Refused` `json.*`, `text.*`: whoever
    takes a document goes through all of them before anything is stored.
    """

    context: Any
    events: Sequence[Any]
    sha256: bytes
    lone: bool = False

    def pointer(self, index: int) -> str:
        """The JSON pointer of an event in the submitted body."""
        return "" if self.lone else f"{_EVENTS}/{index}"


def read_document(raw: bytes | mmap, *, tiers: TierTable, max_events: int) -> Document:
    """Reads an EPCISDocument. Raises `Refused` with every fault of its shape; `json.*` and `text.*` codes end the reading."""
    if len(raw) > WHOLE_BYTES:
        return _read_parted(raw, tiers, max_events)
    value = read_object(bytes(raw), max_values=MAX_VALUES)
    body = value.get("epcisBody")
    events = body.get("eventList") if isinstance(body, dict) else None
    listed = tuple(events) if isinstance(events, list) else None
    _refuse([*_shape_faults(value, tiers), *_count_faults(None if listed is None else len(listed), max_events)])
    return Document(value["@context"], listed or (), hashlib.sha256(raw).digest())


def read_event(raw: bytes, *, tiers: TierTable) -> Document:
    """Reads one event that carries its own `@context`. Raises `Refused`."""
    value = read_object(raw, max_values=MAX_VALUES)
    _refuse(list(context_faults(value.get("@context"), tiers)))
    event = {name: inner for name, inner in value.items() if name != "@context"}
    return Document(value["@context"], (event,), hashlib.sha256(raw).digest(), lone=True)


def _read_parted(raw: bytes | mmap, tiers: TierTable, max_events: int) -> Document:
    place = find_event_list(raw, max_events=max_events)
    if place is None:
        raise Refused(_why_not_found(raw))
    if len(raw) - (place.end - place.begin) > MAX_REST_BYTES:
        raise Refused("document.layout")
    value = read_object(raw[: place.begin] + raw[place.end :], max_values=MAX_VALUES)
    events = EventList(raw, place.bounds)
    long = (Fault("event.size", f"{_EVENTS}/{index}") for index in events.too_long())
    _refuse([*_shape_faults(value, tiers), *_count_faults(place.count, max_events), *long])
    return Document(value["@context"], events, hashlib.sha256(raw).digest())


def _why_not_found(raw: bytes | mmap) -> str:
    """The code for a large document in which no list of events was found; nothing of it is built to tell."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(raw), _CHUNK_BYTES):
            decoder.decode(raw[at : at + _CHUNK_BYTES], final=at + _CHUNK_BYTES >= len(raw))
    except UnicodeDecodeError:
        return "json.not_utf8"
    if nesting(raw, enough=LIMITS.depth + 1) > LIMITS.depth:  # type: ignore[arg-type]  # a map is read like bytes
        return "json.too_deep"
    return "document.layout"


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Refused("document.refused", faults)


def _shape_faults(value: dict[str, Any], tiers: TierTable) -> Iterator[Fault]:
    yield from document_faults(value)
    yield from context_faults(value.get("@context"), tiers)


def _count_faults(count: int | None, max_events: int) -> Iterator[Fault]:
    """`count` is None where there is no list of events."""
    if not count:
        yield Fault("epcis.schema", _EVENTS)
    elif count > max_events:
        yield Fault("document.events", _EVENTS)
