"""
EPCIS 2.0 documents from bytes: strict JSON, then the shape that holds events. The events themselves are `checks`' business.

Bytes go through `certs.canonical` before anything else sees them. A lone event is read as a document of one event whose
`@context` is the document's, so that the same event is the same content whichever way it comes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from certs.canonical import canonical, count_values, nesting
from gateway.catalogue.tables import TierTable
from gateway.errors import Fault, Refused
from gateway.intake.strict import read_object

EPCIS_CONTEXTS: Final = (
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
)
MAX_VALUES: Final = 1_000_000  # of one request body; a 10 MiB capture of small events has about half of it
MAX_CONTEXT_BYTES: Final = 8_192  # the context travels in every certificate
MAX_CONTEXT_VALUES: Final = 200
MAX_CONTEXT_DEPTH: Final = 8
_EVENTS: Final = "/epcisBody/eventList"
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Document:
    """What a request body holds: the JSON-LD context, the events as parsed, and SHA-256 of the bytes as they came."""

    context: Any
    events: tuple[Any, ...]
    sha256: bytes
    lone: bool = False

    def pointer(self, index: int) -> str:
        """The JSON pointer of an event in the submitted body."""
        return "" if self.lone else f"{_EVENTS}/{index}"


def read_document(raw: bytes, *, tiers: TierTable, max_events: int) -> Document:
    """Reads an EPCISDocument. Raises `Refused` with every fault of its shape; `json.*` and `text.*` codes end the reading."""
    value = read_object(raw, max_values=MAX_VALUES)
    faults = list(_shape_faults(value, tiers, max_events))
    if faults:
        raise Refused("document.refused", faults)
    return Document(value["@context"], tuple(value["epcisBody"]["eventList"]), hashlib.sha256(raw).digest())


def read_event(raw: bytes, *, tiers: TierTable) -> Document:
    """Reads one event that carries its own `@context`. Raises `Refused`."""
    value = read_object(raw, max_values=MAX_VALUES)
    faults = list(_context_faults(value.get("@context"), tiers))
    if faults:
        raise Refused("document.refused", faults)
    event = {name: inner for name, inner in value.items() if name != "@context"}
    return Document(value["@context"], (event,), hashlib.sha256(raw).digest(), lone=True)


def _shape_faults(value: dict[str, Any], tiers: TierTable, max_events: int) -> Iterator[Fault]:
    if value.get("type") != "EPCISDocument":
        yield Fault("epcis.schema", "/type")
    if value.get("schemaVersion") != "2.0":
        yield Fault("epcis.schema", "/schemaVersion")
    yield from _context_faults(value.get("@context"), tiers)
    body = value.get("epcisBody")
    events = body.get("eventList") if isinstance(body, dict) else None
    if not isinstance(events, list) or not events:
        yield Fault("epcis.schema", _EVENTS)
    elif len(events) > max_events:
        yield Fault("document.events", _EVENTS)


def _context_faults(context: Any, tiers: TierTable) -> Iterator[Fault]:
    """EPCIS's context must be there and `cn` must mean our namespace: fields are tiered by the name as it is written."""
    entries = context if isinstance(context, list) else [context]
    tables = [entry for entry in entries if isinstance(entry, dict)]
    texts = [entry for entry in entries if isinstance(entry, str)]
    if not any(text in EPCIS_CONTEXTS for text in texts) or len(tables) + len(texts) != len(entries):
        yield Fault("epcis.context", "/@context")
        return
    if not all(_is_prefix(name, target, tiers) for table in tables for name, target in table.items()):
        yield Fault("epcis.context.term", "/@context")
    if [table["cn"] for table in tables if "cn" in table] != [tiers.namespace]:
        yield Fault("epcis.context.cn", "/@context")
    raw = canonical(context)
    if len(raw) > MAX_CONTEXT_BYTES or count_values(context) > MAX_CONTEXT_VALUES or nesting(raw) > MAX_CONTEXT_DEPTH:
        yield Fault("epcis.context.size", "/@context")


def _is_prefix(name: str, target: Any, tiers: TierTable) -> bool:
    """Inline contexts may add prefixes; they may not give an EPCIS name or a keyword another meaning."""
    return isinstance(target, str) and _PREFIX.fullmatch(name) is not None and name not in tiers.event
