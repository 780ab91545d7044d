"""Merged cells of a sheet: all but the first are blank in the file, whatever a person sees in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_MOST: Final = 10_000  # kept, by column: they serve to explain blanks, and a table has few
_COLUMNS: Final = 256


class Merged:
    """The ranges of one sheet, from `add` in any order. A spreadsheet lets no two overlap."""

    def __init__(self) -> None:
        self._columns: dict[int, list[tuple[int, int]]] = {}
        self._count = 0

    def add(self, reference: str) -> None:
        """One range, as A2:A4. What is none is passed over."""
        match = _RANGE.fullmatch(reference)
        if match is None:
            return
        first, last = column_number(match[1]), min(column_number(match[3]), _COLUMNS)
        for column in range(first, last + 1):
            if self._count < _MOST:
                self._columns.setdefault(column, []).append((int(match[2]), int(match[4])))
                self._count += 1

    def end(self) -> None:
        """There are no more."""
        for ranges in self._columns.values():
            ranges.sort()

    def covers(self, line: int, index: int) -> bool:
        """Whether a cell lies in a range; lines count from 1, columns from 0."""
        ranges = self._columns.get(index + 1, [])
        at = bisect_right(ranges, (line, 1 << 30))
        return at > 0 and ranges[at - 1][1] >= line


def column_number(letters: str) -> int:
    """The number of a column from its letters, A → 1. Letters behind the fourth say nothing: a sheet ends at XFD."""
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - 64
    return number
