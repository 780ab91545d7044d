"""
Rolling a pinned trust bundle forward: what a newer bundle must show before it takes the pinned one's place (PROTOCOL.md §6).

Rules:
* the newer bundle holds by itself (`load_bundle`): every step is proven under the set before it, so no step can be skipped;
* it is about the same chain, contracts and first set, and it continues the pinned sets: a different successor of one epoch is a
  fork, fewer sets or an older head is going back;
* both tell one history;
* nothing reaches further than 400 days past what was known before it: keys of a set that is long retired cannot be trusted to
  have been kept, so a bundle that slept longer must be pinned anew by a person.
"""

from __future__ import annotations

from certs.chronology import check_history
from certs.errors import CannotCheck, VerificationError
from certs.limits import LIMITS
from certs.trust import Bundle


def check_succession(pinned: Bundle, newer: Bundle) -> None:
    """Raises `CannotCheck`: `update.chain`, `update.fork`, `update.back`, `update.history`, `header.rival` or `update.old`."""
    if _identity(pinned) != _identity(newer):
        raise CannotCheck("update.chain")
    common = min(len(pinned.sets), len(newer.sets))
    if pinned.sets[:common] != newer.sets[:common]:
        raise CannotCheck("update.fork")
    if len(newer.sets) < len(pinned.sets) or newer.head.number < pinned.head.number:
        raise CannotCheck("update.back")
    try:
        check_history(pinned.history, newer.history)
    except VerificationError as error:
        raise CannotCheck("update.history") from error
    _check_reach(pinned, newer)


def _identity(bundle: Bundle) -> tuple[object, ...]:
    """What never changes in the life of a consortium: what the fingerprint covers beside the newest set."""
    b = bundle
    return (b.network, b.name, b.prefix, b.chain_id, b.engine, b.genesis_hash, b.contracts, b.sets[0])


def _check_reach(pinned: Bundle, newer: Bundle) -> None:
    """Each announcement, and the head at last, within 400 days of what came before it."""
    times = {moment.number: moment.time for moment in newer.history}
    known = pinned.head.time
    steps = [times[announced.from_block - 1] for announced in newer.sets[len(pinned.sets) :]]
    for time in (*steps, newer.head.time):
        if time - known > LIMITS.pinned_age_s:
            raise CannotCheck("update.old")
        known = max(known, time)
