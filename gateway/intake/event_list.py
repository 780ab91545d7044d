"""
The events of a large document, found in its bytes and read one at a time, so that memory does not grow with the document.

A scanner finds where the elements of /epcisBody/eventList begin and end; it honours strings and nesting and judges nothing else.
What it finds is trusted with nothing: the document without the list and each element are read strictly on their own, and the
whole is strict JSON exactly when all of them are, for commas and brackets outside strings are all that was cut at.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Any, Final, overload

from certs.limits import LIMITS
from gateway.errors import Refused
from gateway.intake.strict import read_value

MAX_ELEMENT_BYTES: Final = 1_048_576  # as submitted; in canonical form an event may have 64 KiB
_LIST_DEPTH: Final = 3  # the document, its epcisBody, its eventList
# Possessive, and an unclosed string still matches: linear on any input.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},:]', re.DOTALL)
_SPACE = re.compile(rb"[ \t\n\r]*")
_BODY: Final = b'"epcisBody"'
_LIST: Final = b'"eventList"'


@dataclass(frozen=True, slots=True)
class Place:
    """Where the list's elements lie: `bounds` holds begin and end of each, `end` is the place of the closing bracket.

    `count` is how many elements there are; beyond the limit they are counted and have no bounds.
    """

    begin: int
    end: int
    count: int
    bounds: array[int]


class EventList(Sequence[Any]):
    """The elements of a list, each read strictly whenever it is asked for: asking raises `Refused` with a `json.*` code."""

    def __init__(self, raw: bytes | mmap, bounds: array[int]) -> None:
        self._raw = raw
        self._bounds = bounds

    def __len__(self) -> int:
        return len(self._bounds) // 2

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        at = range(len(self))[index]
        if isinstance(at, range):
            return [self[i] for i in at]
        begin, end = self._bounds[2 * at : 2 * at + 2]
        return read_value(self._raw[begin:end], max_values=MAX_ELEMENT_BYTES, max_depth=LIMITS.depth - _LIST_DEPTH)

    def too_long(self) -> list[int]:
        """The indexes of elements that are not read because of their size in bytes."""
        ends = zip(self._bounds[::2], self._bounds[1::2], strict=True)
        return [index for index, (begin, end) in enumerate(ends) if end - begin > MAX_ELEMENT_BYTES]


def find_event_list(raw: bytes | mmap, *, max_events: int) -> Place | None:
    """Where the elements of /epcisBody/eventList lie, or None where the list is not there or not plainly named.

    Raises `Refused` `json.syntax` for a list that is never closed.
    """
    tokens = _TOKEN.finditer(raw)
    begin = _find_begin(tokens)
    return None if begin is None else _find_elements(raw, tokens, begin, max_events)


def _find_begin(tokens: Iterator[re.Match[bytes]]) -> int | None:
    """Where the list begins, after its bracket. Only a name that is written without escapes is found."""
    depth, inside, name, text = 0, False, b"", b""
    for match in tokens:
        token = match.group()
        if token == b":":
            name = text
        elif token == b"[" and depth == 2 and inside and name == _LIST:
            return match.end()
        elif token in b"{[":
            if depth == 1:
                inside = token == b"{" and name == _BODY
            depth += 1
        elif token in b"}]":
            depth -= 1
        else:
            text = token
    return None


def _find_elements(raw: bytes | mmap, tokens: Iterator[re.Match[bytes]], begin: int, max_events: int) -> Place:
    bounds = array("Q")
    depth, count, since = 0, 0, begin
    for match in tokens:
        token = match.group()
        if token in b"{[":
            depth += 1
        elif token in b"}]" and depth:
            depth -= 1
        elif not depth and token in b",}]":
            at = match.start()
            is_empty = token != b"," and not count and _blank(raw, since, at)
            if not is_empty:
                count += 1
                if count <= max_events:
                    bounds.extend((since, at))
            if token != b",":
                return Place(begin, at, count, bounds)
            since = match.end()
    raise Refused("json.syntax")


def _blank(raw: bytes | mmap, begin: int, end: int) -> bool:
    return _SPACE.fullmatch(raw, begin, end) is not None
