"""
Strict JSON in, RFC 8785 (JCS) out (PROTOCOL.md §2).

Everything a stranger hands us is read here and nowhere else: UTF-8 without BOM, no duplicate names, no lone surrogates, no
U+0000, no `__proto__`, bounded depth, sizes and number lexemes. A number is an IEEE double whose RFC 8785 text has exactly the
lexeme's value; integral numbers come back as `int`, others as `float`. Only `MalformedCertificate` is raised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

import rfc8785

from certs.errors import MalformedCertificate
from certs.limits import LIMITS, MAX_SAFE_INTEGER

_PLAIN_INTEGER = re.compile(r"-?[1-9][0-9]{0,14}|0")
# Possessive, and an unclosed string still matches: linear on any input.
_SEPARATORS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|,', re.DOTALL)
_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def _refuse(code: str) -> NoReturn:
    raise MalformedCertificate(code)


def parse(
    raw: bytes, *, max_bytes: int = LIMITS.file_bytes, max_values: int = LIMITS.file_values, max_depth: int = LIMITS.depth
) -> Any:
    """The value of strict JSON `raw`; checks run in the order size, encoding, depth, commas, syntax and
    numbers, strings and count.

    Raises `MalformedCertificate` with a `json.*` code, whatever the bytes.
    """
    if len(raw) > max_bytes:
        _refuse("json.size")
    if raw.startswith(b"\xef\xbb\xbf"):
        _refuse("json.bom")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("json.encoding")
    if nesting(raw, enough=max_depth + 1) > max_depth:
        _refuse("json.depth")
    if _separators(raw, enough=max_values) >= max_values:  # before anything is built: a list of n values has n − 1 commas
        _refuse("json.values")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant)
    except RecursionError:  # unbalanced brackets that the scan counted as shallow cannot get here; a deep caller's stack can
        _refuse("json.depth")
    except ValueError:
        _refuse("json.syntax")
    _check_values(value, max_values)
    return value


def parse_canonical(raw: bytes, **limits: int) -> Any:
    """As `parse`, and the bytes must be the RFC 8785 form of their own value (`json.canonical` otherwise)."""
    value = parse(raw, **limits)
    if canonical(value) != raw:
        _refuse("json.canonical")
    return value


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Raises `MalformedCertificate` for a value JSON or JCS cannot carry.

    rfc8785 0.1.4 lets UnicodeEncodeError (a lone surrogate in a name) and RecursionError out: they are ours to catch.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError, TypeError):
        _refuse("json.canonical")


def nesting(raw: bytes, *, enough: int | None = None) -> int:
    """The deepest bracket nesting of JSON text, found without recursion; strings are skipped.

    It stops looking at `enough`, and where the outermost value ends: what follows is no JSON.
    """
    depth = deepest = 0
    for match in _STRUCTURE.finditer(raw):
        first = match.group()[:1]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest == enough:
                break
        elif first in b"]}":
            depth -= 1
            if depth <= 0:
                break
    return deepest


def _separators(raw: bytes, *, enough: int) -> int:
    """How many commas stand outside strings, counted no further than `enough`."""
    if raw.count(b",") < enough:
        return 0
    count = 0
    for match in _SEPARATORS.finditer(raw):
        count += match.group() == b","
        if count >= enough:
            break
    return count


def count_values(value: Any) -> int:
    """How many values a parsed JSON value has: every object, array and scalar counts as one, names do not."""
    return sum(1 for _ in _walk(value))


def _walk(value: Any) -> Iterator[Any]:
    pending = [value]
    while pending:
        item = pending.pop()
        yield item
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _check_values(value: Any, max_values: int) -> None:
    for count, item in enumerate(_walk(value), start=1):
        if count > max_values:
            _refuse("json.values")
        if isinstance(item, str):
            _check_string(item)
        elif isinstance(item, dict):
            for name in item:
                _check_string(name)


def _check_string(text: str) -> None:
    if not text.isascii() and _SURROGATE.search(text):
        _refuse("json.surrogate")
    if "\0" in text:
        _refuse("json.nul")
    if len(text) * 4 > LIMITS.string_bytes and len(text.encode()) > LIMITS.string_bytes:
        _refuse("json.string")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        _refuse("json.duplicate")
    if "__proto__" in value:  # an object key in JavaScript sets the prototype instead: two verifiers would disagree
        _refuse("json.proto")
    return value


def _constant(_: str) -> NoReturn:
    _refuse("json.number")


def _integer(lexeme: str) -> int | float:
    return int(lexeme) if _PLAIN_INTEGER.fullmatch(lexeme) else _number(lexeme)


def _number(lexeme: str) -> int | float:
    if len(lexeme) > LIMITS.number_chars:
        _refuse("json.number")
    value = float(lexeme)
    if value == 0:
        mantissa = re.split("[eE]", lexeme)[0]
        if lexeme.startswith("-") or any(digit in "123456789" for digit in mantissa):
            _refuse("json.number")
        return 0
    if value in (float("inf"), float("-inf")):
        _refuse("json.number")
    if value.is_integer():
        if abs(value) > MAX_SAFE_INTEGER:
            _refuse("json.number")
        return _exact(lexeme, str(int(value)), int(value))
    return _exact(lexeme, rfc8785.dumps(value).decode(), value)


def _exact(lexeme: str, shortest: str, value: int | float) -> int | float:
    """`value` when the lexeme's exact decimal value is that of its RFC 8785 text: what was signed is what was written."""
    if Decimal(lexeme) != Decimal(shortest):
        _refuse("json.number")
    return value
