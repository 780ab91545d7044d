"""
Accounts and storage words under a state root (Yellow Paper §4.1), each present or proven absent.

Keys are hashed before the walk. Refused: a stored zero (Ethereum deletes it instead), numbers with leading zeros, extra fields.
"""

from __future__ import annotations

from dataclasses import dataclass

from certs.errors import VerificationError
from certs.evm.keccak import keccak256
from certs.evm.rlp import decode, to_bytes, to_list, to_uint
from certs.evm.trie import NodeSet


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `storage_root` and `code_hash` are 32 bytes, `balance` is in wei."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


def account(nodes: NodeSet, state_root: bytes, address: bytes) -> Account | None:
    """The account at a 20-byte address, None when proven absent.

    Raises what `NodeSet.get` raises, and VerificationError `evm.rlp.*` when the stored value is not an account.
    """
    raw = nodes.get(state_root, keccak256(address))
    if raw is None:
        return None
    nonce, balance, storage_root, code_hash = to_list(decode(raw), 4, "account")
    return Account(
        nonce=to_uint(nonce, 8, "account.nonce"),
        balance=to_uint(balance, 32, "account.balance"),
        storage_root=to_bytes(storage_root, 32, "account.storageRoot"),
        code_hash=to_bytes(code_hash, 32, "account.codeHash"),
    )


def storage_word(nodes: NodeSet, storage_root: bytes, slot: bytes) -> bytes | None:
    """The 32-byte word at a 32-byte slot, None when proven absent (that is, zero).

    Raises what `NodeSet.get` raises, VerificationError `evm.state.zero`, and `evm.rlp.*` when the value is not an integer of at
    most 32 bytes.
    """
    raw = nodes.get(storage_root, keccak256(slot))
    if raw is None:
        return None
    value = to_uint(decode(raw), 32, "word")
    if value == 0:
        raise VerificationError("evm.state.zero")
    return value.to_bytes(32, "big")
