"""
One transaction and its receipt in their block, rebuilt into bytes and proven under the header's roots: what EVIDENCE rests on.

What a node says is hashed, never believed: tries must have the roots of a header whose hash is the block's, and the block must
be endorsed before a package leaves. What the logs mean is the caller's to read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from certs.evm.header import Header
from certs.evm.keccak import keccak256
from ledger.blocks import index_proof, receipt_raw, transaction_raw
from ledger.errors import NodeContradicts, NotYet, RpcRefused
from ledger.quantities import list_of, to_data, to_quantity
from ledger.rpc import ChainPort, every
from ledger.runs import endorsed_from, read_block
from ledger.transactions import receipt

METHOD_NOT_FOUND: Final = -32601  # GoQuorum has no eth_getBlockReceipts


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A transaction at `index` of the block of `header`: its signed bytes, its receipt's, and the nodes proving both."""

    header: Header
    index: int
    transaction: bytes
    receipt: bytes
    nodes: tuple[bytes, ...]


def find_inclusion(rpc: ChainPort, engine: str, transaction_hash: bytes) -> Inclusion:
    """Where the transaction is now, proven under its header, which is not yet asked for its endorsement.

    Raises `NotYet` (no receipt, or it moved to another block meanwhile) and `NodeContradicts`.
    """
    included = receipt(rpc, transaction_hash)
    if included is None:
        raise NotYet("ledger.receipt.missing")
    header, block = read_block(rpc, engine, included.block_number, full=True)
    transactions = [transaction_raw(entry) for entry in list_of(block, "transactions")]
    hashes = [keccak256(raw) for raw in transactions]
    if transaction_hash not in hashes:
        raise NotYet("ledger.block.moved")
    index = hashes.index(transaction_hash)
    receipts = _block_receipts(rpc, header.number, hashes)
    nodes = {
        *index_proof(receipts, index, root=header.receipts_root, field="receipts"),
        *index_proof(transactions, index, root=header.transactions_root, field="transactions"),
    }
    return Inclusion(header, index, transactions[index], receipts[index], tuple(sorted(nodes)))


def evidence_json(
    rpc: ChainPort, engine: str, found: Inclusion, *, chain_id: int, log: int, validators: Collection[bytes]
) -> dict[str, Any]:
    """EVIDENCE of log number `log`, endorsed by `validators`, the set in force at its block. Raises `NotYet` (too few)."""
    run = endorsed_from(rpc, engine, found.header, validators)
    return {
        "chainId": chain_id,
        "headers": [to_data(header.raw) for header in run.headers],
        "index": found.index,
        "log": log,
        "nodes": [to_data(node) for node in found.nodes],
    }


def _block_receipts(rpc: ChainPort, number: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Every receipt of a block in its order: in one call, or one by one from a node that lacks the method."""
    try:
        answer = rpc.call("eth_getBlockReceipts", [to_quantity(number)])
    except RpcRefused as refused:
        if refused.rpc_code != METHOD_NOT_FOUND:
            raise
        answer = every(rpc.batch([("eth_getTransactionReceipt", [to_data(hash_)]) for hash_ in hashes]))
    if answer is None or (isinstance(answer, list) and None in answer):
        raise NotYet("ledger.receipt.missing")
    if not isinstance(answer, list):
        raise NodeContradicts("ledger.node.form", "receipts")
    return [receipt_raw(entry) for entry in answer]
