"""
Evidence, staples and the bundle, collected from one node in the JSON form of PROTOCOL.md §4.

Nothing false leaves here: what a node says is rebuilt into bytes and hashed, tries must have the roots of an endorsed header,
and state is walked with the verifier's own functions before it is returned. A node that lies in one field is
`NodeContradicts`, and what is not there yet is `NotYet`. Every node of a package is one that a walk visits, sorted and distinct.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from certs.errors import CertError, VerificationError
from certs.evm.header import Header
from certs.evm.keccak import keccak256
from certs.evm.log import decode_anchored
from certs.evm.receipt import parse_receipt
from certs.evm.state import Account, account, storage_word
from certs.evm.transaction import parse_transaction
from certs.evm.trie import NodeSet
from certs.slots import CONSORTIUM_SET_SLOT, anchor_slots, batch_status_slot, code_status_slot, leaf_status_slot
from ledger.blocks import index_proof, receipt_raw, transaction_raw
from ledger.errors import NodeContradicts, NotAnchored, NotYet, RpcRefused, WrongChain
from ledger.manifest import Deployment
from ledger.members import set_word
from ledger.quantities import data_bytes, list_of, to_data, to_quantity
from ledger.rpc import ChainPort, every
from ledger.runs import EndorsedRun, endorsed_from, finality, latest_endorsed, read_block
from ledger.transactions import receipt

METHOD_NOT_FOUND: Final = -32601  # GoQuorum has no eth_getBlockReceipts
_INLINE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leaf is: the member's USCC, its batch, and the leaf's index in it."""

    member: str
    seq: int
    index: int


@dataclass(frozen=True, slots=True)
class NamedMember:
    """A member as the bundle shows it to people."""

    uscc: str
    code: str
    name: str


