"""
Typed envelopes (EIP-2718), the same for transactions and receipts: a bare RLP list is type 0, else one type byte and a list.

Types 0, 1 (EIP-2930) and 2 (EIP-1559) are known; every other is refused, because a new type may mean its fields differently.
"""

from __future__ import annotations

from certs.errors import VerificationError
from certs.evm.rlp import Item, decode, to_list


def open_envelope(raw: bytes) -> tuple[int, list[Item]]:
    """The type (0, 1 or 2) and the fields. Raises VerificationError `evm.envelope.type` or `evm.rlp.*`."""
    first = raw[0] if raw else 0
    if first >= 0xC0:
        return 0, to_list(decode(raw), None, "envelope")
    if first not in (1, 2):
        raise VerificationError("evm.envelope.type")
    return first, to_list(decode(raw[1:]), None, "envelope")
