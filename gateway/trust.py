"""
The consortium this gateway serves, and the trust bundle (信任根文件) it hands out.

A bundle that comes from the gateway it is used against proves nothing by itself: a reader compares its fingerprint with another
source once. It is re-made with a fresh head, because a block far past a bundle's head is not accepted by a verifier.
Validator sets are those the consortium announced, each proven; nothing is endorsed by a set that is only said to be in force.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certs.trust import ValidatorSet
from ledger.announcements import AnnouncedSet, announced_sets, validators_at
from ledger.collect import NamedMember, build_bundle
from ledger.errors import NotYet
from ledger.manifest import Deployment
from ledger.members import validator_set
from ledger.rpc import ChainPort
from ledger.runs import latest_number


class AnnouncedSets:
    """The proven sets, collected once and again when Consortium's last set is another than the last one known. Thread-safe."""

    def __init__(self) -> None:
        self._known: tuple[AnnouncedSet, ...] = ()
        self._lock = threading.Lock()

    def of(self, rpc: ChainPort, engine: str, deployment: Deployment) -> tuple[AnnouncedSet, ...]:
        """Every set so far, the oldest first. Raises what `announced_sets` raises."""
        with self._lock:
            if not self._known or self._known[-1].set != validator_set(rpc, deployment.consortium):
                self._known = announced_sets(rpc, engine, deployment)
            return self._known


@dataclass(frozen=True, slots=True, kw_only=True)
class Consortium:
    """What a bundle says besides its proofs. `engine` is qbft or clique, `network` development or production."""

    deployment: Deployment
    engine: str
    network: str
    name: str
    prefix: str
    members: tuple[NamedMember, ...]
    _announced: AnnouncedSets = field(default_factory=AnnouncedSets, init=False, repr=False, compare=False)

    def code_of(self, member: str) -> str:
        """The code of a member (USCC). Raises `KeyError` for a stranger."""
        return {known.uscc: known.code for known in self.members}[member]

    def sets(self, rpc: ChainPort) -> tuple[AnnouncedSet, ...]:
        """Every announced validator set, proven. Raises `NotYet` while the last announcement is not endorsed."""
        return self._announced.of(rpc, self.engine, self.deployment)

    def validators_at(self, rpc: ChainPort, block_number: int) -> tuple[bytes, ...]:
        """The validator set in force at a height. Raises what `sets` raises, and `NodeContradicts` below the first set."""
        return validators_at(self.sets(rpc), block_number)

    def last_set(self, rpc: ChainPort) -> ValidatorSet:
        """The set announced last, in force in the newest block. Raises `NotYet` for one that is in force from the next."""
        last = self.sets(rpc)[-1].set
        if latest_number(rpc) < last.from_block:
            raise NotYet("ledger.block.missing")
        return last

    def facts(self) -> Mapping[str, str]:
        """What a store is pinned to (`gateway.store.pinned`)."""
        contracts = self.deployment.contracts_json()
        return {
            "chainId": str(self.deployment.chain_id),
            "genesisHash": "0x" + self.deployment.genesis_hash.hex(),
            "prefix": self.prefix,
            **{name: contracts[name] for name in ("consortium", "anchorLog", "statusRegistry")},
        }


def current_bundle(rpc: ChainPort, consortium: Consortium) -> dict[str, Any]:
    """BUNDLE with a head of now. Raises what `ledger.collect.build_bundle` raises."""
    return build_bundle(
        rpc,
        consortium.engine,
        consortium.deployment,
        network=consortium.network,
        name=consortium.name,
        prefix=consortium.prefix,
        members=consortium.members,
        sets=consortium.sets(rpc),
    )
