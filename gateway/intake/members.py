"""What intake knows of a consortium member: code, suite, what it may anchor, and whether this gateway closes its batches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A member (成员单位); keyed by its USCC wherever several are held. `scope` is the uint64 bitmap the chain grants it."""

    code: str
    scope: int
    served: bool
    suite: int  # of its records and batches: 1 SHA-256, 2 SM3 (PROTOCOL.md §1)
