"""
Block headers: 15 fields, 16 from London on, up to 32 for what later forks add (PROTOCOL.md §6).

Positions and lengths are fixed, integers are canonical. What extraData means is the engine's (certs/consensus); nothing here
says whether anybody signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from certs.errors import VerificationError
from certs.evm.rlp import Item, decode, encode, to_bytes, to_list, to_uint
from certs.limits import MAX_SAFE_INTEGER

EXTRA_DATA = 12
# Name and size of each field: exact bytes, or at most so many bytes of an integer.
_FIXED = {
    0: ("parentHash", 32), 1: ("ommersHash", 32), 2: ("beneficiary", 20), 3: ("stateRoot", 32), 4: ("transactionsRoot", 32),
    5: ("receiptsRoot", 32), 6: ("logsBloom", 256), 13: ("mixHash", 32), 14: ("nonce", 8),
}  # fmt: skip
_INTEGERS = {
    7: ("difficulty", 32), 8: ("number", 8), 9: ("gasLimit", 8), 10: ("gasUsed", 8), 11: ("timestamp", 8), 15: ("baseFee", 32),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """One header as read. Two headers are equal when their bytes are; `timestamp` is seconds since 1970."""

    raw: bytes
    items: tuple[bytes, ...] = field(compare=False, repr=False)
    parent_hash: bytes = field(compare=False)
    beneficiary: bytes = field(compare=False)
    state_root: bytes = field(compare=False)
    transactions_root: bytes = field(compare=False)
    receipts_root: bytes = field(compare=False)
    number: int = field(compare=False)
    timestamp: int = field(compare=False)
    extra_data: bytes = field(compare=False, repr=False)

    def encoded_with(self, extra_data: bytes) -> bytes:
        """RLP of this header with other extraData: what hashes and seals are taken over."""
        return encode([*self.items[:EXTRA_DATA], extra_data, *self.items[EXTRA_DATA + 1 :]])


def parse_header(raw: bytes) -> Header:
    """One raw RLP header.

    Raises VerificationError: `evm.rlp.*`, `evm.header.fields` (not 15–32) or `evm.header.range` (number or timestamp ≥ 2^53).
    """
    fields = to_list(decode(raw), None, "header")
    if not 15 <= len(fields) <= 32:
        raise VerificationError("evm.header.fields")
    items = tuple(_checked(fields, at) for at in range(len(fields)))
    number, timestamp = (int.from_bytes(items[at], "big") for at in (8, 11))
    if max(number, timestamp) > MAX_SAFE_INTEGER:
        raise VerificationError("evm.header.range")
    return Header(
        raw=raw,
        items=items,
        parent_hash=items[0],
        beneficiary=items[2],
        state_root=items[3],
        transactions_root=items[4],
        receipts_root=items[5],
        number=number,
        timestamp=timestamp,
        extra_data=items[EXTRA_DATA],
    )


def _checked(fields: Sequence[Item], at: int) -> bytes:
    if at in _INTEGERS:
        name, size = _INTEGERS[at]
        to_uint(fields[at], size, f"header.{name}")
    name, length = _FIXED.get(at, ("extraData" if at == EXTRA_DATA else str(at), None))
    return to_bytes(fields[at], length, f"header.{name}")
