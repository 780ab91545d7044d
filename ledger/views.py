"""
Reading a contract: `eth_call` of a view, at a block, one or many at once.

What a view says is one node's word for it. Proofs are collected elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ledger.contracts import artifact, decode_result, encode_call
from ledger.quantities import data_bytes, to_data, to_quantity
from ledger.rpc import ChainPort, every

LATEST: Final = "latest"
Block = int | str  # a height, or a tag


def block_tag(block: Block) -> str:
    """A block as JSON-RPC writes it: a quantity, or a tag as it is."""
    return to_quantity(block) if isinstance(block, int) else block


def view(
    rpc: ChainPort, name: str, address: bytes, function: str, arguments: Sequence[Any] = (), *, block: Block = LATEST
) -> tuple[Any, ...]:
    """What `function` of the contract `name` at `address` returns in the state after `block`.

    Raises `RpcRefused` (its `data` has the contract's custom error), `NodeContradicts` for a result that does not decode.
    """
    return views(rpc, name, address, function, [arguments], block=block)[0]


def views(
    rpc: ChainPort, name: str, address: bytes, function: str, many: Sequence[Sequence[Any]], *, block: Block = LATEST
) -> list[tuple[Any, ...]]:
    """The same for many argument lists, in one batch and in their order. Raises the first `RpcRefused`."""
    contract = artifact(name)
    data = [to_data(encode_call(contract, function, arguments)) for arguments in many]
    answers = rpc.batch([("eth_call", [{"to": to_data(address), "data": call}, block_tag(block)]) for call in data])
    return [decode_result(contract, function, data_bytes(answer, "result")) for answer in every(answers)]
