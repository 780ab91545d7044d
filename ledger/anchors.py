"""
AnchorLog as the gateway uses it: reading heads, call data of an anchor, and asking beforehand whether it would go through.

A head at (member, seq) is the fate of a batch (RELIABILITY.md §1 R3): equal to ours is success whoever sent it, different is
an alarm, absent is "keep going". Reads here believe one node; what a certificate rests on is proven in `ledger.collect`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from certs.slots import member_word
from ledger.contracts import (
    ANCHOR_LOG,
    CONSORTIUM,
    STATUS_REGISTRY,
    Refusal,
    artifact,
    decode_refusal,
    encode_call,
    event_topic,
)
from ledger.errors import NodeContradicts, RpcRefused
from ledger.quantities import data_bytes, field_of, to_data, to_quantity
from ledger.rpc import ChainPort
from ledger.views import LATEST, Block, views


@dataclass(frozen=True, slots=True)
class Head:
    """The on-chain entry of a batch. `block_number` is the block that wrote it."""

    root: bytes
    size: int
    block_number: int
    suite: int
    scope: int


def head(rpc: ChainPort, anchor_log: bytes, member: str, seq: int, *, block: Block = LATEST) -> Head | None:
    """The head at (member USCC, seq) in the state after `block`, or None when it is not written."""
    return heads(rpc, anchor_log, [(member, seq)], block=block)[0]


def heads(rpc: ChainPort, anchor_log: bytes, places: Sequence[tuple[str, int]], *, block: Block = LATEST) -> list[Head | None]:
    """The same for many places, in one batch and in their order. Raises `RpcRefused` when any of them is refused."""
    many = [[member_word(member), seq] for member, seq in places]
    return [_head_of(values) for values in views(rpc, ANCHOR_LOG, anchor_log, "head", many, block=block)]


def anchor_call(seq: int, *, root: bytes, size: int, scope: int, suite: int) -> bytes:
    """Call data of AnchorLog.anchor. Every attempt of a batch carries these same bytes."""
    return encode_call(artifact(ANCHOR_LOG), "anchor", [seq, root, size, scope, suite])


def preflight(rpc: ChainPort, *, sender: str, to: bytes, data: bytes) -> Refusal | None:
    """Whether the call would go through in the latest state: None, or the custom error it would end with.

    Raises `RpcRefused` when the node answers with an error that carries no revert data: that is no word of the contract.
    """
    try:
        rpc.call("eth_call", [{"from": sender, "to": to_data(to), "data": to_data(data)}, LATEST])
    except RpcRefused as refused:
        if refused.data is None:
            raise
        return decode_refusal([artifact(name) for name in (ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY)], refused.data)
    return None


def anchor_transaction(rpc: ChainPort, anchor_log: bytes, member: str, seq: int, *, block_number: int) -> bytes | None:
    """The hash of the transaction whose log wrote (member, seq) in this block, whoever sent it; None when there is no log."""
    topics = [event_topic(artifact(ANCHOR_LOG), "Anchored"), member_word(member), seq.to_bytes(32, "big")]
    answer = rpc.call(
        "eth_getLogs",
        [
            {
                "fromBlock": to_quantity(block_number),
                "toBlock": to_quantity(block_number),
                "address": to_data(anchor_log),
                "topics": [to_data(topic) for topic in topics],
            }
        ],
    )
    if not isinstance(answer, list) or len(answer) > 1:
        raise NodeContradicts("ledger.node.form", "logs")
    return data_bytes(field_of(answer[0], "transactionHash"), "transactionHash", length=32) if answer else None


def _head_of(values: tuple[Any, ...]) -> Head | None:
    root, size, block_number, suite, scope = values
    if root == bytes(32):
        return None
    return Head(root=root, size=size, block_number=block_number, suite=suite, scope=scope)
