"""
RFC 9162 Merkle trees over certificate leaves.

Leaves are hashed by their own rules (0x00 records, 0x03 items); a node is H(0x01 ‖ left ‖ right). Positions matter, and an
odd node is promoted, never duplicated (CVE-2012-2459). A path proves under a size that the caller takes from the proven log
or leaf, never from the proof: with the size left free other (index, size) pairs verify too. Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Sequence

from certs.errors import VerificationError
from certs.suites import HASH_BYTES, HashFunction


def tree_levels(leaves: Sequence[bytes], h: HashFunction) -> list[list[bytes]]:
    """All levels of the tree, leaves first, root last (RFC 9162 §2.1.1). An odd last node is carried up as it is.

    Raises `ValueError` for no leaves: an empty batch is never closed.
    """
    if not leaves:
        raise ValueError("a tree needs at least one leaf")
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [h(b"\x01" + below[i] + below[i + 1]) for i in range(0, len(below) - 1, 2)]
        if len(below) % 2:
            above.append(below[-1])
        levels.append(above)
    return levels


def root_of(leaves: Sequence[bytes], h: HashFunction) -> bytes:
    """The root, 32 bytes. Raises `ValueError` for no leaves."""
    return tree_levels(leaves, h)[-1][0]


def path_from(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The inclusion path of leaf `index`, lowest sibling first (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < len(levels[0]):
        raise IndexError(index)
    path = []
    for level in levels[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        index >>= 1
    return path


def path_length(index: int, size: int) -> int:
    """How many hashes a path for `index` in a tree of `size` leaves has: its tree is not always full."""
    length, last = 0, size - 1
    while last > 0:
        if index % 2 or index < last:
            length += 1
        index >>= 1
        last >>= 1
    return length


def verify_inclusion(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes, h: HashFunction) -> None:
    """Checks that `leaf` is number `index` of the `size` leaves under `root` (RFC 9162 §2.1.3.2).

    Raises `VerificationError`: `merkle.index`, `merkle.length` (before any hash is computed), `merkle.root`.
    """
    if not 0 <= index < size:
        raise VerificationError("merkle.index", "/index")
    if len(path) != path_length(index, size) or any(len(p) != HASH_BYTES for p in path):
        raise VerificationError("merkle.length", "/path")
    node, last = leaf, size - 1
    rest = iter(path)
    while last > 0:
        if index % 2:
            node = h(b"\x01" + next(rest) + node)
        elif index < last:
            node = h(b"\x01" + node + next(rest))
        index >>= 1
        last >>= 1
    if node != root:
        raise VerificationError("merkle.root", "/path")
