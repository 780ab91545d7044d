"""
What is final is proven first: the transaction, and that it ran well, in the block that the validators endorsed.

A node's word for a head or a receipt is enough to go on with, never to call something final (RELIABILITY.md §7 A13): a node that
lies, or shows another chain's state, can only keep us waiting.
"""

from __future__ import annotations

from typing import Any

from certs.consensus.endorsement import block_hash
from certs.errors import VerificationError
from certs.evm.receipt import parse_receipt
from gateway.pipeline.errors import Held
from gateway.pipeline.line import Line
from gateway.store.acts import Act
from gateway.store.batches import Batch
from ledger.collect import collect_evidence
from ledger.errors import NodeContradicts, NotAnchored, NotYet
from ledger.inclusion import find_inclusion
from ledger.runs import read_block


def anchor_evidence(line: Line, batch: Batch) -> dict[str, Any] | None:
    """EVIDENCE of the batch's anchor, or None while the node cannot show it.

    Raises `Held` (`pipeline.anchor.missing`), and what the RPC port and `collect_evidence` raise.
    """
    consortium = line.consortium
    try:
        return collect_evidence(
            line.rpc,
            consortium.engine,
            consortium.deployment,
            member=line.member,
            seq=batch.seq,
            transaction_hash=hash_of(batch),
            validators=consortium.validators_at(line.rpc, batch.block_number or 0),
        )
    except NotYet:
        return None
    except NotAnchored as error:
        raise Held("pipeline.anchor.missing", error.field) from error


def is_proven(line: Line, act: Act) -> bool:
    """Whether the act's transaction is in its block, and ran well; False when it is not there.

    An act that was found in effect has no transaction of ours to prove: what it says is proven in every staple. Raises
    `NodeContradicts` for a transaction that failed, and what the RPC port raises.
    """
    if act.transaction_hash is None:
        return True
    try:
        found = find_inclusion(line.rpc, line.consortium.engine, act.transaction_hash)
    except NotYet:
        return False
    try:
        parse_receipt(found.receipt)
    except VerificationError as error:
        raise NodeContradicts("ledger.node.hash", "receipt") from error
    return block_hash(line.consortium.engine, found.header) == act.block_hash


def stands(line: Line, number: int, hash_: bytes | None) -> bool:
    """Whether the block at this height, as the node shows it now, is the one of this hash."""
    try:
        header, _ = read_block(line.rpc, line.consortium.engine, number, full=False)
    except NotYet:
        return False
    return block_hash(line.consortium.engine, header) == hash_


def hash_of(batch: Batch) -> bytes:
    """The hash of the transaction that anchored a batch on the chain, 32 bytes."""
    if batch.transaction_hash is None:
        raise ValueError("a batch on the chain names its transaction")
    return batch.transaction_hash
