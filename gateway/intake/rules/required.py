"""Required fields: every path the link asks for is there and says something. An empty text, list or object counts as missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.catalogue.required import FieldPath
from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.intake.standard.vocabulary import bare_word
from gateway.value_class import value_class

_MISSING = object()


def required_findings(case: Case) -> Iterator[Finding]:
    """`catalogue.required_field`, at the first of the paths that would do."""
    asked = () if case.link is None else (*case.catalogue.common, *case.link.required)
    for paths in asked:
        found = [_value(case.event, path.names) for path in paths]
        if not any(_says(value, path) for value, path in zip(found, paths, strict=True)):
            kind = "missing" if found[0] is _MISSING else value_class(found[0])
            pointer = "/".join((case.at, *paths[0].names))
            yield Finding(Fault("catalogue.required_field", pointer, kind))


def _value(event: dict[str, Any], names: tuple[str, ...]) -> Any:
    value: Any = event
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value


def _says(value: Any, path: FieldPath) -> bool:
    if value is _MISSING or value is None or value in ([], {}):
        return False
    if isinstance(value, str) and not value.strip():
        return False
    if path.key is None:
        return True
    elements = value if isinstance(value, list) else []
    words = (element.get(path.key) for element in elements if isinstance(element, dict))
    return any(isinstance(word, str) and bare_word(word) == path.word for word in words)
