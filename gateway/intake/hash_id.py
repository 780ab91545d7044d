"""
EPCIS Event Hash ID (CBV 2.0 §8.9): an eventID that follows from what the event says, whoever writes it and in which order.

The pre-hash string is name=value of every property, standard ones in the standard's order, lists and extensions sorted, times in
UTC, numbers without idle zeros, identifiers as canonical Digital Links, vocabulary words as web URIs. It leaves out eventID,
recordTime, errorDeclaration and comments, so a wrong event and its error declaration have one hash id.
Two spellings are known: the standard's, which we write, and that of the widespread generator 1.9.3, which differs in details.
An id that fits neither is a warning and no refusal: of GS1's own valid examples under ?ver=CBV2.0 none fits (several share one).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from gateway.errors import Fault
from gateway.intake.canonical_link import canonical_link
from gateway.intake.hash_values import CBV, plain_decimal, utc_time, without_urn

MISMATCH: Final = "event.hash_id"
_HASH_ID = re.compile(r"ni:///sha-256;[0-9a-f]{64}\?ver=CBV2\.0")
_VOC: Final = "https://gs1.org/voc/"
_TIME: Final = "time"
_PLAIN: Final = ""
# What a property holds: a time, a plain value, a word of the vocabulary with this base, or properties in this order.
_Order: TypeAlias = Mapping[str, "str | _Order"]
_QUANTITIES: Final[_Order] = {"quantityElement": {"epcClass": _PLAIN, "quantity": _PLAIN, "uom": _PLAIN}}
_EPCS: Final[_Order] = {"epc": _PLAIN}
_PLACE: Final[_Order] = {"id": _PLAIN}
_METADATA: Final[_Order] = {
    "time": _TIME, "startTime": _TIME, "endTime": _TIME, "deviceID": _PLAIN, "deviceMetadata": _PLAIN, "rawData": _PLAIN,
    "dataProcessingMethod": _PLAIN, "bizRules": _PLAIN,
}  # fmt: skip
_REPORT: Final[_Order] = {
    "type": _VOC, "exception": _VOC, "deviceID": _PLAIN, "deviceMetadata": _PLAIN, "rawData": _PLAIN,
    "dataProcessingMethod": _PLAIN, "time": _TIME, "microorganism": _PLAIN, "chemicalSubstance": _PLAIN, "value": _PLAIN,
    "component": CBV + "Comp-", "stringValue": _PLAIN, "booleanValue": _PLAIN, "hexBinaryValue": _PLAIN, "uriValue": _PLAIN,
    "minValue": _PLAIN, "maxValue": _PLAIN, "meanValue": _PLAIN, "sDev": _PLAIN, "percRank": _PLAIN, "percValue": _PLAIN,
    "uom": _PLAIN, "coordinateReferenceSystem": _PLAIN,
}  # fmt: skip
_EVENT: Final[_Order] = {
    "eventTime": _TIME, "eventTimeZoneOffset": _PLAIN, "certificationInfo": _PLAIN, "parentID": _PLAIN, "epcList": _EPCS,
    "inputEPCList": _EPCS, "childEPCs": _EPCS, "quantityList": _QUANTITIES, "childQuantityList": _QUANTITIES,
    "inputQuantityList": _QUANTITIES, "outputEPCList": _EPCS, "outputQuantityList": _QUANTITIES, "action": _PLAIN,
    "transformationID": _PLAIN, "bizStep": CBV + "BizStep-", "disposition": CBV + "Disp-",
    "persistentDisposition": {"set": CBV + "Disp-", "unset": CBV + "Disp-"}, "readPoint": _PLACE, "bizLocation": _PLACE,
    "sensorElementList": {"sensorElement": {"sensorMetadata": _METADATA, "sensorReport": _REPORT}},
}  # fmt: skip
# These three stand among the extensions, sorted by name with them; their elements have an order and no name of their own.
_UNNAMED: Final[_Order] = {
    "bizTransactionList": {"": {"type": CBV + "BTT-", "bizTransaction": _PLAIN}},
    "sourceList": {"": {"type": CBV + "SDT-", "source": _PLAIN}},
    "destinationList": {"": {"type": CBV + "SDT-", "destination": _PLAIN}},
}
_ELEMENT_NAMES: Final = {
    "childEPCs": "epc", "inputEPCList": "epc", "outputEPCList": "epc", "quantityList": "quantityElement",
    "childQuantityList": "quantityElement", "inputQuantityList": "quantityElement", "outputQuantityList": "quantityElement",
    "bizTransactionList": "", "sourceList": "", "destinationList": "",
}  # fmt: skip
_OMITTED: Final = frozenset(("eventID", "recordTime", "errorDeclaration", "type"))  # the type stands first, by its own name
_COMMENTS: Final = frozenset(("comment", "rdfs:comment"))
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def event_hash_id(event: Mapping[str, Any], context: Any) -> str:
    """The hash id of an event under its document's @context, in the standard's spelling: `ni:///sha-256;<hex>?ver=CBV2.0`."""
    return _hash_id(_PreHash(context).of(event))


def hash_id_faults(event: Mapping[str, Any], context: Any, at: str) -> Iterator[Fault]:
    """A warning `event.hash_id` for an eventID that has a hash id's form and is not this event's in either spelling."""
    given = event.get("eventID")
    if not isinstance(given, str) or _HASH_ID.fullmatch(given) is None or given == event_hash_id(event, context):
        return
    if given != _hash_id(_GeneratorPreHash(context).of(event)):
        yield Fault(MISMATCH, f"{at}/eventID")


def _hash_id(pre_hash: str) -> str:
    return f"ni:///sha-256;{hashlib.sha256(pre_hash.encode('utf-8')).hexdigest()}?ver=CBV2.0"


class _PreHash:
    """The pre-hash string in the standard's spelling: booleans as in XML, exact decimals, words in their own fields only."""

    _booleans = ("false", "true")

    def __init__(self, context: Any) -> None:
        tables = [entry for entry in context if isinstance(entry, dict)] if isinstance(context, list) else []
        self._prefixes = {name: str(target) for table in tables for name, target in table.items()}

    def of(self, event: Mapping[str, Any]) -> str:
        """The string of an event."""
        said = {name: value for name, value in event.items() if name not in _OMITTED}
        return f"eventType={event.get('type')}{self._properties(said, _EVENT)}"

    def _properties(self, value: Mapping[str, Any], order: _Order) -> str:
        """Everything an object says: the ordered properties, then the others sorted."""
        ordered = {name: self._texts(name, value[name], order[name]) for name in order if name in value}
        others = [
            text
            for name, inner in value.items()
            if name not in order and name not in _COMMENTS
            for text in self._texts(name, inner, _UNNAMED.get(name))
        ]
        return "".join(text for texts in ordered.values() for text in sorted(texts)) + "".join(sorted(others))

    def _texts(self, name: str, value: Any, order: str | _Order | None) -> list[str]:
        """The strings of one property, one for each of its values; `order` is None for a property the standard does not order."""
        items = value if isinstance(value, list) else [value]
        if name.endswith("List") or name == "childEPCs":
            element = _ELEMENT_NAMES.get(name, name[:-4])
            inner = order[element] if isinstance(order, Mapping) else None
            listed = "".join(sorted(text for item in items for text in self._texts(element, item, inner)))
            return [self._name(name) + listed] if listed else []
        return [text for item in items if (text := self._text(name, item, order))]

    def _text(self, name: str, value: Any, order: str | _Order | None) -> str:
        if isinstance(value, list):
            value = {"": value}
        if isinstance(value, Mapping):
            inner = self._properties(value, order if isinstance(order, Mapping) else {})
        else:
            written = self._value(value, order if isinstance(order, str) else _PLAIN)
            inner = f"={written}" if written else ""
        return self._name(name) + inner if inner or order is None else ""

    def _name(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return f"{{{self._prefixes[prefix]}}}{local}" if colon and prefix in self._prefixes else name

    def _value(self, value: Any, kind: str) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return self._booleans[value]
        text = str(value).strip()
        prefix, colon, local = text.partition(":")
        if colon and prefix in self._prefixes:
            text = self._prefixes[prefix] + local
        if kind == _TIME:
            return utc_time(text)
        text = self._number(self._word(text, kind))
        return canonical_link(text) or text

    def _word(self, text: str, kind: str) -> str:
        if kind and _WORD.fullmatch(text):
            return kind + text
        if kind and text.startswith(("cbv:", "gs1:")):
            return (CBV if text.startswith("cbv:") else _VOC) + text[4:]
        return without_urn(text)

    def _number(self, text: str) -> str:
        return plain_decimal(text)


class _GeneratorPreHash(_PreHash):
    """As epcis-event-hash-generator 1.9.3 writes it.

    Booleans are Python's, numbers go through a double, and a word that stands in a vocabulary field is expanded in every other
    field as well (a link code `sampling` beside the business step `sampling`), which is why an event is read twice.
    """

    _booleans = ("False", "True")

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._words: dict[str, str] = {}

    def of(self, event: Mapping[str, Any]) -> str:
        super().of(event)  # learns the words
        return super().of(event)

    def _word(self, text: str, kind: str) -> str:
        if kind and _WORD.fullmatch(text):
            self._words[text] = kind + text
        return self._words[text] if text in self._words else without_urn(text)

    def _number(self, text: str) -> str:
        if plain_decimal(text) == text and "." not in text and len(text) < 16:
            return text
        try:
            number = float(text)
            return str(int(number) if number.is_integer() else number)
        except (ValueError, OverflowError):
            return text
