"""
eth_getProof: Merkle-Patricia proofs of an account and its storage words, of inclusion or absence, at any height.

Nodes are root first. One of fewer than 32 bytes travels inside its parent and is not listed, unless it is the root.
"""

from __future__ import annotations

from collections.abc import Sequence

import rlp  # type: ignore[import-untyped]
from eth.abc import BlockHeaderAPI
from eth.rlp.accounts import Account
from eth_hash.auto import keccak
from trie.hexary import HexaryTrie

from ledger.devchain.blocks import Blocks
from ledger.devchain.forms import Json, hex_data


class _Nodes(dict[bytes, bytes]):
    """The store as the mapping that `trie` reads."""

    def __init__(self, blocks: Blocks) -> None:
        super().__init__()
        self._blocks = blocks

    def __missing__(self, key: bytes) -> bytes:
        node = self._blocks.node(key)
        if node is None:
            raise KeyError(key)
        return node


def account_proof(blocks: Blocks, header: BlockHeaderAPI, address: bytes, keys: Sequence[tuple[str, int]]) -> Json:
    """geth's answer for `address` (20 bytes) and `keys`, each (as it was asked, slot number), in the order asked."""
    nodes = _Nodes(blocks)
    path = keccak(address)
    encoded, proof = walk(nodes, header.state_root, path)
    account = rlp.decode(encoded, sedes=Account) if encoded else Account()
    return {
        "address": hex_data(address),
        "accountProof": proof,
        "balance": hex(account.balance),
        "codeHash": hex_data(account.code_hash),
        "nonce": hex(account.nonce),
        "storageHash": hex_data(account.storage_root),
        "storageProof": [_storage_proof(nodes, account.storage_root, asked, slot) for asked, slot in keys],
    }


def _storage_proof(nodes: _Nodes, root: bytes, asked: str, slot: int) -> Json:
    encoded, proof = walk(nodes, root, keccak(slot.to_bytes(32, "big")))
    value = int.from_bytes(rlp.decode(encoded), "big") if encoded else 0
    return {"key": asked, "value": hex(value), "proof": proof}


def walk(nodes: dict[bytes, bytes], root: bytes, path: bytes) -> tuple[bytes, list[str]]:
    """(value at `path`, b"" when absent; the nodes that prove it in hex, root first)."""
    trie = HexaryTrie(nodes, root_hash=root)
    encoded = [rlp.encode(node) for node in trie.get_proof(path)]  # type: ignore[no-untyped-call]
    return trie.get(path), [hex_data(node) for depth, node in enumerate(encoded) if depth == 0 or len(node) >= 32]
