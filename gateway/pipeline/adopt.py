"""
A person's decision about a place of the member that holds another batch on the chain than in this store, or than none here.

The chain's batch is accepted there for ever, and the events of ours wait again, for a later seq; all in one transaction, which
also writes who decided. A halted batch whose place is ours or empty after all, because the chain was set back, goes on where it
was. The member's worker must not run meanwhile: the caller holds its lease.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.pipeline.errors import PipelineError
from gateway.pipeline.line import Line, is_ours
from gateway.store import acts, adoptions, batches
from gateway.store.adoptions import Adoption
from gateway.store.batches import Batch
from ledger.anchors import Head, head
from ledger.errors import NotYet
from ledger.runs import finality
from ledger.transactions import latest_nonce


class NotAdoptable(PipelineError):
    """There is nothing for a person to decide at this place: `adopt.{settled,own,absent,unendorsed}`. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """What stands at (member, seq): our batch, None where the store has none, and the chain's head, None where it has none.

    `acts` are the numbers of acts not settled yet that name our batch or a leaf of it: on the chain they would touch the other's.
    """

    member: str
    seq: int
    ours: Batch | None
    theirs: Head | None
    acts: tuple[int, ...]

    @property
    def goes_on(self) -> bool:
        """Whether our batch has the place after all, or may still get it."""
        return self.ours is not None and (self.theirs is None or is_ours(self.ours, self.theirs))


def dispute_at(line: Line, seq: int) -> Dispute:
    """What there is to decide. Raises `NotAdoptable`, and what the RPC port raises."""
    with line.database.read() as tx:
        ours = batches.by_seq(tx, line.member, seq)
        if adoptions.find(tx, line.member, seq) is not None:
            raise NotAdoptable("adopt.settled", str(seq))
        concerned = acts.about_batch(tx, line.member, seq)
    if ours is not None and ours.state != "halted":
        raise NotAdoptable("adopt.own", str(seq))
    theirs = head(line.rpc, line.anchor_log, line.member, seq)
    if ours is None and theirs is None:
        raise NotAdoptable("adopt.absent", str(seq))
    if theirs is not None:
        _require_endorsed(line, theirs)
    return Dispute(line.member, seq, ours, theirs, tuple(concerned))


def adopt(line: Line, dispute: Dispute, *, by: str) -> Adoption | None:
    """Accepts the chain's batch at the place; None where ours goes on instead. Whoever decides (`by`) has seen `dispute`.

    Raises `NotAdoptable` (`adopt.moved`) when the chain shows another head now, `StateMoved` when the store's batch has moved.
    """
    if head(line.rpc, line.anchor_log, line.member, dispute.seq) != dispute.theirs:
        raise NotAdoptable("adopt.moved", str(dispute.seq))
    if dispute.ours is not None and dispute.goes_on:
        with line.database.write() as tx:
            batches.move(tx, dispute.ours.id, source=("halted",), to="signed", now=line.now())
        line.moved("resumed", dispute.ours.id, seq=dispute.seq, level="warning", by=by)
        return None
    if dispute.theirs is None:
        raise NotAdoptable("adopt.absent", str(dispute.seq))
    nonce = latest_nonce(line.rpc, line.signer.address)
    with line.database.write() as tx:
        requeued, withdrawn = (0, 0) if dispute.ours is None else adoptions.requeue(tx, dispute.ours.id)
        adoption = _adoption(line, dispute, dispute.theirs, by=by, nonce=nonce, counts=(requeued, withdrawn))
        adoptions.save(tx, adoption)
    line.log.warning(
        "batch.adopted",
        member=line.member,
        seq=dispute.seq,
        batch=adoption.batch_id,
        by=by,
        requeued=requeued,
        withdrawn=withdrawn,
    )
    line.after("adopted")
    return adoption


def _adoption(line: Line, dispute: Dispute, theirs: Head, *, by: str, nonce: int, counts: tuple[int, int]) -> Adoption:
    return Adoption(
        member=line.member,
        seq=dispute.seq,
        batch_id=None if dispute.ours is None else dispute.ours.id,
        root=theirs.root,
        size=theirs.size,
        scope=theirs.scope,
        suite=theirs.suite,
        block_number=theirs.block_number,
        signer=line.signer_bytes,
        nonce=nonce,
        requeued=counts[0],
        withdrawn=counts[1],
        adopted_by=by,
        adopted_at=line.now(),
    )


def _require_endorsed(line: Line, theirs: Head) -> None:
    """A head that may still be reorganised away is nothing to accept for ever."""
    try:
        finality(
            line.rpc, line.consortium.engine, theirs.block_number, line.consortium.validators_at(line.rpc, theirs.block_number)
        )
    except NotYet:
        raise NotAdoptable("adopt.unendorsed") from None
