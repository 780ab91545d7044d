"""Slots are what Solidity computes: compared with eth_abi and another keccak."""

from eth_abi.abi import encode
from eth_hash.auto import keccak

from certs.slots import (
    CONSORTIUM_SET_SLOT,
    anchor_slots,
    batch_status_slot,
    code_status_slot,
    code_word,
    leaf_status_slot,
    member_word,
)

USCC = "11310000TE5TB0040K"
MEMBER = USCC.encode() + bytes(14)


def mapped(key: bytes) -> bytes:
    return keccak(encode(["bytes32", "uint256"], [key, 0]))


def test_an_anchor_has_two_neighbouring_slots() -> None:
    base = mapped(keccak(encode(["bytes32", "uint64"], [MEMBER, 12])))
    assert anchor_slots(USCC, 12) == (base, (int.from_bytes(base, "big") + 1).to_bytes(32, "big"))


def test_status_words_of_leaf_batch_and_code_have_kinds_1_2_3() -> None:
    assert leaf_status_slot(USCC, 12, 345) == mapped(
        keccak(encode(["uint8", "bytes32", "uint64", "uint64"], [1, MEMBER, 12, 345]))
    )
    assert batch_status_slot(USCC, 12) == mapped(keccak(encode(["uint8", "bytes32", "uint64"], [2, MEMBER, 12])))
    assert code_status_slot(b"\x09" * 32) == mapped(keccak(encode(["uint8", "bytes32"], [3, b"\x09" * 32])))


def test_the_set_commitment_is_slot_0_and_words_are_padded_on_the_right() -> None:
    assert bytes(32) == CONSORTIUM_SET_SLOT
    assert member_word(USCC) == MEMBER
    assert code_word("COM") == b"COM\0\0\0\0\0"
