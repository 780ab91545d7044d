"""Papers that serve one lot: which event used which number for which lot. Uses by events declared wrong no longer count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, insert, select

from gateway.store.tables import cited_papers, events


@dataclass(frozen=True, slots=True)
class UsedPaper:
    """A number (`kind` is the series of its paper) and the lot it was used for."""

    kind: str
    number: str
    subject: str


def add_papers(tx: Connection, event_row: int, submitter: str, papers: Sequence[UsedPaper]) -> None:
    """Stores what an event uses up, in the transaction that stores the event. A paper is listed once."""
    rows = [
        {"kind": paper.kind, "number": paper.number, "submitter": submitter, "event": event_row, "subject": paper.subject}
        for paper in papers
    ]
    if rows:
        tx.execute(insert(cited_papers), rows)


def used_for_another_lot(tx: Connection, submitter: str, paper: UsedPaper) -> bool:
    """Whether this submitter used the number for another lot, in an event not declared wrong since."""
    return _is_used(tx, paper, cited_papers.c.submitter == submitter, cited_papers.c.subject != paper.subject)


def used_by_another(tx: Connection, submitter: str, paper: UsedPaper) -> bool:
    """Whether another submitter used the number, for whichever lot, in an event not declared wrong since."""
    return _is_used(tx, paper, cited_papers.c.submitter != submitter)


def _is_used(tx: Connection, paper: UsedPaper, *conditions: ColumnElement[bool]) -> bool:
    declaration = events.alias("declaration")
    is_wrong = exists().where(
        declaration.c.event_id == events.c.event_id, declaration.c.submitter == events.c.submitter, declaration.c.declares == 1,
        declaration.c.id > events.c.id,  # what was said before an event is not about it
    )  # fmt: skip
    query = (
        select(cited_papers.c.event)
        .join(events, and_(events.c.id == cited_papers.c.event, ~is_wrong))
        .where(cited_papers.c.kind == paper.kind, cited_papers.c.number == paper.number, *conditions)
        .limit(1)
    )
    return tx.execute(query).first() is not None
