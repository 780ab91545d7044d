"""What a store is compared with: the consortium it is pinned to, and the validator sets that endorse its anchors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.trust import Consortium
from ledger.errors import LedgerError, NotYet
from ledger.rpc import ChainPort


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`hosts` are the Digital Link hosts of the settings, `served` the USCCs of the members whose line this gateway runs."""

    consortium: Consortium
    hosts: Collection[str]
    served: Collection[str]

    @property
    def codes(self) -> Mapping[str, str]:
        """Members' codes by USCC."""
        return {member.uscc: member.code for member in self.consortium.members}

    def place(self, member: str, seq: int | str) -> str:
        """How a place is named in a report: the member's code, or its USCC where it has none here, and the seq."""
        return f"{self.codes.get(member, member)} {seq}"


class Validators:
    """The announced set at a height, from the chain; without a chain the manifest's first set, which may not be the last."""

    def __init__(self, consortium: Consortium, rpc: ChainPort | None) -> None:
        self._consortium = consortium
        self._rpc = rpc

    @property
    def known(self) -> bool:
        """Whether every set is known, so that a count that is too small is false and not merely unknown."""
        return self._rpc is not None

    def at(self, height: int) -> Collection[bytes]:
        """The set in force at a height. Raises what `Consortium.validators_at` raises."""
        if self._rpc is None:
            return self._consortium.deployment.set.validators
        return self._consortium.validators_at(self._rpc, height)


def validators_of(consortium: Consortium, rpc: ChainPort | None) -> tuple[Validators, LedgerError | None]:
    """The sets as far as they can be had now, and why not all of them. The sets are proven here, once."""
    if rpc is None:
        return Validators(consortium, None), None
    try:
        consortium.sets(rpc)
    except (LedgerError, NotYet) as error:
        return Validators(consortium, None), error
    return Validators(consortium, rpc), None
