"""
What would become of an act if it were called now: it goes through, its effect is there already, not yet, or it is refused.

The contract is asked, not imitated. Only what the contract would do a second time without a word (a status that stands, a
proposal that is open) is looked up first: that is how an act has one effect, however often the gateway was killed or set back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from certs.evm.keccak import keccak256
from certs.staple import Status, StatusWord
from ledger.anchors import preflight
from ledger.contracts import ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY, Refusal, artifact, decode_call, decode_refusal
from ledger.governance import Proposal, Proposed, newest_number, open_number, proposal
from ledger.manifest import Deployment
from ledger.quantities import data_bytes
from ledger.registry import batch_status, code_statuses, leaf_status
from ledger.rpc import ChainPort

PROPOSAL_CHANGED: Final = "ProposalChanged"  # ours: another proposal stands under the number since a rewind
STATUS_OVERTAKEN: Final = "StatusOvertaken"  # ours: a newer status of the same subject came first, since a rewind
CALL_FAILED: Final = "ProposalCallFailed/"  # before the error of the call that a proposal makes
UNNAMED: Final = ""  # the contract gave no error of its own
# The chain is behind, or was rewound: a place that certificates were issued for comes back; a set is in force a block later.
_NOT_NOW: Final = frozenset({"StatusPlaceMissing", f"{CALL_FAILED}ValidatorsNotInForce"})
# What refuses a call because what it asks for is so.
_IN_EFFECT: Final = {
    ("approve", "ProposalAlreadyApproved"),
    ("withdraw", "ProposalNotApproved"),
    ("execute", "ProposalAlreadyExecuted"),
    ("freeze", "MemberIsFrozen"),
}


class Outlook(Enum):
    """What would become of a call."""

    GOES = "goes"
    IN_EFFECT = "in effect"
    NOT_NOW = "not now"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Prospect:
    """An outlook; `error` is the contract's error for NOT_NOW and REFUSED, `UNNAMED` where it gave none."""

    outlook: Outlook
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of `data` to the contract at `target` by `sender` (address), the signer of `member` (USCC).

    `proposed` is `digest_of` the proposal that a vote is meant for, where it is one.
    """

    member: str
    sender: str
    target: bytes
    data: bytes
    proposed: bytes | None = None


def digest_of(target: bytes, data: bytes) -> bytes:
    """What a proposal calls, in 32 bytes: a vote is bound to it, because numbers can be given again after a rewind."""
    return keccak256(target + data)


def prospect(rpc: ChainPort, deployment: Deployment, call: Call) -> Prospect:
    """What would become of the call in the latest state. Raises what the RPC port raises."""
    function, arguments = _read(deployment, call)
    voted_on = proposal(rpc, deployment.consortium, arguments[0]) if function in ("approve", "withdraw", "execute") else None
    if voted_on is not None and call.proposed not in (None, digest_of(voted_on.target, voted_on.data)):
        return Prospect(Outlook.REFUSED, PROPOSAL_CHANGED)
    if _stands(rpc, deployment, call, function, arguments, voted_on):
        return Prospect(Outlook.IN_EFFECT)
    refusal = preflight(rpc, sender=call.sender, to=call.target, data=call.data)
    if refusal is None:
        return Prospect(Outlook.GOES)
    error = name_of(refusal)
    if (function, error) in _IN_EFFECT:
        return Prospect(Outlook.IN_EFFECT)
    return Prospect(Outlook.NOT_NOW if error in _NOT_NOW else Outlook.REFUSED, error)


def name_of(refusal: Refusal) -> str:
    """The error's name; of a proposed call that fails, `ProposalCallFailed/` and the name of its own error."""
    if refusal.name != "ProposalCallFailed":
        return refusal.name
    inner = decode_refusal([artifact(name) for name in (CONSORTIUM, ANCHOR_LOG, STATUS_REGISTRY)], refusal.arguments[1])
    return f"{CALL_FAILED}{inner.name}"


def number_given(rpc: ChainPort, deployment: Deployment, call: Call) -> int | None:
    """The number of the newest proposal that this call would make, where it proposes and there is one."""
    function, arguments = _read(deployment, call)
    return newest_number(rpc, deployment.consortium, _proposed(call, arguments)) if function == "propose" else None


def _proposed(call: Call, arguments: Sequence[Any]) -> Proposed:
    target, data = arguments
    return Proposed(call.member, data_bytes(target, "target", length=20), data)


def _read(deployment: Deployment, call: Call) -> tuple[str, Sequence[Any]]:
    contract = STATUS_REGISTRY if call.target == deployment.status_registry else CONSORTIUM
    read = decode_call(artifact(contract), call.data)
    if read is None:
        raise ValueError("an act's call data is a call of its contract")
    return read


def _stands(
    rpc: ChainPort,
    deployment: Deployment,
    call: Call,
    function: str,
    arguments: Sequence[Any],
    voted_on: Proposal | None,
) -> bool:
    """Whether the effect is there, where the contract itself would not say so."""
    registry = deployment.status_registry
    match function:
        case "setLeaf":
            seq, index, status, reason, *following = arguments
            word = leaf_status(rpc, registry, call.member, seq, index)
            return _says(word, status, reason, None if following == [0, 0] else (following[0], following[1]))
        case "setBatch":
            seq, status, reason = arguments
            return _says(batch_status(rpc, registry, call.member, seq), status, reason, None)
        case "setCode":
            key, status, reason = arguments
            return _says(code_statuses(rpc, registry, [key])[0], status, reason, None)
        case "propose":
            return open_number(rpc, deployment.consortium, _proposed(call, arguments)) is not None
        case "approve":  # also of one that was executed since
            return voted_on is not None and call.member in voted_on.approvals
    return False


def _says(word: StatusWord | None, status: int, reason: int, successor: tuple[int, int] | None) -> bool:
    return word is not None and (word.status, word.reason, word.successor) == (Status(status), reason, successor)
