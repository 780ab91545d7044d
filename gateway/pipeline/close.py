"""
open → closed: open events of one member become one batch with its seq, root, size and scope.

Leaves are shuffled, so that an index tells nothing about the order of receipt (but see `order`). Every leaf and the
scope are recomputed from rows read again in the closing transaction, never from memory: one flipped bit would sign a root that
nothing matches (the Yeti 2022 lesson, RELIABILITY.md §3). Before anything is written the contract is asked whether it would take
the anchor.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from certs.errors import CertError
from certs.limits import LIMITS
from certs.merkle import tree_levels
from certs.record import leaf_hash, tier_digest
from certs.scope import scope_bits
from certs.suites import hash_function
from certs.times import parse_time
from gateway.pipeline.errors import Held
from gateway.pipeline.heads import last_on_chain
from gateway.pipeline.line import Line
from gateway.pipeline.order import in_order
from gateway.store import batches, corrections
from gateway.store.batches import StoredRecord
from gateway.store.errors import RowEdited, StateMoved
from ledger.anchors import anchor_call, preflight
from ledger.runs import latest_number, read_block

NOT_NOW = ("AnchorAlreadySet", "AnchorOutOfOrder")  # the chain moved between two questions


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch of these records, in this order, would be."""

    suite: int
    root: bytes
    tree: bytes
    scope: int


def close_batch(line: Line) -> bool:
    """Closes one batch when enough events wait or the oldest has waited long enough.

    Raises `Held` (`pipeline.anchor.refused`), `RowEdited`, `StateMoved` and what the RPC port raises: the events stay open then.
    """
    chosen = _due(line)
    if chosen is None:
        return False
    ids, last = chosen
    line.shuffle(ids)
    ids, pairs, records, plan = _read(line, ids)
    timely = _timely(line, records)
    if len(timely) < len(ids):
        if not timely:
            return False
        ids, pairs, _, plan = _read(line, timely)
    on_chain = last_on_chain(line.rpc, line.anchor_log, line.member, guess=last)
    if on_chain > last:  # an older copy of the store was put back: what is above stays, and is a human's to explain
        line.log.warning("pipeline.chain.ahead", member=line.member, stored=last, on_chain=on_chain)
    if not _would_be_taken(line, plan, size=len(ids), seq=on_chain + 1):
        return False
    seq = max(last, on_chain) + 1
    with line.database.write() as tx:
        if plan_batch(batches.open_records(tx, ids)) != plan:
            raise RowEdited("store.event.unstable")
        if corrections.pairs(tx, line.member, ids) != pairs:
            raise StateMoved("store.correction.state")
        closing = batches.Closing(
            member=line.member, seq=seq, root=plan.root, scope=plan.scope, suite=plan.suite, tree=plan.tree, event_ids=ids
        )
        batch_id = batches.close(tx, closing, now=line.now())
    line.moved("closed", batch_id, seq=seq, events=len(ids))
    return True


def plan_batch(records: Sequence[StoredRecord]) -> Plan:
    """The tree over records in leaf order, each leaf recomputed. Raises `RowEdited`; the records are of one suite."""
    h = hash_function(records[0].suite)
    levels = tree_levels([recomputed_leaf(record) for record in records], h)
    scope = 0
    for record in records:
        scope |= record.scope
    return Plan(records[0].suite, levels[-1][0], b"".join(node for level in levels for node in level), scope)


def recomputed_leaf(record: StoredRecord) -> bytes:
    """The leaf that salts and bodies give. Raises `RowEdited` (`store.event.{leaf,member,scope}`) when the row says otherwise."""
    h = hash_function(record.suite)
    first, second, third = (tier_digest(salt, body, h) for salt, body in (record.public, record.bureaus, record.submitter))
    if leaf_hash((first, second, third), h) != record.leaf:
        raise RowEdited("store.event.leaf", str(record.id))
    body = json.loads(record.public[1])  # our own canonical bytes: the leaf has just been matched
    if body["member"] != record.member:
        raise RowEdited("store.event.member", str(record.id))
    try:
        scope = scope_bits(body["class"], body["stage"])
    except CertError:
        scope = 0
    if scope != record.scope:
        raise RowEdited("store.event.scope", str(record.id))
    return record.leaf


def _due(line: Line) -> tuple[list[int], int] | None:
    """(row ids to close, the store's last seq), or None when nothing is to be closed now."""
    with line.database.read() as tx:
        if batches.any_halted(tx, line.member):
            return None
        if len(batches.in_states(tx, line.member, "closed", "signed", limit=line.pace.ahead)) == line.pace.ahead:
            return None
        waiting = batches.waiting(tx, line.member)
        if waiting is None:
            return None
        waited = line.now() - waiting.oldest_at
        if waiting.count < line.pace.batch_events and 0 <= waited < line.pace.batch_age_s:  # below 0: the clock was set back
            return None
        ids = batches.open_ids(tx, line.member, waiting.suite, limit=line.pace.batch_events)
        return ids, batches.last_seq(tx, line.member)


def _read(line: Line, ids: list[int]) -> tuple[list[int], list[tuple[str, int, int]], list[StoredRecord], Plan]:
    """The ids in the order of their leaves, the corrections among them, their rows, and the batch they would be."""
    with line.database.read() as tx:
        pairs = corrections.pairs(tx, line.member, ids)
        ids = in_order(ids, pairs)
        records = batches.open_records(tx, ids)
    return ids, pairs, records, plan_batch(records)


def _timely(line: Line, records: Sequence[StoredRecord]) -> list[int]:
    """The ids of rows whose event is not far ahead of the chain's clock; the others stay open until it has caught up.

    The rows' leaves have been matched, so that their bodies can be read. A verifier refuses an event later than its block by
    more than the tolerance (step 10), and one such leaf would be anchored for ever. Half the tolerance is left for coming blocks.
    """
    header, _ = read_block(line.rpc, line.consortium.engine, latest_number(line.rpc), full=False)
    latest = header.timestamp + LIMITS.clock_tolerance_s // 2
    timely = [record.id for record in records if parse_time(json.loads(record.public[1])["time"]) <= latest]
    if len(timely) < len(records):
        line.log.warning("pipeline.event.ahead", member=line.member, waiting=len(records) - len(timely))
    return timely


def _would_be_taken(line: Line, plan: Plan, *, size: int, seq: int) -> bool:
    """Asks the contract about the next seq on the chain; batches closed ahead of it answer for the same rights and scope."""
    data = anchor_call(seq, root=plan.root, size=size, scope=plan.scope, suite=plan.suite)
    refusal = preflight(line.rpc, sender=line.signer.address, to=line.anchor_log, data=data)
    if refusal is None:
        return True
    if refusal.name in NOT_NOW:
        return False
    raise Held("pipeline.anchor.refused", refusal.name)
