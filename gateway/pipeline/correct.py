"""
Corrections: once the certificates of a wrong event and of the event that corrects it are issued, the first is superseded.

A status that the member or a vote has set is theirs: a submitter's declaration never changes a suspension, a revocation or a
successor that somebody named. Such a correction waits until the member lifts the status.
The act is asked for in the transaction that notes it on the declaration, so that a declaration has one act, however often the
worker was killed. From there on it goes the way of every act.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from certs.staple import Status, StatusWord
from gateway.acts.statuses import CORRECTED, subject_of_leaf, supersede
from gateway.pipeline.errors import Held
from gateway.pipeline.line import Line
from gateway.store import acts, corrections
from gateway.store.corrections import Due
from ledger.members import STATUS, acting
from ledger.registry import leaf_status

LOOK: Final = 100  # corrections looked at in one step
BY: Final = "correction"  # who asks


def queue_corrections(line: Line) -> bool:
    """Asks for every correction that is due. Raises `Held` (`pipeline.correction.right`) while the member may set no status."""
    due = _due(line, 0)
    if not due:
        return False
    serving = acting(line.rpc, line.consortium.deployment.consortium, line.signer.address)
    if serving is None or not serving[1] & STATUS:
        raise Held("pipeline.correction.right", due[0].wrong.number)
    moved = False
    while due:
        for found in due:
            moved |= _ask(line, found)
        due = _due(line, due[-1].declaration) if len(due) == LOOK else []
    return moved


def _due(line: Line, after: int) -> list[Due]:
    with line.database.read() as tx:
        return corrections.due(tx, line.member, limit=LOOK, after=after)


def _ask(line: Line, found: Due) -> bool:
    wrong, right = found.wrong, found.right
    word = leaf_status(line.rpc, line.consortium.deployment.status_registry, line.member, wrong.seq, wrong.index)
    if not _is_free(word):
        return False
    asked = supersede(line.member, (wrong.number, wrong.seq, wrong.index), (right.number, right.seq, right.index))
    with line.database.write() as tx:
        if _is_being_set(tx, line.member, wrong.seq, wrong.index):
            return False
        act = acts.ask(tx, asked, by=BY, now=line.now())
        corrections.settle(tx, found.declaration, act.id)
    line.act_moved("queued", act, number=wrong.number, successor=right.number)
    return True


def _is_free(word: StatusWord | None) -> bool:
    """Whether a declaration may change the status: none, lifted, or set by an earlier declaration."""
    if word is None or word.status is Status.ACTIVE:
        return True
    return word.status is Status.SUPERSEDED and word.reason == CORRECTED


def _is_being_set(tx: Connection, member: str, seq: int, index: int) -> bool:
    """Whether an act of the member for this leaf is on its way: what it sets is seen once it is final."""
    newest = acts.newest_of(tx, member, subject_of_leaf(seq, index))
    return newest is not None and newest.state in acts.UNSETTLED
