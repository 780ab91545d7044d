"""Strict JSON from request bodies, with the codes that a sender sees for what is wrong with the bytes."""

from __future__ import annotations

import re
from typing import Any, Final

from certs.canonical import parse
from certs.errors import MalformedCertificate
from certs.limits import LIMITS
from gateway.errors import Refused

# Possessive, and an unclosed string still matches: linear on any input.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
# The codes a submitter sees (data/hostile/expected.json names them) for those of certs.
_JSON_CODES: Final = {
    "json.encoding": "json.not_utf8",
    "json.depth": "json.too_deep",
    "json.duplicate": "json.duplicate_key",
    "json.surrogate": "json.lone_surrogate",
    "json.number": "json.number_out_of_range",
    "json.values": "json.too_many_values",
    "json.nul": "text.nul",
    "json.string": "text.too_long",
}


def read_object(raw: bytes, *, max_values: int) -> dict[str, Any]:
    """The object that a request's bytes, which the route has counted, hold. Raises `Refused` with a `json.*` or `text.*` code."""
    if not raw.strip():
        raise Refused("json.empty")
    value = read_value(raw, max_values=max_values)
    if not isinstance(value, dict):
        raise Refused("json.not_object")
    return value


def read_value(raw: bytes, *, max_values: int, max_depth: int = LIMITS.depth) -> Any:
    """The value that strict JSON holds. Raises `Refused` with a `json.*` or `text.*` code."""
    try:
        return parse(raw, max_bytes=len(raw), max_values=max_values, max_depth=max_depth)
    except MalformedCertificate as error:
        code = error.code
        if code == "json.number" and _has_constant(raw):
            raise Refused("json.non_finite_number") from None
        raise Refused(_JSON_CODES.get(code, code)) from None


def _has_constant(raw: bytes) -> bool:
    """Whether NaN or Infinity stands outside strings: certs calls every bad number `json.number`."""
    outside = _STRING.sub('""', raw.decode("utf-8"))
    return "NaN" in outside or "Infinity" in outside
