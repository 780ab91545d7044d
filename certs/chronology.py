"""
Headers seen together must tell one history: heights and times in one order, one block a height (PROTOCOL.md §6, pairwise rules).

A later height with an earlier time is false. Two different blocks of one height, both endorsed, are equivocation or a rewind:
nothing can be concluded from either, and both are worth keeping.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from certs.consensus.endorsement import block_hash
from certs.errors import CannotCheck, VerificationError
from certs.evm.header import Header


@dataclass(frozen=True, slots=True)
class Moment:
    """One endorsed block: its number, time (seconds) and hash."""

    number: int
    time: int
    hash: bytes


def moments(engine: str, headers: Iterable[Header]) -> tuple[Moment, ...]:
    """The moments of a run of headers."""
    return tuple(Moment(header.number, header.timestamp, block_hash(engine, header)) for header in headers)


def check_history(known: Sequence[Moment], new: Sequence[Moment]) -> None:
    """Holds every new moment against every known one.

    Raises `VerificationError` `header.time` for order, else `CannotCheck` `header.rival` for another block of one height.
    """
    pairs = [(a, b) for a in known for b in new]
    if any((a.number < b.number and a.time > b.time) or (a.number > b.number and a.time < b.time) for a, b in pairs):
        raise VerificationError("header.time")
    if any(a.number == b.number and a.hash != b.hash for a, b in pairs):
        raise CannotCheck("header.rival")
