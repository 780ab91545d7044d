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
    """Holds every new moment against every known one, in O(n log n).

    Raises `VerificationError` `header.time` for order, else `CannotCheck` `header.rival` for another block of one height.
    """
    for earlier, later in ((known, new), (new, known)):
        _check_times(earlier, later)
    hashes: dict[int, set[bytes]] = {}
    for moment in known:
        hashes.setdefault(moment.number, set()).add(moment.hash)
    if any(hashes.get(moment.number, set()) - {moment.hash} for moment in new):
        raise CannotCheck("header.rival")


def _check_times(earlier: Sequence[Moment], later: Sequence[Moment]) -> None:
    """No moment of `later` is higher than one of `earlier` and has an earlier time."""
    below = sorted(earlier, key=lambda moment: moment.number)
    at, latest = 0, -1
    for moment in sorted(later, key=lambda moment: moment.number):
        while at < len(below) and below[at].number < moment.number:
            latest = max(latest, below[at].time)
            at += 1
        if moment.time < latest:
            raise VerificationError("header.time")
