"""
The two spellings of JSON-RPC, quantities and data, read strictly and written.

A node's `0x01` for a quantity, odd or upper-case data and wrong lengths are refused as `NodeContradicts`: nothing is guessed.
"""

from __future__ import annotations

import re
from typing import Any

from ledger.errors import NodeContradicts

_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})\Z")
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z")  # GoQuorum and Besu give checksummed addresses in places


def quantity(value: Any, field: str) -> int:
    """The integer of a JSON-RPC quantity (0 … 2^256−1). Raises `NodeContradicts`."""
    if not isinstance(value, str) or not _QUANTITY.match(value):
        raise NodeContradicts("ledger.node.form", field)
    return int(value, 16)


def data_bytes(value: Any, field: str, *, length: int | None = None) -> bytes:
    """The bytes of JSON-RPC data, exactly `length` of them when given. Raises `NodeContradicts`."""
    if not isinstance(value, str) or not _DATA.match(value):
        raise NodeContradicts("ledger.node.form", field)
    raw = bytes.fromhex(value[2:])
    if length is not None and len(raw) != length:
        raise NodeContradicts("ledger.node.form", field)
    return raw


def to_quantity(value: int) -> str:
    """`0x`, lower-case hex, no leading zeros."""
    return hex(value)


def to_data(raw: bytes) -> str:
    """`0x` and two lower-case hex digits a byte."""
    return "0x" + raw.hex()


def field_of(answer: Any, name: str) -> Any:
    """`answer[name]` of a JSON object; a missing name and a non-object are `NodeContradicts`."""
    if not isinstance(answer, dict) or name not in answer:
        raise NodeContradicts("ledger.node.form", name)
    return answer[name]


def list_of(answer: Any, name: str) -> list[Any]:
    """`answer[name]` of a JSON object where it is an array, else `NodeContradicts`."""
    value = field_of(answer, name)
    if not isinstance(value, list):
        raise NodeContradicts("ledger.node.form", name)
    return value
