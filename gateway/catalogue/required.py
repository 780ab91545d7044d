"""
What a link asks of an event, written as the catalogue writes it: `ilmd.cn:scNo`, `quantityList|epcList`, `list[type=cert]`.

A dot goes into an object, a bar offers another path, a bracket asks for one element with that word. Nothing else is understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"[A-Za-z@][A-Za-z0-9_@:-]*"
_PATH = re.compile(rf"({_NAME}(?:\.{_NAME})*)(?:\[({_NAME})=([a-z_]+)\])?")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """Names from the event inwards; with `key`, the list there must have an element whose `key` is `word` (a bare word)."""

    names: tuple[str, ...]
    key: str | None = None
    word: str | None = None


def parse_required(text: str) -> tuple[FieldPath, ...]:
    """The paths of which an event needs at least one. Raises `ValueError` for another syntax."""
    return tuple(_parse_path(part) for part in text.split("|"))


def _parse_path(text: str) -> FieldPath:
    match = _PATH.fullmatch(text)
    if match is None:
        raise ValueError("not a path of required fields")
    return FieldPath(tuple(match[1].split(".")), match[2], match[3])
