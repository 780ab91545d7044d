"""
Which nonce comes next, and whether one is missing below (DESIGN.md §5).

A new nonce is the account's nonce on the chain plus the attempts that still wait there; with a hole among them it is the hole,
because nothing above it can be mined before it is filled. Memory holds nothing: a restart derives the same.
"""

from __future__ import annotations

from collections.abc import Iterable


def next_nonce(account_nonce: int, waiting: Iterable[int]) -> int:
    """The lowest nonce from `account_nonce` on that no waiting attempt has."""
    taken = set(waiting)
    nonce = account_nonce
    while nonce in taken:
        nonce += 1
    return nonce


def has_gap(account_nonce: int, waiting: Iterable[int]) -> bool:
    """Whether an attempt waits behind a nonce that no attempt has."""
    nonces = set(waiting)
    return bool(nonces) and next_nonce(account_nonce, nonces) < max(nonces)
