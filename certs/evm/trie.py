"""
Merkle-Patricia proofs: from a root, by hash, to a value or to proven absence (PROTOCOL.md §4; Yellow Paper, appendix D).

One walk serves receipts, transactions, accounts and storage. Every node on the way must be canonical: exact item counts, minimal
hex-prefix, a branch with at least two entries, an extension that leads to a branch, nodes under 32 bytes inside their parent.
A node that is not there is `MissingNode`: the proof does not say, which is not the same as saying no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from certs.errors import VerificationError
from certs.evm.keccak import keccak256
from certs.evm.rlp import Item, decode, encode, to_bytes, to_list
from certs.limits import LIMITS

EMPTY_ROOT = keccak256(b"\x80")


class MissingNode(VerificationError):
    """The walk needs a node that the set does not hold: neither presence nor absence is proven."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: bytes  # one nibble a byte
    value: bytes


@dataclass(frozen=True, slots=True)
class _Extension:
    path: bytes
    child: Item


@dataclass(frozen=True, slots=True)
class _Branch:
    children: list[Item]
    value: bytes


_Node: TypeAlias = "_Leaf | _Extension | _Branch"


class NodeSet:
    """The nodes of one proof package, found by their Keccak-256; it remembers which of them a walk has visited."""

    def __init__(self, nodes: Sequence[bytes]) -> None:
        """Raises VerificationError `evm.trie.node-size`. Order and repetition are form and belong to whoever parsed the file."""
        if any(len(node) > LIMITS.node_bytes for node in nodes):
            raise VerificationError("evm.trie.node-size")
        self._raw = {keccak256(node): node for node in nodes}
        self._visited: dict[bytes, _Node] = {}

    def unused(self) -> int:
        """How many distinct nodes no walk has visited."""
        return len(self._raw) - len(self._visited)

    def get(self, root: bytes, key: bytes) -> bytes | None:
        """The value under `key`, or None when the nodes prove that there is none.

        `key` is walked as it is: hashing it first, as state and storage do, is the caller's.
        Raises MissingNode `evm.trie.missing`; VerificationError `evm.trie.*`, `evm.rlp.*` when a node on the way is not
        canonical.
        """
        if root == EMPTY_ROOT:
            return None
        rest = _nibbles(key)
        node = self._load(root)
        while not isinstance(node, _Leaf):
            child: Item
            if isinstance(node, _Extension):
                if not rest.startswith(node.path):
                    return None
                rest, child = rest[len(node.path) :], node.child
            elif not rest:
                return node.value or None
            else:
                rest, child = rest[1:], node.children[rest[0]]
            if child == b"":
                return None
            below = self._follow(child)
            if isinstance(node, _Extension) and not isinstance(below, _Branch):
                raise VerificationError("evm.trie.extension")
            node = below
        return node.value if node.path == rest else None

    def _follow(self, child: Item) -> _Node:
        if not isinstance(child, bytes):
            return _node(child)
        node = self._load(child)
        if len(self._raw[child]) < 32:
            raise VerificationError("evm.trie.short-node")
        return node

    def _load(self, digest: bytes) -> _Node:
        if digest not in self._visited:
            if digest not in self._raw:
                raise MissingNode("evm.trie.missing")
            self._visited[digest] = _node(decode(self._raw[digest]))
        return self._visited[digest]


def _node(item: Item) -> _Node:
    items = to_list(item, None, "node")
    if len(items) == 17:
        return _branch(items)
    if len(items) != 2:
        raise VerificationError("evm.trie.node")
    is_leaf, path = _hex_prefix(to_bytes(items[0], None, "node.path"))
    if is_leaf:
        value = to_bytes(items[1], None, "node.value")
        if not value:
            raise VerificationError("evm.trie.value")
        return _Leaf(path, value)
    if not path or items[1] == b"":
        raise VerificationError("evm.trie.extension")
    _check_reference(items[1])
    return _Extension(path, items[1])


def _branch(items: list[Item]) -> _Branch:
    value = to_bytes(items[16], None, "node.value")
    # A branch with fewer than two entries would have been folded into its neighbour.
    if sum(item != b"" for item in items) < 2:
        raise VerificationError("evm.trie.branch")
    for child in items[:16]:
        if child != b"":
            _check_reference(child)
    return _Branch(items[:16], value)


def _check_reference(child: Item) -> None:
    """A child is the 32-byte hash of a node, or the node itself where that takes less than 32 bytes."""
    if isinstance(child, bytes):
        if len(child) != 32:
            raise VerificationError("evm.trie.reference")
    elif len(encode(child)) >= 32:
        raise VerificationError("evm.trie.embedded")


def _hex_prefix(raw: bytes) -> tuple[bool, bytes]:
    """Whether the path ends at a leaf, and its nibbles (Yellow Paper, appendix C: flag 2 is a leaf, flag 1 an odd count)."""
    nibbles = _nibbles(raw)
    if not nibbles or nibbles[0] > 3 or (nibbles[0] % 2 == 0 and nibbles[1] != 0):
        raise VerificationError("evm.trie.hex-prefix")
    return nibbles[0] >= 2, nibbles[1 if nibbles[0] % 2 else 2 :]


def _nibbles(raw: bytes) -> bytes:
    return bytes(nibble for byte in raw for nibble in (byte >> 4, byte & 15))
