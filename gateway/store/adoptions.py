"""
Adoptions: places of a member where a person accepted the batch that the chain holds, in the stead of ours or of none.

Written once and never changed. The halted batch that had the place keeps its row, its attempts and its evidence; its events wait
again, and its certificates are withdrawn, for their numbers now name leaves of another batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from gateway.store.batches import SCOPE_BYTES
from gateway.store.errors import StateMoved
from gateway.store.tables import adoptions, batches, certificates, corrections, events


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """One accepted head at (member, seq), who accepted it and when (seconds since 1970).

    `batch_id` is the row of our batch there, None where the store had none. `nonce` is the signer's (20 bytes) on the chain then.
    """

    member: str
    seq: int
    batch_id: int | None
    root: bytes
    size: int
    scope: int
    suite: int
    block_number: int
    signer: bytes
    nonce: int
    requeued: int
    withdrawn: int
    adopted_by: str
    adopted_at: int


def find(tx: Connection, member: str, seq: int) -> Adoption | None:
    """The adoption of a place, or None."""
    row = tx.execute(select(adoptions).where(adoptions.c.member == member, adoptions.c.seq == seq)).one_or_none()
    return None if row is None else Adoption(**{**row._mapping, "scope": int.from_bytes(row.scope, "big")})


def requeue(tx: Connection, batch_id: int) -> tuple[int, int]:
    """Makes the events of a halted batch open again; how many they are, and how many certificates were withdrawn.

    Corrections that these events take part in are due again: what was asked for named places that are not theirs any more.
    Raises `StateMoved` (`store.batch.state`) when the batch is not halted, or was adopted before.
    """
    halted = select(batches.c.id).where(batches.c.id == batch_id, batches.c.state == "halted")
    given_up = exists().where(adoptions.c.batch_id == batch_id)
    if tx.execute(halted.where(~given_up)).first() is None:
        raise StateMoved("store.batch.state", str(batch_id))
    concerned = exists().where(
        events.c.batch_id == batch_id,
        events.c.submitter == corrections.c.submitter,
        or_(events.c.event_id == corrections.c.wrong_id, events.c.event_id == corrections.c.corrective_id),
    )
    tx.execute(update(corrections).where(corrections.c.act_id.is_not(None), concerned).values(act_id=None))
    withdrawn = tx.execute(delete(certificates).where(certificates.c.batch_id == batch_id)).rowcount
    freed: dict[str, Any] = {"state": "open", "batch_id": None, "leaf_index": None}
    requeued = tx.execute(update(events).where(events.c.batch_id == batch_id).values(freed)).rowcount
    return requeued, withdrawn


def save(tx: Connection, adoption: Adoption) -> None:
    """Adds an adoption. A place adopted twice raises `IntegrityError`."""
    values = {name: getattr(adoption, name) for name in Adoption.__slots__}
    tx.execute(insert(adoptions).values({**values, "scope": adoption.scope.to_bytes(SCOPE_BYTES, "big")}))