def collect_evidence(
    rpc: ChainPort,
    engine: str,
    deployment: Deployment,
    *,
    member: str,
    seq: int,
    transaction_hash: bytes,
    validators: Collection[bytes],
) -> dict[str, Any]:
    """EVIDENCE of the anchor (member, seq) that this transaction made; `validators` is the set in force at its block.

    Raises `NotYet` (no receipt, too few endorsers, moved to another block), `NotAnchored`, `NodeContradicts`, `WrongChain`.
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
    nodes = sorted(
        {
            *index_proof(receipts, index, root=header.receipts_root, field="receipts"),
            *index_proof(transactions, index, root=header.transactions_root, field="transactions"),
        }
    )
    log = _anchoring_log(receipts[index], transactions[index], deployment, (member, seq))
    run = endorsed_from(rpc, engine, header, validators)
    return {
        "chainId": deployment.chain_id,
        "headers": _headers(run),
        "index": index,
        "log": log,
        "nodes": [to_data(node) for node in nodes],
    }


def collect_staple(
    rpc: ChainPort,
    engine: str,
    deployment: Deployment,
    place: Place,
    *,
    code_keys: Sequence[bytes],
    validators: Collection[bytes],
    at_block: int | None = None,
) -> dict[str, Any]:
    """A staple: the words of AnchorLog and StatusRegistry for one leaf, proven in one endorsed block (default: the newest).

    Raises `NotAnchored` when that state has no such anchor, `NotYet` (too few endorsers), `NodeContradicts`.
    """
    head_slots = anchor_slots(place.member, place.seq)
    leaf, batch = leaf_status_slot(place.member, place.seq, place.index), batch_status_slot(place.member, place.seq)
    words = [leaf, batch, *map(code_status_slot, code_keys)]
    run = _run_at(rpc, engine, validators, at_block)
    wanted = [(deployment.anchor_log, list(head_slots)), (deployment.status_registry, words)]
    nodes, state = _prove_state(rpc, run.headers[0], wanted)
    _require_code(state, [deployment.code_hashes[1], deployment.code_hashes[2]])
    if any(word is None for word in state[0][1]):
        raise NotAnchored("ledger.anchor.missing")
    return {"headers": _headers(run), "nodes": nodes}


def collect_head(
    rpc: ChainPort, engine: str, deployment: Deployment, *, validators: Collection[bytes] | None = None
) -> dict[str, Any]:
    """A bundle's `head`: the newest endorsed block, whose state proves Consortium's code and the deployment's set in slot 0.

    `validators` defaults to that set. Raises `NotYet`, `NodeContradicts` (`ledger.node.set`: another set was announced).
    """
    run = latest_endorsed(rpc, engine, deployment.set.validators if validators is None else validators)
    if run.headers[0].number < max(deployment.from_block, deployment.set.from_block):
        raise NotYet("ledger.block.missing")
    nodes, state = _prove_state(rpc, run.headers[0], [(deployment.consortium, [CONSORTIUM_SET_SLOT])])
    _require_code(state, [deployment.code_hashes[0]])
    if state[0][1] != [set_word(deployment.set)]:
        raise NodeContradicts("ledger.node.set")
    return {"headers": _headers(run), "nodes": nodes}


def build_bundle(
    rpc: ChainPort,
    engine: str,
    deployment: Deployment,
    *,
    network: str,
    name: str,
    prefix: str,
    members: Iterable[NamedMember],
) -> dict[str, Any]:
    """BUNDLE with the deployment's one set and a fresh head. `network` is `development` or `production`."""
    return {
        "format": "shisu-trust/1",
        "network": network,
        "name": name,
        "prefix": prefix,
        "chainId": deployment.chain_id,
        "engine": engine,
        "genesisHash": to_data(deployment.genesis_hash),
        "contracts": deployment.contracts_json(),
        "members": [{"uscc": m.uscc, "code": m.code, "name": m.name} for m in members],
        "sets": [{**deployment.set_json(), "evidence": None}],
        "head": collect_head(rpc, engine, deployment),
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


def _anchoring_log(receipt_bytes: bytes, transaction_bytes: bytes, deployment: Deployment, place: tuple[str, int]) -> int:
    """Which log of the receipt is the anchor of `place`; the transaction is a call of our AnchorLog on our chain."""
    try:
        transaction = parse_transaction(transaction_bytes)
        logs = parse_receipt(receipt_bytes).logs
        anchored = {at: decode_anchored(log) for at, log in enumerate(logs) if log.address == deployment.anchor_log}
    except VerificationError as error:  # a failed transaction, or a form that no verifier takes
        raise NotAnchored("ledger.anchor.missing", error.code) from error
    if transaction.chain_id != deployment.chain_id:
        raise WrongChain("ledger.chain.transaction")
    if transaction.to != deployment.anchor_log:
        raise NotAnchored("ledger.anchor.missing", "to")
    for at, entry in anchored.items():
        if (entry.member, entry.seq) == place:
            return at
    raise NotAnchored("ledger.anchor.missing", "log")


def _run_at(rpc: ChainPort, engine: str, validators: Collection[bytes], at_block: int | None) -> EndorsedRun:
    return latest_endorsed(rpc, engine, validators) if at_block is None else finality(rpc, engine, at_block, validators)


State = list[tuple[Account, list[bytes | None]]]


def _prove_state(rpc: ChainPort, header: Header, wanted: Sequence[tuple[bytes, list[bytes]]]) -> tuple[list[str], State]:
    """The proof nodes of accounts and their slots under a header's state root, and what they prove."""
    block = to_quantity(header.number)
    answers = every(
        rpc.batch([("eth_getProof", [to_data(address), [to_data(slot) for slot in slots], block]) for address, slots in wanted])
    )
    nodes = sorted(set().union(*(_proof_nodes(answer) for answer in answers)))
    try:
        known = NodeSet(nodes)
        state = [_account_words(known, header.state_root, address, slots) for address, slots in wanted]
    except CertError as error:
        raise NodeContradicts("ledger.node.proof", error.code) from error
    if known.unused():
        raise NodeContradicts("ledger.node.proof", "unused")
    return [to_data(node) for node in nodes], state


def _account_words(
    known: NodeSet, state_root: bytes, address: bytes, slots: Sequence[bytes]
) -> tuple[Account, list[bytes | None]]:
    found = account(known, state_root, address)
    if found is None:
        raise NodeContradicts("ledger.node.code", "account")
    return found, [storage_word(known, found.storage_root, slot) for slot in slots]


def _proof_nodes(answer: Any) -> set[bytes]:
    """The nodes of one `eth_getProof` answer, without those that travel inside their parent and the empty trie's 0x80.

    A hashed key alone takes 32 bytes, so no root of a state or storage trie is shorter.
    """
    lists = [list_of(answer, "accountProof"), *(list_of(entry, "proof") for entry in list_of(answer, "storageProof"))]
    nodes: set[bytes] = set()
    for proof in lists:
        nodes.update(raw for raw in (data_bytes(node, "proof") for node in proof) if len(raw) >= _INLINE_BYTES)
    return nodes


def _require_code(state: State, code_hashes: Sequence[bytes]) -> None:
    if [found.code_hash for found, _ in state] != list(code_hashes):
        raise NodeContradicts("ledger.node.code")


def _headers(run: EndorsedRun) -> list[str]:
    return [to_data(header.raw) for header in run.headers]
