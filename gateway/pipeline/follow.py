"""
signed → included → final, and every way back: what the chain's state says of our batches.

The fate of a batch is the contract's head at (member, seq), whoever's transaction wrote it (RELIABILITY.md §1 R3): ours means
included, another's means halted and a human decides, none means not yet. `final` needs ≥ ⌈2N/3⌉ endorsers of the block re-read
by its number (R7), and the anchor proven in it. What was final is watched on: engines can lose endorsed blocks when every node
loses power (ENGINES.md).
"""

from __future__ import annotations

from gateway.pipeline.line import Line, is_ours
from gateway.pipeline.proven import anchor_evidence, stands
from gateway.store import attempts, batches
from gateway.store.batches import Batch
from ledger.anchors import Head, anchor_transaction, head, heads
from ledger.errors import NotYet
from ledger.runs import finality
from ledger.transactions import latest_nonce, receipt

LOOK: int = 100  # batches looked at in one step
_GONE = {"transaction_hash": None, "block_number": None, "block_hash": None}


def find_included(line: Line) -> bool:
    """closed or signed → included, halted, or (no attempt of it can land any more) → closed, to be signed anew."""
    with line.database.read() as tx:
        waiting = batches.in_states(tx, line.member, "closed", "signed", limit=LOOK)
    moved, absent = False, []
    for batch, found in zip(waiting, _heads_of(line, waiting), strict=True):
        if found is None:
            absent.append(batch)
        elif is_ours(batch, found):
            moved |= _include(line, batch, found)
        else:
            moved |= _halt(line, batch)
    return _give_up_dead(line, [batch for batch in absent if batch.state == "signed"]) or moved


def make_final(line: Line) -> bool:
    """included → final when the block is endorsed and proves the anchor, or back to signed when the anchor is not where it was.

    Raises `Held` (`pipeline.anchor.missing`).
    """
    with line.database.read() as tx:
        included = batches.in_states(tx, line.member, "included", limit=LOOK)
    moved = False
    for batch, found in zip(included, _heads_of(line, included), strict=True):
        number = batch.block_number
        if number is None or not _is_in_place(batch, found):
            moved |= _rewind(line, batch)
            continue
        try:
            run = finality(line.rpc, line.consortium.engine, number, line.consortium.validators_at(line.rpc, number))
        except NotYet:
            continue
        if run.hash != batch.block_hash:
            moved |= _rewind(line, batch)
            continue
        if anchor_evidence(line, batch) is None:
            continue
        with line.database.write() as tx:
            batches.move(tx, batch.id, source=("included",), to="final", now=line.now())
        line.moved("final", batch.id, seq=batch.seq, endorsers=len(run.endorsement.signers))
        moved = True
    return moved


def watch_final(line: Line) -> bool:
    """final or issued → signed when the chain no longer holds the anchor where it was, or another block is in its block's place.

    Heads have no gaps, so a rewind that takes any of them takes the newest, and its block holds every block below it: only when
    that one is not in place are the ones below it asked for, newest first. An anchor that came back at the same height before it
    was missed is in another block: a certificate that shows the lost one contradicts every staple of that height.
    """
    with line.database.read() as tx:
        newest = batches.newest_in(tx, line.member, "final", "issued", limit=1)
    if not newest or (_is_in_place(newest[0], _heads_of(line, newest)[0]) and _block_stands(line, newest[0])):
        return False
    with line.database.read() as tx:
        suspects = batches.newest_in(tx, line.member, "final", "issued", limit=LOOK)
    for batch, found in zip(suspects, _heads_of(line, suspects), strict=True):
        if _is_in_place(batch, found) and _block_stands(line, batch):
            break
        _rewind(line, batch)
    return True


def _include(line: Line, batch: Batch, found: Head) -> bool:
    """Names the transaction that wrote the head, from its log; a chain that moved between the questions is asked again later."""
    transaction = anchor_transaction(line.rpc, line.anchor_log, line.member, batch.seq, block_number=found.block_number)
    written = None if transaction is None else receipt(line.rpc, transaction)
    if transaction is None or written is None or not written.succeeded or written.block_number != found.block_number:
        return False
    with line.database.write() as tx:
        batches.move(
            tx,
            batch.id,
            source=("closed", "signed"),
            to="included",
            now=line.now(),
            transaction_hash=transaction,
            block_number=written.block_number,
            block_hash=written.block_hash,
        )
    line.moved("included", batch.id, seq=batch.seq, block=written.block_number)
    return True


def _halt(line: Line, batch: Batch) -> bool:
    with line.database.write() as tx:
        batches.move(tx, batch.id, source=("closed", "signed"), to="halted", now=line.now())
    line.moved("halted", batch.id, seq=batch.seq, level="error")
    return True


def _give_up_dead(line: Line, absent: list[Batch]) -> bool:
    """signed → closed for batches whose every attempt the chain has passed without writing the head.

    They failed, or another transaction took their nonce; or the signer was changed and none of the attempts is its. The head is
    read again after the nonce: an attempt mined between the two questions is no failure.
    """
    if not absent:
        return False
    account_nonce = latest_nonce(line.rpc, line.signer.address)
    with line.database.read() as tx:
        dead = [batch for batch in absent if not _may_land(attempts.of_batch(tx, batch.id), line.signer_bytes, account_nonce)]
    moved = False
    for batch in dead:
        if head(line.rpc, line.anchor_log, line.member, batch.seq) is not None:
            continue
        with line.database.write() as tx:
            batches.move(tx, batch.id, source=("signed",), to="closed", now=line.now())
        line.moved("reopened", batch.id, seq=batch.seq)
        moved = True
    return moved


def _may_land(made: list[attempts.Attempt], signer: bytes, account_nonce: int) -> bool:
    return any(attempt.signer == signer and attempt.nonce >= account_nonce for attempt in made)


def _rewind(line: Line, batch: Batch) -> bool:
    """Back to signed: the stored bytes go out again, and evidence will get a new edition (PROTOCOL.md §4)."""
    with line.database.write() as tx:
        batches.move(tx, batch.id, source=(batch.state,), to="signed", now=line.now(), **_GONE)
    line.moved("rewound", batch.id, seq=batch.seq, level="warning", was=batch.state)
    return True


def _block_stands(line: Line, batch: Batch) -> bool:
    return batch.block_number is not None and stands(line, batch.block_number, batch.block_hash)


def _heads_of(line: Line, some: list[Batch]) -> list[Head | None]:
    return heads(line.rpc, line.anchor_log, [(batch.member, batch.seq) for batch in some]) if some else []


def _is_in_place(batch: Batch, found: Head | None) -> bool:
    return found is not None and is_ours(batch, found) and found.block_number == batch.block_number
