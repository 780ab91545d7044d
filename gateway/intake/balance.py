"""
Balances over several events, which only the store can see (`gateway.intake.rules.accounts` has the accounts).

Who uses up more than there is is refused, whichever event comes last: more of a lot than this submitter made, more heads than
came in under the certificates by its own word, or left a farm. A lot made elsewhere binds nobody, and neither do certificates of
which nobody has said anything; beside known ones they add nothing. Certificates that one event names together share its number.
Nobody blocks a certificate by a low number: the submitter's own arrival counts as much as another's departure. Whoever states too
little afterwards is only warned: what was taken already may be right, and the rest of a lot may still be on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from sqlalchemy import Connection

from gateway.catalogue.rows import Bounds
from gateway.errors import Fault
from gateway.intake.checks import Facts
from gateway.intake.rules.accounts import ARRIVED, DEPARTED, MADE, SLAUGHTERED, USED, Entry
from gateway.intake.rules.masses import tolerance
from gateway.store.amounts import Amount, add_amounts, greatest_of, named_with, sum_of, total_of

_LOT: Final = "qty.lot_balance"
_HEADS: Final = "cert.heads"


def balance_faults(tx: Connection, facts: Facts, at: str, bounds: Bounds) -> list[Fault]:
    """`qty.lot_balance` and `cert.heads` where this event uses more than is left. `at` is the event's JSON pointer."""
    made = {entry.key: entry.amount for entry in _side(facts, MADE)}
    faults = [
        Fault(_LOT, f"{at}{entry.pointer}")
        for entry in _side(facts, USED)
        if _is_over(tx, facts, entry.key, used=entry.amount, made=made.get(entry.key), bounds=bounds)
    ]
    slaughtered = list(_side(facts, SLAUGHTERED))
    if slaughtered and _is_overdrawn(tx, facts, {entry.key for entry in slaughtered}, heads=slaughtered[0].amount):
        faults.append(Fault(_HEADS, f"{at}{slaughtered[0].pointer}"))
    return faults


def balance_warnings(tx: Connection, facts: Facts, at: str, bounds: Bounds) -> Iterator[Fault]:
    """The same codes where a stored event says that less was made or arrived than is used already. They refuse nothing."""
    for entry in _side(facts, MADE):
        if _is_over(tx, facts, entry.key, bounds=bounds):
            yield Fault(f"{_LOT}_late", f"{at}{entry.pointer}")
    for entry in _side(facts, ARRIVED):
        if _is_overdrawn(tx, facts, {entry.key}):
            yield Fault(f"{_HEADS}_late", f"{at}{entry.pointer}")


def note_amounts(tx: Connection, event_row: int, facts: Facts) -> None:
    """Records what a stored event adds."""
    add_amounts(tx, event_row, facts.submitter, [Amount(entry.side, entry.key, entry.amount) for entry in facts.entries])


def _side(facts: Facts, side: str) -> Iterator[Entry]:
    return (entry for entry in facts.entries if entry.side == side)


def _is_over(tx: Connection, facts: Facts, lot: str, *, bounds: Bounds, used: int = 0, made: int | None = None) -> bool:
    """Whether more of a lot is used than made, with this event's amounts on top of the stored; a lot made elsewhere never is."""
    before = total_of(tx, MADE, lot, submitter=facts.submitter)
    if before is None and made is None:
        return False
    total = used + (total_of(tx, USED, lot, submitter=facts.submitter) or 0)
    there = (before or 0) + (made or 0)
    return total > there + int(tolerance(Fraction(there, 1_000), bounds) * 1_000)


def _is_overdrawn(tx: Connection, facts: Facts, papers: set[str], *, heads: int = 0) -> bool:
    """Whether more heads are slaughtered than came under these certificates, and those that an arrival names together with them.

    This event's `heads` come on top of the stored. Nothing known of any of them: never.
    """
    mine = named_with(tx, ARRIVED, papers, submitter=facts.submitter)
    every = named_with(tx, DEPARTED, mine)
    came = greatest_of(tx, ARRIVED, every, submitter=facts.submitter)
    left = greatest_of(tx, DEPARTED, every)
    if not came and not left:
        return False
    used = heads + (sum_of(tx, SLAUGHTERED, every, submitter=facts.submitter) or 0)
    sums = (sum(dict(known.values()).values()) for known in (left | came, came | left))  # of each event once
    return used > max(sums)
