"""
closed → signed: an attempt (nonce, raw bytes, hash) is saved before its bytes are sent for the first time.

Signing never waits for an earlier transaction to be mined. A batch whose turn on the chain has come is asked for once more by
`eth_call`, so that a lasting refusal does not burn a nonce a block. Attempts of one batch all carry the same call data, and
every hash ever signed is kept (RELIABILITY.md §1 R4).
"""

from __future__ import annotations

from gateway.pipeline.close import NOT_NOW
from gateway.pipeline.errors import Held
from gateway.pipeline.heads import last_on_chain
from gateway.pipeline.line import Line
from gateway.pipeline.outbox import Outgoing, free_slot, save
from gateway.store import attempts, batches
from gateway.store.batches import Batch
from ledger.anchors import anchor_call, preflight


def sign_batch(line: Line) -> bool:
    """Signs the lowest closed batch; with a nonce gap and nothing closed, the lowest signed one anew, to fill the gap.

    Raises `Held` (`pipeline.anchor.refused`, `pipeline.seq.gap`), `StateMoved`, `SignerRefused` and what the RPC port raises.
    """
    with line.database.read() as tx:
        if batches.any_halted(tx, line.member):
            return False
        lowest = {state: batches.in_states(tx, line.member, state, limit=1) for state in ("closed", "signed")}
    if not lowest["closed"] and not lowest["signed"]:
        return False
    slot = free_slot(line)
    candidates = lowest["closed"] or (lowest["signed"] if slot.gap else [])
    if not candidates or not _is_its_turn(line, candidates[0]):
        return False
    batch = candidates[0]
    outgoing = Outgoing(
        kind=attempts.ANCHOR, to=line.anchor_log, data=_call_data(batch, batch.seq), gas=line.pace.gas, batch_id=batch.id
    )
    save(line, slot, outgoing, lambda tx: batches.move(tx, batch.id, source=(batch.state,), to="signed", now=line.now()))
    line.moved("signed", batch.id, seq=batch.seq, nonce=slot.nonce)
    return True


def _is_its_turn(line: Line, batch: Batch) -> bool:
    """Whether an attempt made now can land: it is next on the chain and would be taken, or it follows one that is on its way."""
    on_chain = last_on_chain(line.rpc, line.anchor_log, line.member, guess=batch.seq - 1)
    if on_chain >= batch.seq:
        return False  # something is at our place already: `follow` says what
    if on_chain < batch.seq - 1:
        return _follows_one_on_its_way(line, batch)
    refusal = preflight(line.rpc, sender=line.signer.address, to=line.anchor_log, data=_call_data(batch, batch.seq))
    if refusal is None:
        return True
    if refusal.name in NOT_NOW:
        return False
    raise Held("pipeline.anchor.refused", refusal.name)


def _follows_one_on_its_way(line: Line, batch: Batch) -> bool:
    with line.database.read() as tx:
        before = batches.by_seq(tx, line.member, batch.seq - 1)
    if before is None or before.state == "halted":  # halted: its place was given up to a head that the chain has lost since
        raise Held("pipeline.seq.gap", str(batch.seq))
    return before.state == "signed"


def _call_data(batch: Batch, seq: int) -> bytes:
    return anchor_call(seq, root=batch.root, size=batch.size, scope=batch.scope, suite=batch.suite)
