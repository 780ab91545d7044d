"""
Storage slots of the three contracts (PROTOCOL.md §5), as 32-byte keys before the trie hashes them.

AnchorLog and StatusRegistry each keep one mapping at slot 0; a mapping entry lives at keccak256(abi.encode(key, uint256(0))).
"""

from __future__ import annotations

from certs.evm.keccak import keccak256

CONSORTIUM_SET_SLOT = bytes(32)
LEAF_KIND, BATCH_KIND, CODE_KIND = 1, 2, 3


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def member_word(uscc: str) -> bytes:
    """bytes32 of a member: the 18 ASCII characters of its USCC, then 14 zero bytes."""
    return uscc.encode("ascii").ljust(32, b"\0")


def code_word(code: str) -> bytes:
    """bytes8 of a member's code: its ASCII characters, then zero bytes."""
    return code.encode("ascii").ljust(8, b"\0")


def _entry(key: bytes) -> bytes:
    return keccak256(key + bytes(32))


def anchor_slots(member: str, seq: int) -> tuple[bytes, bytes]:
    """The two slots of AnchorLog's entry (member, seq): the root, and the packed word."""
    base = _entry(keccak256(member_word(member) + _word(seq)))
    return base, _word((int.from_bytes(base, "big") + 1) % 2**256)


def leaf_status_slot(member: str, seq: int, index: int) -> bytes:
    """StatusRegistry's slot of one leaf: key = keccak256(abi.encode(uint8(1), member, seq, index))."""
    return _entry(keccak256(_word(LEAF_KIND) + member_word(member) + _word(seq) + _word(index)))


def batch_status_slot(member: str, seq: int) -> bytes:
    """StatusRegistry's slot of one batch: key = keccak256(abi.encode(uint8(2), member, seq))."""
    return _entry(keccak256(_word(BATCH_KIND) + member_word(member) + _word(seq)))


def code_status_slot(code_key: bytes) -> bytes:
    """StatusRegistry's slot of one code key: key = keccak256(abi.encode(uint8(3), codeKey))."""
    return _entry(keccak256(_word(CODE_KIND) + code_key))
