"""
Proposals as they are answered: what each does and changes, who approves, how many are missing, and whether it could be executed.

What a proposal does is read from its call data on the chain, never from what somebody said when proposing it. What it would
change is said while it can still be executed, against the state of now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from certs.staple import Status
from certs.times import format_time
from gateway.acts.desk import Desk
from gateway.acts.known import code_asked_for, known_of
from gateway.acts.prospects import CALL_FAILED, digest_of
from gateway.acts.refusal_words import refusal_words
from gateway.acts.roll import Names
from gateway.acts.words import both
from gateway.store.acts_asked import asked_under
from ledger.action_words import Known, Text, describe
from ledger.actions import Action, decode_action
from ledger.governance import Proposal
from ledger.members import memberships, validator_set

PROPOSAL_WORDS: Final[dict[str, Text]] = {
    "open": ("表决中", "Open"),
    "passed": ("已通过，待执行", "Passed, to be executed"),
    "blocked": ("已通过，但现在执行会失败", "Passed, but executing it would fail now"),
    "executed": ("已执行", "Executed"),
    "expired": ("已过期", "Expired"),
}
_OVER: Final = ("executed", "expired")


def proposal_views(proposals: Sequence[Proposal], desk: Desk) -> list[dict[str, Any]]:
    """The proposals in their order. Raises what the RPC port raises."""
    deployment = desk.consortium.deployment
    read = [(one, decode_action(deployment, one.target, one.data)) for one in proposals]
    names = desk.roll.names(desk.rpc)
    past = known_of([action for _, action in read], _codes_of(proposals, read, desk), desk.consortium, names)
    now = _with_state([action for one, action in read if _state_of(one) not in _OVER], past, desk)
    return [_view(one, action, past if _state_of(one) in _OVER else now, names) for one, action in read]


def _codes_of(proposals: Sequence[Proposal], read: Sequence[tuple[Proposal, Action]], desk: Desk) -> list[str | None]:
    """Codes of goods that this gateway was asked to propose, or to set, under the keys that are named."""
    keys = [action.arguments["code_key"] for _, action in read if action.name == "setCodeFor"]
    subjects = [f"propose {digest_of(one.target, one.data).hex()}" for one in proposals] if keys else []
    with desk.database.read() as tx:
        found = asked_under(tx, desk.signers.keys(), [*subjects, *(f"code {key[2:]}" for key in keys)])
    return [code_asked_for(json.loads(text)) for text in found]


def _with_state(actions: Sequence[Action], known: Known, desk: Desk) -> Known:
    """The same with what stands now of the members and validators that these actions would change."""
    consortium = desk.consortium.deployment.consortium
    concerned = sorted({action.arguments["member"] for action in actions if "member" in action.arguments})
    found = memberships(desk.rpc, consortium, concerned) if concerned else []
    announces = any(action.name == "announce" for action in actions)
    return replace(
        known,
        members={uscc: entry for uscc, entry in zip(concerned, found, strict=True) if entry is not None},
        validators=validator_set(desk.rpc, consortium) if announces else None,
    )


def _view(proposal: Proposal, action: Action, known: Known, names: Names) -> dict[str, Any]:
    state = _state_of(proposal)
    view: dict[str, Any] = {
        "id": proposal.id,
        "action": action.name,
        "arguments": _arguments(action),
        "does": both(describe(action, known)),
        "calls": "0x" + digest_of(proposal.target, proposal.data).hex(),
        "proposer": names.view(proposal.proposer),
        "approvals": [names.view(uscc) for uscc in proposal.approvals],
        "needed": proposal.needed,
        "missing": max(0, proposal.needed - len(proposal.approvals)) if state == "open" else 0,
        "expiresAt": format_time(proposal.expires_at),
        "state": state,
        "stateText": both(PROPOSAL_WORDS[state]),
    }
    failure = _failure_of(proposal, state)
    if failure is not None:
        name, words = failure
        view |= {"wouldFail": name, "wouldFailText": both(words)}
    return view


def _state_of(proposal: Proposal) -> str:
    if proposal.executed:
        return "executed"
    if proposal.refusal is None:
        return "passed"
    return {"ProposalApprovalsTooFew": "open", "ProposalExpired": "expired"}.get(proposal.refusal.name, "blocked")


def _failure_of(proposal: Proposal, state: str) -> tuple[str, Text] | None:
    """The error that executing it would end with now, if enough approved it, and its words."""
    if proposal.failure is not None:
        return CALL_FAILED + proposal.failure.name, refusal_words(proposal.failure.name)
    if state == "blocked" and proposal.refusal is not None:
        return proposal.refusal.name, refusal_words(proposal.refusal.name)
    return None


def _arguments(action: Action) -> dict[str, Any]:
    """The arguments as JSON: a status by its name."""
    return {
        name: value.name.lower() if isinstance(value, Status) else list(value) if isinstance(value, tuple) else value
        for name, value in action.arguments.items()
    }
