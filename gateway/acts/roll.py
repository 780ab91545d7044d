"""
The roll: who is, or was, a member, and what each is called.

Settings know the members of the day they were written. A member that a vote admitted since is found by its log on the chain, and
one that left stays: its certificates and its votes still name it. What a code means the chain decides, because a code is never
given twice there; names are the settings'.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certs.consensus.endorsement import block_hash
from gateway.trust import Consortium
from ledger.admissions import admissions
from ledger.collect import NamedMember
from ledger.errors import NotYet
from ledger.rpc import ChainPort
from ledger.runs import latest_number, read_block


@dataclass(frozen=True, slots=True)
class Names:
    """Members by USCC; `name` is empty for one that the settings do not list."""

    members: Mapping[str, NamedMember]

    @property
    def codes(self) -> dict[str, str]:
        """Code → USCC."""
        return {member.code: uscc for uscc, member in self.members.items()}

    @property
    def labels(self) -> dict[str, str]:
        """Name and code by USCC, as they are put before it."""
        return {uscc: f"{member.name} {member.code}".strip() for uscc, member in self.members.items()}

    def view(self, uscc: str) -> dict[str, Any]:
        """A member as it is answered: code and name where they are known."""
        member = self.members.get(uscc)
        if member is None:
            return {"uscc": uscc}
        return {"uscc": uscc, "code": member.code, **({"name": member.name} if member.name else {})}


class Roll:
    """Keeps the names, and asks the chain only for the blocks since it last looked. Thread-safe."""

    def __init__(self, consortium: Consortium) -> None:
        self._consortium = consortium
        self._admitted: list[tuple[str, str]] = []
        self._seen: tuple[int, bytes] | None = None  # the last block that was looked at, and its hash
        self._lock = threading.Lock()

    @property
    def known(self) -> Names:
        """The names as far as they are known, without asking anybody."""
        return _names(self._consortium.members, self._admitted)

    def names(self, rpc: ChainPort) -> Names:
        """The names as of now. Raises `NodeContradicts` and what the RPC port raises."""
        with self._lock:
            self._look(rpc)
        return self.known

    def _look(self, rpc: ChainPort) -> None:
        engine, deployment = self._consortium.engine, self._consortium.deployment
        if self._seen is not None and not self._stands(rpc, *self._seen):
            self._admitted, self._seen = [], None  # the chain was set back: everything once more
        latest = latest_number(rpc)
        first = deployment.set.from_block - 1 if self._seen is None else self._seen[0] + 1  # founders: the constructor's block
        if first > latest:
            return
        # The hash before the logs: a chain that is set back in between is another chain at the next look.
        header, _ = read_block(rpc, engine, latest, full=False)
        self._admitted = self._admitted + admissions(rpc, deployment.consortium, first=first, end=latest)
        self._seen = latest, block_hash(engine, header)

    def _stands(self, rpc: ChainPort, number: int, hash_: bytes) -> bool:
        try:
            header, _ = read_block(rpc, self._consortium.engine, number, full=False)
        except NotYet:
            return False
        return block_hash(self._consortium.engine, header) == hash_


def _names(listed: Iterable[NamedMember], admitted: Iterable[tuple[str, str]]) -> Names:
    members = {member.uscc: member for member in listed}
    taken = dict(admitted)
    codes = set(taken.values())
    kept = {uscc: member for uscc, member in members.items() if uscc in taken or member.code not in codes}
    found = {uscc: NamedMember(uscc, code, members[uscc].name if uscc in members else "") for uscc, code in taken.items()}
    return Names({**kept, **found})
