"""
The desk where acts are asked for: is this member served, may its signer do it, would the contract take it; then it is queued.

What is refused is refused at once and with a reason; what is queued the worker signs, sends and follows. Asking the chain first
is a courtesy, not a safeguard: the contract decides again when the transaction is mined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from certs.canonical import canonical
from certs.evm.keccak import keccak256
from gateway.acts.fields import Fields
from gateway.acts.proposals import Words, read_proposal
from gateway.acts.prospects import PROPOSAL_CHANGED, Call, Outlook, digest_of, prospect
from gateway.acts.roll import Roll
from gateway.acts.statuses import read_status
from gateway.errors import Refused
from gateway.store import acts
from gateway.store.acts import Act, Asked
from gateway.store.database import Database
from gateway.trust import Consortium
from ledger.governance import Proposal, approve_call, execute_call, freeze_call, proposal, propose_call, withdraw_call
from ledger.members import RECALL, STATUS, VOTE, acting, memberships
from ledger.rpc import ChainPort

VOTES: Final[dict[str, Callable[[int], bytes]]] = {
    "approve": approve_call,
    "withdraw": withdraw_call,
    "execute": execute_call,
}
# The contract's error → the problem that says it. An error without a row is the worker's to tell.
PROBLEM_OF: Final = {
    "StatusRightMissing": "status.right",
    "StatusNotApplicable": "status.not_applicable",
    "StatusSuccessorInvalid": "status.successor",
    "StatusRevoked": "status.revoked",
    "StatusKept": "status.kept",
    "SignerNotActing": "member.signer",
    "RightMissing": "vote.right",
    "MemberIsFrozen": "member.frozen",
    "ProposalUnknown": "request.not_found",
    "ProposalExpired": "proposal.expired",
    "ProposalAlreadyExecuted": "proposal.executed",
    "ProposalApprovalsTooFew": "proposal.approvals",
    PROPOSAL_CHANGED: "proposal.changed",
}


class Desk:
    """Asks of the members served here. `signers` are their signers' addresses by USCC, `now` gives seconds since 1970."""

    def __init__(
        self,
        database: Database,
        rpc: ChainPort,
        consortium: Consortium,
        *,
        signers: Mapping[str, str],
        now: Callable[[], int],
    ) -> None:
        self.database = database
        self.rpc = rpc
        self.consortium = consortium
        self.signers = signers
        self.roll = Roll(consortium)
        self._now = now

    def words(self) -> Words:
        """What members' codes and certificate numbers mean here, as of now. Raises what the RPC port raises."""
        return Words(self.roll.names(self.rpc).codes, self.consortium.prefix)

    def ask_status(self, member: str, content: Any, *, by: str) -> Act:
        """Queues a change of status. Raises `Refused` and what the RPC port raises."""
        self._signer_of(member)
        with self.database.read() as tx:
            asked = read_status(content, tx, member=member, code=self.consortium.code_of(member), prefix=self.consortium.prefix)
        if asked.subject.startswith("code "):
            self._require(member, RECALL, "status.recall_right")
        else:
            self._require(member, STATUS, "status.right")
        return self._queue(asked, by)

    def ask_proposal(self, member: str, content: Any, *, by: str) -> Act:
        """Queues a proposal; proposing is not approving."""
        self._signer_of(member)
        wording, data = read_proposal(content, self.words())
        self._require(member, VOTE, "vote.right")
        deployment = self.consortium.deployment
        target = deployment.status_registry if wording.of_registry else deployment.consortium
        asked = Asked(
            member=member,
            kind=acts.VOTE,
            subject=f"propose {keccak256(target + data).hex()}",
            target=acts.CONSORTIUM,
            data=propose_call(target, data),
            content=canonical({"action": "propose", "proposes": content}).decode(),
        )
        return self._queue(asked, by)

    def ask_vote(self, member: str, vote: str, number: int, content: Any = None, *, by: str) -> Act:
        """Queues an approval, its withdrawal or an execution (`vote` is a name of `VOTES`), bound to what the proposal calls.

        `content` may say what the asker saw that it calls, as `{"calls": "0x…"}`: another proposal is `proposal.changed`.
        """
        self._signer_of(member)
        seen = None if content is None else Fields(content, ("calls",)).digest("calls")
        voted_on = self.proposal(number)
        digest = digest_of(voted_on.target, voted_on.data)
        if seen not in (None, digest):
            raise Refused("proposal.changed")
        if vote == "execute":
            self._require(member, 0, "member.signer")
        else:
            self._require(member, VOTE, "vote.right")
        asked = Asked(
            member=member,
            kind=acts.VOTE,
            subject=f"proposal {number}",
            target=acts.CONSORTIUM,
            data=VOTES[vote](number),
            content=canonical({"action": vote, "proposal": number, "calls": "0x" + digest.hex()}).decode(),
        )
        return self._queue(asked, by)

    def ask_freeze(self, member: str, *, by: str) -> Act:
        """Queues the member's own freeze: its signer anchors and sets statuses no more, until a vote ends it."""
        self._require(member, 0, "member.signer")
        asked = Asked(
            member=member,
            kind=acts.VOTE,
            subject="freeze",
            target=acts.CONSORTIUM,
            data=freeze_call(),
            content=canonical({"action": "freeze"}).decode(),
        )
        return self._queue(asked, by)

    def find(self, act_id: int) -> Act | None:
        """The act of this id, or None."""
        with self.database.read() as tx:
            return acts.find(tx, act_id)

    def proposal(self, number: int) -> Proposal:
        """The proposal of this number. Raises `Refused` `request.not_found`."""
        found = proposal(self.rpc, self.consortium.deployment.consortium, number)
        if found is None:
            raise Refused("request.not_found")
        return found

    def _signer_of(self, member: str) -> str:
        if member not in self.signers:
            raise Refused("member.unserved")
        return self.signers[member]

    def _require(self, member: str, right: int, problem: str) -> None:
        """Whether the member's signer acts for it and holds the right (0: none needed). A frozen member has its vote only."""
        consortium, signer = self.consortium.deployment.consortium, self._signer_of(member)
        serving = acting(self.rpc, consortium, signer)
        if serving is None or serving[0] != member:
            raise Refused("member.signer")
        if right and not serving[1] & right:
            known = memberships(self.rpc, consortium, [member])[0]
            raise Refused("member.frozen" if known is not None and known.rights & right else problem)

    def _queue(self, asked: Asked, by: str) -> Act:
        deployment = self.consortium.deployment
        target = deployment.status_registry if asked.target == acts.REGISTRY else deployment.consortium
        call = Call(member=asked.member, sender=self.signers[asked.member], target=target, data=asked.data)
        found = prospect(self.rpc, deployment, call)
        if found.outlook is Outlook.REFUSED and found.error in PROBLEM_OF:
            raise Refused(PROBLEM_OF[found.error])
        with self.database.write() as tx:
            return acts.ask(tx, asked, by=by, now=self._now())
