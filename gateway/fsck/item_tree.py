"""The root of an item tree over units that come one by one: what `certs.merkle` gives, with log n hashes in memory."""

from __future__ import annotations

from certs.record import item_leaf
from certs.suites import HashFunction


class GrowingTree:
    """A tree (RFC 9162 §2.1.1) that grows unit by unit. `size` is the position after the last one."""

    def __init__(self, h: HashFunction) -> None:
        self._h = h
        self._whole: list[tuple[int, bytes]] = []  # whole subtrees from the left: (height, root), heights falling
        self.size = 0

    def add(self, salt: bytes, code: str) -> None:
        """The next unit."""
        height, node = 0, item_leaf(salt, code, self._h)
        while self._whole and self._whole[-1][0] == height:
            node, height = self._h(b"\x01" + self._whole.pop()[1] + node), height + 1
        self._whole.append((height, node))
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far. Raises `ValueError` for none."""
        if not self._whole:
            raise ValueError("a tree needs at least one leaf")
        node = self._whole[-1][1]
        for _, left in reversed(self._whole[:-1]):
            node = self._h(b"\x01" + left + node)
        return node
