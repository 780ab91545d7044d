"""
Papers used twice, which only the store can see: one animal form serves one slaughter lot.

The same submitter's second lot is refused. Another submitter's is a warning: refusing it would let anyone block a number by
using it first. The same lot may cite its form again, and an error declaration of the first use frees the form for the
corrective event.
"""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.errors import Fault
from gateway.intake.checks import Facts
from gateway.store.papers import UsedPaper, add_papers, used_elsewhere


def reuse_faults(tx: Connection, facts: Facts, at: str) -> list[Fault]:
    """`cert.reused` for every number that this submitter used for another lot. `at` is the event's JSON pointer."""
    return [
        Fault("cert.reused", f"{at}{use.pointer}")
        for use in facts.uses
        if facts.submitter in used_elsewhere(tx, facts.submitter, UsedPaper(use.kind, use.number, use.subject))
    ]


def reuse_warnings(tx: Connection, facts: Facts, at: str) -> tuple[Fault, ...]:
    """`cert.used_elsewhere` for every number that another submitter used for a lot of its own."""
    return tuple(
        Fault("cert.used_elsewhere", f"{at}{use.pointer}")
        for use in facts.uses
        if used_elsewhere(tx, facts.submitter, UsedPaper(use.kind, use.number, use.subject)) - {facts.submitter}
    )


def note_uses(tx: Connection, event_row: int, facts: Facts) -> None:
    """Records what a stored event uses up, each number once."""
    uses = dict.fromkeys(UsedPaper(use.kind, use.number, use.subject) for use in facts.uses)
    add_papers(tx, event_row, facts.submitter, list(uses))
