"""
The consortium this gateway serves, and the trust bundle (信任根文件) it hands out.

A bundle that comes from the gateway it is used against proves nothing by itself: a reader compares its fingerprint with another
source once. It is re-made with a fresh head, because a block far past a bundle's head is not accepted by a verifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.collect import NamedMember, build_bundle
from ledger.manifest import Deployment
from ledger.rpc import ChainPort


@dataclass(frozen=True, slots=True, kw_only=True)
class Consortium:
    """What a bundle says besides its proofs. `engine` is qbft or clique, `network` development or production."""

    deployment: Deployment
    engine: str
    network: str
    name: str
    prefix: str
    members: tuple[NamedMember, ...]

    def code_of(self, member: str) -> str:
        """The code of a member (USCC). Raises `KeyError` for a stranger."""
        return {known.uscc: known.code for known in self.members}[member]

    def validators_at(self, _block_number: int) -> tuple[bytes, ...]:
        """The validator set in force at a height: this edition knows the first set only."""
        return self.deployment.set.validators

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
    )
