"""
Every text of an event, names too, however deep: what must not be in it, and what is worth a warning.

Refused: characters that change the direction of writing, that nobody sees, or that control a terminal, and texts beyond the
catalogue's length. Flagged: words that mix look-alike scripts, and texts that are not NFC; both are kept as they were signed.
A pointer is made of our own names only and ends where the sender's begin.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import is_normalized

from gateway.errors import Fault
from gateway.intake.rules.case import Finding
from gateway.value_class import value_class

MAX_FLAGS: Final = 20  # warnings of one event: they are stored with its capture
INNER_NAMES: Final = frozenset((  # EPCIS's names inside an event's fields
    "type", "id", "epcClass", "uom", "source", "destination", "bizTransaction", "declarationTime", "reason", "correctiveEventIDs",
    "set", "unset", "sensorMetadata", "sensorReport", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules",
    "time", "startTime", "endTime", "microorganism", "chemicalSubstance", "coordinateReferenceSystem", "component", "exception",
    "stringValue", "uriValue",
))  # fmt: skip
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")  # a text may have tabs and line ends, a name may not
_BREAK = re.compile("[\t\n\r]")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LOOK_ALIKE = re.compile("[\u0400-\u052fΑΒΕΖΗΙΚΜΝΟΡΤΥΧον]")  # Cyrillic, and the Greek letters that look Latin


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    pointer: str
    is_name: bool = False


def text_findings(event: dict[str, Any], at: str, *, names: Collection[str], longest: int) -> list[Finding]:
    """`text.*` findings, one a place and code. `names` are the field names a pointer may show, `longest` is in characters."""
    found: dict[tuple[str, str], Finding] = {}
    flags = 0
    for text in _texts(event, at, INNER_NAMES | frozenset(names)):
        for code, refuses in _faults(text, longest):
            if (code, text.pointer) not in found and (refuses or flags < MAX_FLAGS):
                flags += not refuses
                found[code, text.pointer] = Finding(Fault(code, text.pointer, value_class(text.text)), refuses)
    return list(found.values())


def _texts(value: Any, pointer: str, names: frozenset[str], *, known: bool = True) -> Iterator[_Text]:
    if isinstance(value, str):
        yield _Text(value, pointer)
    elif isinstance(value, list):
        for i, element in enumerate(value):
            yield from _texts(element, f"{pointer}/{i}" if known else pointer, names, known=known)
    elif isinstance(value, dict):
        for name, inner in value.items():
            ours = known and name in names
            if not ours:
                yield _Text(name, pointer, is_name=True)
            yield from _texts(inner, f"{pointer}/{name}" if ours else pointer, names, known=ours)


def _faults(text: _Text, longest: int) -> Iterator[tuple[str, bool]]:
    if len(text.text) > longest:
        yield "text.too_long", True
    if _CONTROL.search(text.text) or (text.is_name and _BREAK.search(text.text)):
        yield "text.control_char", True
    if text.text.isascii():
        return
    if _BIDI.search(text.text):
        yield "text.bidi_control", True
    if _UNSEEN.search(text.text):
        yield "text.zero_width", True
    if any(_LATIN.search(word) and _LOOK_ALIKE.search(word) for word in _WORD.findall(text.text)):
        yield "text.mixed_script", False
    if not is_normalized("NFC", text.text):
        yield "text.not_nfc", False
