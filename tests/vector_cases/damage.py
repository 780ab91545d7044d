"""
Random damage to bytes, JSON values and RLP items, from a seeded source: the same seed does the same damage.

JSON and RLP are damaged as structures and written again in the one allowed spelling, so that what follows is judged by what it
says and not by how it is spelt; bytes are damaged as they are.
"""

from __future__ import annotations

import random
from typing import Any

import rlp

EDGES = (0, 1, 2, 27, 28, 127, 128, 255, 256, 2**31, 2**32, 2**48, 2**53 - 1)
BYTES = (b"", b"\x00", b"\x01", b"\x7f", b"\x80", b"\xc0", b"\xff", bytes(20), bytes(32), b"\xff" * 32, bytes(33), bytes(65))


class Damage:
    """One source of damage."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)

    def raw(self, good: bytes, donor: bytes = b"") -> bytes:
        """Bytes with one to three of them turned, put in, taken out, doubled, or replaced by a piece of `donor`."""
        source, made = self.source, bytearray(good)
        for _ in range(source.choice((1, 1, 1, 2, 3))):
            at, length = source.randrange(len(made) + 1), source.choice((1, 1, 2, 4, 32))
            kind = source.randrange(7)
            if kind <= 1 and at < len(made):
                made[at] ^= 1 << source.randrange(8)
            elif kind == 2 and at < len(made):
                made[at] = source.randrange(256)
            elif kind == 3:
                del made[at : at + length]
            elif kind == 4:
                made[at:at] = source.randbytes(length)
            elif kind == 5:
                made[at:at] = made[at : at + length]
            else:
                there = source.randrange(len(donor)) if donor else 0
                made[at : at + length] = donor[there : there + length]
        return bytes(made)

    def digit(self, good: bytes) -> bytes:
        """Text with one lower-case hex digit replaced by another, where there is one: it still has its form."""
        made = bytearray(good)
        for _ in range(50):
            at = self.source.randrange(len(made))
            if made[at] in b"0123456789abcdef":
                made[at] = self.source.choice([digit for digit in b"0123456789abcdef" if digit != made[at]])
                break
        return bytes(made)

    def item(self, good: Any) -> Any:
        """An RLP structure (bytes, lists) with one item changed, taken out, doubled, moved or nested."""
        return _changed(good, self._place(good), self._item)

    def spelt(self, good: bytes) -> bytes:
        """RLP with one item of its structure changed, in canonical spelling; what is no RLP is damaged as bytes."""
        try:
            return rlp.encode(self.item(rlp.decode(good)))
        except rlp.exceptions.RLPException:
            return self.raw(good)

    def json(self, good: Any, donor: Any) -> Any:
        """A JSON value with one place changed, or taken from the same place of `donor`."""
        place = self._place(good)
        if self.source.randrange(4) == 0:
            there = _at(donor, place)
            if there is not None:
                return _changed(good, place, lambda _: there)
        return _changed(good, place, self._value)

    def _place(self, value: Any) -> tuple[Any, ...]:
        """A random path, every step down as likely as stopping is not."""
        path: list[Any] = []
        while isinstance(value, list | dict) and value and self.source.randrange(6):
            step = self.source.choice(list(value)) if isinstance(value, dict) else self.source.randrange(len(value))
            path.append(step)
            value = value[step]
        return tuple(path)

    def _item(self, item: Any) -> Any:
        source = self.source
        if isinstance(item, bytes):
            kind = source.randrange(6)
            if kind == 0:
                return source.choice(BYTES)
            if kind == 1:
                return [item]
            if kind == 2:
                return source.choice(EDGES).to_bytes(8, "big").lstrip(b"\0")
            return self.raw(item)
        return self._list(list(item))

    def _list(self, items: list[Any]) -> Any:
        source = self.source
        at, kind = source.randrange(len(items) + 1), source.randrange(6)
        if kind == 0:
            return items[:at] + items[at + 1 :]
        if kind == 1:
            return items[:at] + items[max(at - 1, 0) :]
        if kind == 2:
            source.shuffle(items)
            return items
        if kind == 3:
            return [*items[:at], source.choice(BYTES), *items[at:]]
        if kind == 4:
            return [items]
        return items[at:] + items[:at]

    def _value(self, value: Any) -> Any:
        source = self.source
        if isinstance(value, dict):
            names = list(value)
            gone = source.choice(names) if names else None
            added = {source.choice((*names, "x")): source.choice((None, 0, "", [], {}))}
            return {name: inner for name, inner in value.items() if name != gone} if source.randrange(2) else {**value, **added}
        if isinstance(value, list):
            made = self._list(value)
            return [item.hex() if isinstance(item, bytes) else item for item in made]
        if isinstance(value, str) and value.startswith("0x") and len(value) > 2 and source.randrange(8):
            return "0x" + self.raw(bytes.fromhex(value[2:])).hex()
        if isinstance(value, str):
            return source.choice((value + "0", value[:-1], value.swapcase(), value[::-1], "", f" {value}", value + "\u200b"))
        if isinstance(value, int) and source.randrange(4):
            return source.choice((value + 1, value - 1, value * 2, *EDGES))
        return source.choice((None, True, False, 0, 1, -1, 0.5, "", "0x", [], {}))


def _changed(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    """A copy of a structure with `change` applied to what is at a path; the rest is shared with the original."""
    if not path:
        return change(value)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _changed(value[path[0]], path[1:], change)
    return copy


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        if (isinstance(value, dict) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        ):
            value = value[step]
        else:
            return None
    return value
