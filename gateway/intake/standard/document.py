"""
The object that holds events: an EPCISDocument's own fields and its header's (EPCIS 2.0 §10.2, §10.3).

Its events and its @context are judged elsewhere. Names without a prefix are closed where GS1's schema closes them. Stricter than
the schema in one thing: a schemaVersion of another edition than 2.0 is refused: its events would be read as what they are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.errors import Fault
from gateway.intake.standard import forms
from gateway.intake.standard.kinds import Kind, Listed, Names, Scalar, Shape, shape_faults

_EDITION = re.compile(r"2\.0(?:\.[0-9]+)*")


def _type(value: Any) -> str:
    return "" if value == "EPCISDocument" else "epcis.schema"


def _edition(value: Any) -> str:
    return "" if isinstance(value, str) and _EDITION.fullmatch(value) else "epcis.schema"


def _attribute(value: Any) -> str:
    is_other = isinstance(value, bool) or not isinstance(value, str | int | float | dict)
    return "epcis.schema" if is_other else ""


def _anything(_value: Any) -> str:
    return ""


_URI: Final = Scalar(forms.uri)
_TEXT: Final = Scalar(forms.text)
_ATTRIBUTE: Final = Shape({"id": _URI, "attribute": Scalar(_attribute)}, required=("id",), closed=False)
_ELEMENT: Final = Shape({"id": _URI, "attributes": Listed(_ATTRIBUTE), "children": Listed(_URI)}, required=("id",), closed=False)
_VOCABULARY: Final = Shape({"type": _URI, "vocabularyElementList": Listed(_ELEMENT)}, required=("type",), closed=False)
_HEADER: Final = Shape({"epcisMasterData": Shape({"vocabularyList": Listed(_VOCABULARY)}, closed=False)})
_FIELDS: Final[dict[str, Kind]] = {
    "type": Scalar(_type), "schemaVersion": Scalar(_edition), "creationDate": Scalar(forms.time), "id": _URI,
    **dict.fromkeys(("instanceIdentifier", "sender", "receiver"), _TEXT),
    "epcisHeader": _HEADER,
    **dict.fromkeys(("@context", "epcisBody"), Scalar(_anything)),
}  # fmt: skip
_DOCUMENT: Final = Shape(_FIELDS, required=("type", "schemaVersion", "creationDate"))
_NAMES: Final = Names(_FIELDS, None)


def document_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything wrong with a document but its events and its @context: `epcis.schema`, `epcis.unknown_field`, `time.*`."""
    return shape_faults(_DOCUMENT, document, "", _NAMES)
