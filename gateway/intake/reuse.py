"""
Papers used twice, which only the store can see: one paper serves one lot.

The same submitter's second lot is refused, or flagged where the catalogue says so. Another submitter's is a warning: refusing it
would let anyone block a number by using it first. The same lot may cite its paper again, and an error declaration of the first
use frees the paper for the corrective event.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from gateway.errors import Fault
from gateway.intake.checks import Facts
from gateway.intake.rules.single_use import PaperUse
from gateway.store.papers import UsedPaper, add_papers, used_by_another, used_for_another_lot


def reuse_faults(tx: Connection, facts: Facts, at: str) -> list[Fault]:
    """`cert.reused` for every number that this submitter used for another lot. `at` is the event's JSON pointer."""
    return [
        Fault("cert.reused", f"{at}{use.pointer}")
        for use in facts.uses
        if use.refuses and used_for_another_lot(tx, facts.submitter, _paper(use))
    ]


def reuse_warnings(tx: Connection, facts: Facts, at: str) -> Iterator[Fault]:
    """`cert.used_again` where a second lot is not refused; `cert.used_elsewhere` where another submitter used the number."""
    for use in facts.uses:
        if not use.refuses and used_for_another_lot(tx, facts.submitter, _paper(use)):
            yield Fault("cert.used_again", f"{at}{use.pointer}")
        if use.refuses and used_by_another(tx, facts.submitter, _paper(use)):  # others are numbered by each abattoir for itself
            yield Fault("cert.used_elsewhere", f"{at}{use.pointer}")


def note_uses(tx: Connection, event_row: int, facts: Facts) -> None:
    """Records what a stored event uses up, each number once."""
    uses = dict.fromkeys(_paper(use) for use in facts.uses)
    add_papers(tx, event_row, facts.submitter, list(uses))


def _paper(use: PaperUse) -> UsedPaper:
    return UsedPaper(use.kind, use.number, use.subject)
