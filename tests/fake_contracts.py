"""
What Consortium and StatusRegistry do, as far as the gateway's tests need it without an EVM: votes are kept, statuses are words.

The rules are the contracts' in small; whatever a test depends on is tried on the real ones too (`tests.served_chain`). A proposal
that is executed calls nothing. Status words lie where the contract keeps them, so staples of the fake chain show them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode
from eth_utils.abi import get_abi_output_types

from certs.consensus.endorsement import needed
from certs.slots import anchor_slots, batch_status_slot, code_status_slot, code_word, leaf_status_slot, member_word
from ledger.contracts import CONSORTIUM, STATUS_REGISTRY, artifact, decode_call
from tests.world import World, hexed

LIFE_S = 30 * 86_400
VOTE, STATUS, RECALL = 1, 4, 8


@dataclass
class FakeProposal:
    target: str
    data: bytes
    proposer: str
    expires_at: int
    executed: bool = False
    approvals: set[str] = field(default_factory=set)


@dataclass
class FakeVotes:
    """The state of the consortium that transactions change."""

    proposals: list[FakeProposal] = field(default_factory=list)
    frozen: set[str] = field(default_factory=set)
    retired: set[str] = field(default_factory=set)
    changes: int = 0


@dataclass
class FakeContracts:
    """Both contracts over one world; `members` is signer → (USCC, code), `rights` those of a member that has not all of them."""

    world: World
    members: dict[str, tuple[str, str]]
    rights: dict[str, int]
    now: FakeVotes = field(default_factory=FakeVotes)

    # --- calls: the name of the error, or "" when it goes through

    def refusal(self, sender: str, contract: str, data: bytes) -> str:
        function, arguments = self._read(contract, data)
        member = self.members.get(sender, ("", ""))[0]
        if contract == STATUS_REGISTRY:
            return self._status_refusal(member, function, arguments)
        if function == "freeze":
            return "" if member and member not in self.now.frozen else "MemberIsFrozen" if member else "SignerNotActing"
        if function == "propose":
            return self._vote_refusal(member)
        return self._proposal_refusal(member, function, arguments[0])

    def execute(self, sender: str, contract: str, data: bytes) -> None:
        """Does what a call that is not refused does."""
        function, arguments = self._read(contract, data)
        member = self.members[sender][0]
        if contract == STATUS_REGISTRY:
            self._set_status(member, function, arguments)
            return
        time = self.world.blocks[-1].time
        if function == "freeze":
            self.now.frozen.add(member)
        elif function == "propose":
            self.now.proposals.append(FakeProposal(arguments[0], arguments[1], member, time + LIFE_S))
        else:
            voted_on = self.now.proposals[arguments[0] - 1]
            if function == "execute":
                voted_on.executed = True
            else:
                (voted_on.approvals.add if function == "approve" else voted_on.approvals.discard)(member)

    def view(self, contract: str, data: bytes) -> bytes | None:
        """The result of a view; None for a function that writes."""
        function, arguments = self._read(contract, data)
        answer: Callable[..., Any] | None = getattr(self, f"_view_{function}", None)
        if answer is None:
            return None
        entry = next(e for e in artifact(contract).abi if e["type"] == "function" and e["name"] == function)
        return encode(get_abi_output_types(entry), answer(*arguments))

    # --- views

    def _view_validatorSet(self) -> tuple[Any, ...]:
        last = self.world.sets[-1]
        return last.epoch, last.from_block, [hexed(v) for v in last.validators], [member_word(o) for o in last.operators]

    def _view_voters(self) -> tuple[Any, ...]:
        voting = (uscc for uscc, _ in self.members.values() if uscc not in self.now.retired and self._rights(uscc) & VOTE)
        return (sorted(map(member_word, voting)),)

    def _view_members(self, member: bytes) -> tuple[Any, ...]:
        for signer, (uscc, code) in self.members.items():
            if member_word(uscc) == member:
                active, frozen = uscc not in self.now.retired, uscc in self.now.frozen
                return ((code_word(code), 2**64 - 1, self.rights.get(uscc, 15), active, frozen, signer),)
        return ((bytes(8), 0, 0, False, False, "0x" + "00" * 20),)

    def _view_acting(self, signer: str) -> tuple[Any, ...]:
        uscc = next((uscc for known, (uscc, _) in self.members.items() if known.lower() == signer.lower()), None)
        return (bytes(32), 0) if uscc is None else (member_word(uscc), self._rights(uscc))

    def _view_proposals(self) -> tuple[Any, ...]:
        return (len(self.now.proposals),)

    def _view_proposal(self, number: int) -> tuple[Any, ...]:
        p = self.now.proposals[number - 1]
        approvals = [member_word(uscc) for uscc in sorted(p.approvals)]
        return ((p.target, member_word(p.proposer), p.expires_at, p.executed, p.data, approvals),)

    def _view_leafStatus(self, member: bytes, seq: int, index: int) -> tuple[Any, ...]:
        return self._entry(leaf_status_slot(member[:18].decode(), seq, index))

    def _view_batchStatus(self, member: bytes, seq: int) -> tuple[Any, ...]:
        return self._entry(batch_status_slot(member[:18].decode(), seq))

    def _view_codeStatus(self, key: bytes) -> tuple[Any, ...]:
        return self._entry(code_status_slot(key))

    # --- inside

    def _read(self, contract: str, data: bytes) -> tuple[str, Any]:
        read = decode_call(artifact(contract), data)
        if read is None:
            raise AssertionError(f"no call of {contract}")
        return read

    def _rights(self, member: str) -> int:
        rights = self.rights.get(member, 15)
        return rights & VOTE if member in self.now.frozen else rights

    def _vote_refusal(self, member: str) -> str:
        if not member:
            return "SignerNotActing"
        return "" if self._rights(member) & VOTE else "RightMissing"

    def _proposal_refusal(self, member: str, function: str, number: int) -> str:
        if function != "execute" and self._vote_refusal(member):
            return self._vote_refusal(member)
        if not 1 <= number <= len(self.now.proposals):
            return "ProposalUnknown"
        voted_on = self.now.proposals[number - 1]
        if voted_on.executed:
            return "ProposalAlreadyExecuted"
        if self.world.blocks[-1].time >= voted_on.expires_at:
            return "ProposalExpired"
        if function == "execute":
            too_few = len(voted_on.approvals) < needed(len(self._view_voters()[0]))
            return "ProposalApprovalsTooFew" if too_few else ""
        if (member in voted_on.approvals) == (function == "approve"):
            return "ProposalAlreadyApproved" if function == "approve" else "ProposalNotApproved"
        return ""

    def _status_refusal(self, member: str, function: str, arguments: Any) -> str:
        if not self._rights(member) & (RECALL if function == "setCode" else STATUS) or not member:
            return "StatusRightMissing"
        if function == "setLeaf" and self._size(member, arguments[0]) <= arguments[1]:
            return "StatusPlaceMissing"
        if function == "setBatch" and not self._size(member, arguments[0]):
            return "StatusPlaceMissing"
        return "StatusRevoked" if self._status_at(self._slot(member, function, arguments))[0] == 4 else ""

    def _set_status(self, member: str, function: str, arguments: Any) -> None:
        self.now.changes += 1
        status, reason, *following = arguments[2:] if function == "setLeaf" else arguments[1:]
        self.world.set_status(
            self._slot(member, function, arguments),
            status,
            reason=reason,
            change=self.now.changes,
            following=(following[0], following[1]) if following else (0, 0),
        )

    def _slot(self, member: str, function: str, arguments: Any) -> bytes:
        if function == "setLeaf":
            return leaf_status_slot(member, arguments[0], arguments[1])
        return batch_status_slot(member, arguments[0]) if function == "setBatch" else code_status_slot(arguments[0])

    def _size(self, member: str, seq: int) -> int:
        return self.world.storage[self.world.log_address].get(anchor_slots(member, seq)[1], 0) & 2**48 - 1

    def _status_at(self, slot: bytes) -> tuple[int, ...]:
        value = self.world.storage[self.world.registry].get(slot, 0)
        widths = (8, 16, 48, 64, 48, 48)
        return tuple(value >> sum(widths[:at]) & 2**width - 1 for at, width in enumerate(widths))

    def _entry(self, slot: bytes) -> tuple[Any, ...]:
        return (self._status_at(slot),)


def contract_at(world: World, address: bytes) -> str | None:
    """Which of the two contracts lies at an address."""
    return {world.consortium: CONSORTIUM, world.registry: STATUS_REGISTRY}.get(address)
