"""
Corrections: once the certificates of a wrong event and of the event that corrects it are issued, the first is superseded.

The act is asked for in the transaction that notes it on the declaration, so that a declaration has one act, however often the
worker was killed. From there on it goes the way of every act.
"""

from __future__ import annotations

from typing import Final

from gateway.acts.statuses import supersede
from gateway.pipeline.errors import Held
from gateway.pipeline.line import Line
from gateway.store import acts, corrections
from ledger.members import STATUS, acting

LOOK: Final = 100  # corrections looked at in one step
BY: Final = "correction"  # who asks


def queue_corrections(line: Line) -> bool:
    """Asks for every correction that is due. Raises `Held` (`pipeline.correction.right`) while the member may set no status."""
    with line.database.read() as tx:
        due = corrections.due(tx, line.member, limit=LOOK)
    if not due:
        return False
    serving = acting(line.rpc, line.consortium.deployment.consortium, line.signer.address)
    if serving is None or not serving[1] & STATUS:
        raise Held("pipeline.correction.right", due[0].wrong.number)
    for found in due:
        asked = supersede(
            line.member,
            (found.wrong.number, found.wrong.seq, found.wrong.index),
            (found.right.number, found.right.seq, found.right.index),
        )
        with line.database.write() as tx:
            act = acts.ask(tx, asked, by=BY, now=line.now())
            corrections.settle(tx, found.declaration, act.id)
        line.act_moved("queued", act, number=found.wrong.number, successor=found.right.number)
    return True
