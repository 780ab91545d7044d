"""
RLP (Yellow Paper, appendix B), strictly: one item, one spelling, nothing after it.

Refused: trailing or missing bytes, a length that could be shorter, a prefix before a single byte below 0x80, nesting deeper than
64, integers with leading zeros. Decoding does not recurse, so no input can exhaust the stack; it is linear in its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from certs.errors import VerificationError

Item: TypeAlias = "bytes | list[Item]"
Encodable: TypeAlias = "bytes | Sequence[Encodable]"

MAX_DEPTH = 64  # lists inside lists; Ethereum's own structures need five


def decode(raw: bytes) -> Item:
    """The one item `raw` spells.

    Raises VerificationError: `evm.rlp.short`, `.trailing`, `.length`, `.single` or `.depth`.
    """
    outer: list[Item] = []
    filling = [(outer, len(raw))]  # the lists being filled, each with the offset where it ends
    at = 0
    while filling:
        items, end = filling[-1]
        if at == end:
            filling.pop()
            continue
        if items is outer and outer:
            raise VerificationError("evm.rlp.trailing")
        is_list, at, stop = _span(raw, at, end)
        if not is_list:
            items.append(raw[at:stop])
            at = stop
            continue
        if len(filling) > MAX_DEPTH:
            raise VerificationError("evm.rlp.depth")
        inner: list[Item] = []
        items.append(inner)
        filling.append((inner, stop))
    if not outer:
        raise VerificationError("evm.rlp.short")
    return outer[0]


def _span(raw: bytes, at: int, end: int) -> tuple[bool, int, int]:
    """Of the item at offset `at`: whether it is a list, where its payload starts, and where it stops (at most `end`)."""
    first = raw[at]
    if first < 0x80:
        return False, at, at + 1
    is_list = first >= 0xC0
    size = first - (0xC0 if is_list else 0x80)
    start = at + 1
    if size > 55:
        start += size - 55
        length = raw[at + 1 : min(start, end)]
        if at + 1 + len(length) < start:
            raise VerificationError("evm.rlp.short")
        size = int.from_bytes(length, "big")
        if length[0] == 0 or size <= 55:
            raise VerificationError("evm.rlp.length")
    if start + size > end:
        raise VerificationError("evm.rlp.short")
    if not is_list and size == 1 and raw[start] < 0x80:
        raise VerificationError("evm.rlp.single")
    return is_list, start, start + size


def encode(item: Encodable) -> bytes:
    """The canonical spelling of `item`; `encode(decode(raw)) == raw`. Raises VerificationError `evm.rlp.depth`."""
    return _encode(item, 0)


def _encode(item: Encodable, depth: int) -> bytes:
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _prefix(0x80, len(item)) + item
    if depth >= MAX_DEPTH:
        raise VerificationError("evm.rlp.depth")
    payload = b"".join(_encode(part, depth + 1) for part in item)
    return _prefix(0xC0, len(payload)) + payload


def _prefix(base: int, size: int) -> bytes:
    if size <= 55:
        return bytes([base + size])
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(length)]) + length


def to_uint(item: Item, max_bytes: int, field: str = "") -> int:
    """The integer an item spells: big endian, no leading zeros, zero is the empty string, at most `max_bytes` bytes.

    Raises VerificationError: `evm.rlp.kind` (a list), `evm.rlp.size` (too long) or `evm.rlp.integer` (leading zeros).
    """
    raw = to_bytes(item, None, field)
    if len(raw) > max_bytes:
        raise VerificationError("evm.rlp.size", field)
    if raw[:1] == b"\0":
        raise VerificationError("evm.rlp.integer", field)
    return int.from_bytes(raw, "big")


def to_bytes(item: Item, size: int | None, field: str = "") -> bytes:
    """The byte string an item is, of exactly `size` bytes (None: any). Raises VerificationError `evm.rlp.kind`, `.size`."""
    if not isinstance(item, bytes):
        raise VerificationError("evm.rlp.kind", field)
    if size is not None and len(item) != size:
        raise VerificationError("evm.rlp.size", field)
    return item


def to_list(item: Item, count: int | None, field: str = "") -> list[Item]:
    """The list an item is, of exactly `count` items (None: any). Raises VerificationError `evm.rlp.kind` or `evm.rlp.count`."""
    if isinstance(item, bytes):
        raise VerificationError("evm.rlp.kind", field)
    if count is not None and len(item) != count:
        raise VerificationError("evm.rlp.count", field)
    return item
