"""
Reading parsed JSON by form: names, types, ranges and hex (PROTOCOL.md §2), each fault with its JSON pointer.

Every function takes the value and its pointer and returns the typed value; all raise `MalformedCertificate`. Unknown names are
refused: a field that one verifier reads and another ignores is how forgeries pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise
from typing import Any

from certs.errors import MalformedCertificate
from certs.limits import MAX_SAFE_INTEGER

_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")


def record(value: Any, at: str, *, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """An object with exactly these names. Raises `form.type`, `form.missing`, `form.unknown`."""
    if not isinstance(value, dict):
        raise MalformedCertificate("form.type", at)
    for name in required:
        if name not in value:
            raise MalformedCertificate("form.missing", f"{at}/{name}")
    if any(name not in required and name not in optional for name in value):
        raise MalformedCertificate("form.unknown", at)
    return value


def free_object(value: Any, at: str) -> dict[str, Any]:
    """An object whose names are not ours to know (an event). Raises `form.type`."""
    if not isinstance(value, dict):
        raise MalformedCertificate("form.type", at)
    return value


def array(value: Any, at: str, *, least: int = 0, most: int | None = None) -> list[Any]:
    """A list of so many values. Raises `form.type`, `form.length`."""
    if not isinstance(value, list):
        raise MalformedCertificate("form.type", at)
    if len(value) < least or (most is not None and len(value) > most):
        raise MalformedCertificate("form.length", at)
    return value


def text(value: Any, at: str) -> str:
    """A string. Raises `form.type`."""
    if not isinstance(value, str):
        raise MalformedCertificate("form.type", at)
    return value


def printable(value: Any, at: str) -> str:
    """A text that people are shown beside a verdict: no control, format or separator character but the space.

    Raises `form.type`, `form.printable`: a name that moves a terminal's cursor could rewrite the fingerprint beside it.
    """
    if not text(value, at).isprintable():
        raise MalformedCertificate("form.printable", at)
    return str(value)


def uint(value: Any, at: str, *, least: int = 0) -> int:
    """An integer from `least` to 2^53−1; `true` is not one. Raises `form.type`, `form.range`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedCertificate("form.type", at)
    if not least <= value <= MAX_SAFE_INTEGER:
        raise MalformedCertificate("form.range", at)
    return value


def hex_bytes(value: Any, at: str, *, length: int | None = None) -> bytes:
    """Lower-case `0x` hex of whole bytes. Raises `form.type`, `form.hex`, `form.length`."""
    if _HEX.fullmatch(text(value, at)) is None:
        raise MalformedCertificate("form.hex", at)
    raw = bytes.fromhex(value[2:])
    if length is not None and len(raw) != length:
        raise MalformedCertificate("form.length", at)
    return raw


def ascending(values: list[Any], at: str) -> None:
    """Raises `form.order` unless the values are strictly ascending: sorted, and none twice."""
    if any(not before < after for before, after in pairwise(values)):
        raise MalformedCertificate("form.order", at)
