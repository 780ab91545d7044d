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

from certs.canonical import canonical
from certs.errors import CannotCheck, CertError, VerificationError
from certs.evm.header import Header
from certs.evm.log import decode_anchored
from certs.evm.receipt import parse_receipt
from certs.evm.state import Account, account, storage_word
from certs.evm.transaction import parse_transaction
from certs.evm.trie import NodeSet
from certs.slots import CONSORTIUM_SET_SLOT, anchor_slots, batch_status_slot, code_status_slot, leaf_status_slot
from certs.trust import ValidatorSet, load_bundle
from ledger.announcements import AnnouncedSet
from ledger.errors import NodeContradicts, NotAnchored, NotYet, WrongChain
from ledger.inclusion import Inclusion, evidence_json, find_inclusion
from ledger.manifest import Deployment
from ledger.quantities import data_bytes, list_of, to_data, to_quantity
from ledger.rpc import ChainPort, every
from ledger.runs import EndorsedRun, finality, latest_endorsed

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
    found = find_inclusion(rpc, engine, transaction_hash)
    log = _anchoring_log(found, deployment, (member, seq))
    return evidence_json(rpc, engine, found, chain_id=deployment.chain_id, log=log, validators=validators)


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


def collect_head(rpc: ChainPort, engine: str, deployment: Deployment, *, last: ValidatorSet) -> dict[str, Any]:
    """A bundle's `head`: the newest block `last` endorses, whose state proves Consortium's code and `last` in slot 0.

    Raises `NotYet` (`last` is not in force yet, or too few signed), `NodeContradicts` (`ledger.node.set`: another set was
    announced since).
    """
    run = latest_endorsed(rpc, engine, last.validators)
    if run.headers[0].number < max(deployment.from_block, last.from_block):
        raise NotYet("ledger.block.missing")
    nodes, state = _prove_state(rpc, run.headers[0], [(deployment.consortium, [CONSORTIUM_SET_SLOT])])
    _require_code(state, [deployment.code_hashes[0]])
    if state[0][1] != [last.commitment()]:
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
    sets: Sequence[AnnouncedSet],
) -> dict[str, Any]:
    """BUNDLE with a fresh head, of all the sets announced so far (`ledger.announcements.announced_sets`).

    `network` is `development` or `production`. What is returned is what a verifier takes: raises `NodeContradicts`
    (`ledger.node.bundle`, with the verifier's code) for a bundle that does not hold, and what `collect_head` raises.
    """
    bundle = {
        "format": "shisu-trust/1",
        "network": network,
        "name": name,
        "prefix": prefix,
        "chainId": deployment.chain_id,
        "engine": engine,
        "genesisHash": to_data(deployment.genesis_hash),
        "contracts": deployment.contracts_json(),
        "members": [{"uscc": m.uscc, "code": m.code, "name": m.name} for m in members],
        "sets": [announced.to_json() for announced in sets],
        "head": collect_head(rpc, engine, deployment, last=sets[-1].set),
    }
    try:
        load_bundle(canonical(bundle))
    except CannotCheck as error:
        raise NodeContradicts("ledger.node.bundle", error.code) from error
    return bundle


def _anchoring_log(found: Inclusion, deployment: Deployment, place: tuple[str, int]) -> int:
    """Which log of the receipt is the anchor of `place`; the transaction is a call of our AnchorLog on our chain."""
    try:
        transaction = parse_transaction(found.transaction)
        logs = parse_receipt(found.receipt).logs
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
