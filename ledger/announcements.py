"""
The validator sets the consortium announced, oldest first, each but the first with EVIDENCE under the set before it.

Never from extraData, and never on a node's word: logs only say where to look. Each announcement is proven in its block, that
block is endorsed by the set it ends, the steps have no gap, and the last one is what Consortium says now. Collecting walks back
over the chain, so the caller keeps the answer, and asks again when `ledger.members.validator_set` differs from its last set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from certs.errors import VerificationError
from certs.evm.log import VALIDATORS_CHANGED, ValidatorsChanged, decode_validators_changed
from certs.evm.receipt import parse_receipt
from certs.evm.transaction import parse_transaction
from certs.trust import ValidatorSet
from ledger.errors import NodeContradicts, WrongChain
from ledger.inclusion import Inclusion, evidence_json, find_inclusion
from ledger.manifest import Deployment, set_json
from ledger.members import validator_set
from ledger.quantities import data_bytes, field_of, to_data, to_quantity
from ledger.rpc import ChainPort
from ledger.runs import latest_number

LOG_RANGE: Final = 5_000  # blocks of one question; Besu answers no longer one by default (--rpc-max-logs-range)


@dataclass(frozen=True, slots=True)
class AnnouncedSet:
    """One set and the EVIDENCE of its announcement (PROTOCOL.md §4); None for the first, which a verifier pins."""

    set: ValidatorSet
    evidence: dict[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        """An entry of a bundle's `sets`."""
        return {**set_json(self.set), "evidence": self.evidence}


def announced_sets(rpc: ChainPort, engine: str, deployment: Deployment) -> tuple[AnnouncedSet, ...]:
    """Every set from the deployment's first to the one Consortium holds now.

    Raises `NotYet` while an announcement is not endorsed, `NodeContradicts` (`ledger.node.announcement`: a log, a step or the
    last set that is not as stated), `WrongChain`.
    """
    last = validator_set(rpc, deployment.consortium)
    sets = [AnnouncedSet(deployment.set, None)]
    for transaction_hash in _announcing(rpc, deployment, last):
        sets.append(_proven(rpc, engine, deployment, sets[-1].set, transaction_hash))
    if sets[-1].set != last:
        raise NodeContradicts("ledger.node.announcement", "last")
    return tuple(sets)


def validators_at(sets: Sequence[AnnouncedSet], height: int) -> tuple[bytes, ...]:
    """The validators in force at a height, as far as `sets` go. Raises `NodeContradicts` for a height before the first set:
    nothing of the consortium can be there."""
    for announced in reversed(sets):
        if announced.set.from_block <= height:
            return announced.set.validators
    raise NodeContradicts("ledger.node.number", "set")


def _announcing(rpc: ChainPort, deployment: Deployment, last: ValidatorSet) -> list[bytes]:
    """The transactions a node says announced a set after the first, in their order.

    `last` was announced in the block before its first; from there it goes back until as many are found as `last` counts.
    """
    if last.from_block - 1 > latest_number(rpc):
        raise NodeContradicts("ledger.node.announcement", "height")
    found: list[bytes] = []
    for first, end in _ranges(deployment.set.from_block, last.from_block - 1):
        if len(found) >= last.epoch:
            break
        found[:0] = _transactions_of_logs(rpc, deployment, first, end)
    return found


def _ranges(first: int, end: int) -> Iterator[tuple[int, int]]:
    """The blocks `first` … `end`, both included, in ranges from the last to the first."""
    while end >= first:
        start = max(first, end - LOG_RANGE + 1)
        yield start, end
        end = start - 1


def _transactions_of_logs(rpc: ChainPort, deployment: Deployment, first: int, end: int) -> list[bytes]:
    query = {
        "fromBlock": to_quantity(first),
        "toBlock": to_quantity(end),
        "address": to_data(deployment.consortium),
        "topics": [to_data(VALIDATORS_CHANGED)],
    }
    answer = rpc.call("eth_getLogs", [query])
    if not isinstance(answer, list):
        raise NodeContradicts("ledger.node.form", "logs")
    return [data_bytes(field_of(log, "transactionHash"), "transactionHash", length=32) for log in answer]


def _proven(rpc: ChainPort, engine: str, deployment: Deployment, before: ValidatorSet, transaction_hash: bytes) -> AnnouncedSet:
    """What this transaction announced, in a block where `before` is in force and which `before` endorsed."""
    found = find_inclusion(rpc, engine, transaction_hash)
    log, said = _announcing_log(found, deployment)
    after = ValidatorSet(said.epoch, said.from_block, said.validators, said.operators)
    _check_step(before, after, found.header.number)
    return AnnouncedSet(
        after,
        evidence_json(rpc, engine, found, chain_id=deployment.chain_id, log=log, validators=before.validators),
    )


def _announcing_log(found: Inclusion, deployment: Deployment) -> tuple[int, ValidatorsChanged]:
    """Which log of the receipt is the announcement, and what it says; the transaction is one of our chain, to any address."""
    try:
        transaction, logs = parse_transaction(found.transaction), parse_receipt(found.receipt).logs
        said = [
            (at, decode_validators_changed(log))
            for at, log in enumerate(logs)
            if log.address == deployment.consortium and log.topics[:1] == (VALIDATORS_CHANGED,)
        ]
    except VerificationError as error:
        raise NodeContradicts("ledger.node.announcement", error.code) from error
    if transaction.chain_id != deployment.chain_id:
        raise WrongChain("ledger.chain.transaction")
    if len(said) != 1:  # a set is in force before another is announced, so never two in a block
        raise NodeContradicts("ledger.node.announcement", "log")
    return said[0]


def _check_step(before: ValidatorSet, after: ValidatorSet, number: int) -> None:
    """PROTOCOL.md §6: epochs consecutive, fromBlock = that number + 1, the set before in force, one in and one out."""
    follows = after.epoch == before.epoch + 1 and after.from_block == number + 1 and number >= before.from_block
    if not follows or not after.is_one_step_from(before):
        raise NodeContradicts("ledger.node.announcement", "step")
