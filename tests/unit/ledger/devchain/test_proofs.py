"""Proofs of tries that hold nodes of fewer than 32 bytes, which hashed keys hardly ever make (test_methods.py has the others)."""

from __future__ import annotations

from eth_hash.auto import keccak
from trie.hexary import HexaryTrie

from ledger.devchain.proofs import walk


def test_a_short_node_travels_inside_its_parent_and_is_not_listed() -> None:
    nodes: dict[bytes, bytes] = {}
    trie = HexaryTrie(nodes)
    for key, value in ((b"\x11\x11", b"a"), (b"\x11\x12", b"b"), (b"\x22\x22", b"c" * 40), (b"\x33\x33", b"d" * 40)):
        trie.set(key, value)
    value, proof = walk(nodes, trie.root_hash, b"\x11\x11")
    assert (value, len(trie.get_proof(b"\x11\x11"))) == (b"a", 4)
    assert [keccak(bytes.fromhex(node[2:])) for node in proof] == [trie.root_hash]
    value, proof = walk(nodes, trie.root_hash, b"\x22\x22")
    assert (value, len(proof)) == (b"c" * 40, 2)
    assert keccak(bytes.fromhex(proof[1][2:])) in bytes.fromhex(proof[0][2:])


def test_a_short_root_is_listed_because_it_has_no_parent() -> None:
    nodes: dict[bytes, bytes] = {}
    trie = HexaryTrie(nodes)
    trie.set(b"\x11", b"a")
    value, proof = walk(nodes, trie.root_hash, b"\x11")
    assert value == b"a" and len(proof) == 1 and len(bytes.fromhex(proof[0][2:])) < 32
    assert walk(nodes, trie.root_hash, b"\x12") == (b"", proof)
