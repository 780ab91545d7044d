"""
Request heads read in one way only: what h11 takes out of kindness is refused, because a proxy before us may read it otherwise.

A line ends with CR LF and nothing else, and no header goes on in a second line (obs-fold): with either, a field that a proxy took
for part of another can be a Transfer-Encoding here, and the next caller's request a body (smuggling, RFC 9112 §2.2, §5.2, §11.2).
"""

from __future__ import annotations

import re
from typing import Final

from h11 import RemoteProtocolError
from h11._receivebuffer import ReceiveBuffer

HEAD_BYTES: Final = 32_768  # of a request line and its headers; an eventID in a path is the longest we give out
_TWO_WAYS: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)|\n[ \t]")


class StrictHeads(ReceiveBuffer):
    """h11's buffer of what came and was not read yet; heads and trailers leave it by `maybe_extract_lines`."""

    _taken = bytearray()

    def _extract(self, count: int) -> bytearray:
        self._taken = super()._extract(count)
        return self._taken

    def maybe_extract_lines(self) -> list[bytearray] | None:
        """The lines up to the first blank one, or None while it is missing. Raises `RemoteProtocolError`."""
        lines = super().maybe_extract_lines()
        if lines is not None and (len(self._taken) > HEAD_BYTES or _TWO_WAYS.search(self._taken)):
            raise RemoteProtocolError("a head that can be read in two ways, or is too long")
        return lines
