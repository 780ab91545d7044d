"""
Evidence (链上证明) → a log that a succeeded transaction of a given block emitted (PROTOCOL.md §6).

One walk a question, over one set of nodes, so that the caller can say which step failed: header form and receipt (step 5),
transaction (step 6). Whether the block is endorsed is asked elsewhere (step 7, `certs.trust`).
"""

from __future__ import annotations

from certs.consensus import endorsement
from certs.errors import VerificationError
from certs.evm.header import Header, parse_header
from certs.evm.receipt import Log, Receipt, parse_receipt
from certs.evm.rlp import encode
from certs.evm.transaction import Transaction, parse_transaction
from certs.evm.trie import NodeSet


def read_first_header(engine: str, raw: bytes) -> Header:
    """The header the proofs hang on, extraData's form included, seals not. Raises `VerificationError`."""
    header = parse_header(raw)
    endorsement.check_extra(engine, header)
    return header


def index_key(index: int) -> bytes:
    """The trie key of transaction and receipt number `index` in its block: rlp(index)."""
    return encode(index.to_bytes((index.bit_length() + 7) // 8, "big"))


def prove_receipt(nodes: NodeSet, header: Header, index: int) -> Receipt:
    """The receipt at `index` under the header's receipts root. Raises `VerificationError`."""
    raw = nodes.get(header.receipts_root, index_key(index))
    if raw is None:
        raise VerificationError("evidence.receipt.absent", "/evidence/index")
    return parse_receipt(raw)


def pick_log(receipt: Receipt, number: int) -> Log:
    """Log `number`, counted within its receipt from 0. Raises `VerificationError` `evidence.log.absent`."""
    if number >= len(receipt.logs):
        raise VerificationError("evidence.log.absent", "/evidence/log")
    return receipt.logs[number]


def prove_transaction(nodes: NodeSet, header: Header, index: int) -> Transaction:
    """The transaction at `index` under the header's transactions root. Raises `VerificationError`."""
    raw = nodes.get(header.transactions_root, index_key(index))
    if raw is None:
        raise VerificationError("evidence.transaction.absent", "/evidence/index")
    return parse_transaction(raw)


def check_all_used(nodes: NodeSet) -> None:
    """Raises `VerificationError` `evidence.nodes.unused`: a package holds what its proofs visit and nothing else."""
    if nodes.unused():
        raise VerificationError("evidence.nodes.unused", "/evidence/nodes")
