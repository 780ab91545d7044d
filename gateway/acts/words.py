"""
Acts, proposals, members and statuses as they are answered: what each does in Chinese and English, who voted, what is missing.

What a proposal does is read from its call data on the chain, never from what somebody said when proposing it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from certs.number import Number
from certs.staple import Status, StatusWord
from certs.times import format_time
from gateway.acts.desk import PROBLEM_OF
from gateway.acts.prospects import digest_of, name_of
from gateway.problems import PROBLEMS
from gateway.store.acts import Act
from gateway.trust import Consortium
from ledger.actions import RIGHT_BITS, Action, Text, decode_action, describe
from ledger.contracts import CONSORTIUM, artifact, decode_call
from ledger.governance import Proposal
from ledger.quantities import data_bytes

STATUS_WORDS: Final[dict[str, Text]] = {
    "active": ("有效", "active"),
    "suspended": ("暂停", "suspended"),
    "superseded": ("已更正", "superseded"),
    "revoked": ("已撤销", "revoked"),
    "recalled": ("已召回", "recalled"),
}
STATE_WORDS: Final[dict[str, Text]] = {
    "queued": ("已受理，待签名", "Taken, not signed yet"),
    "signed": ("已签名，正在广播", "Signed and being sent"),
    "included": ("已入块，待足够节点签名", "In a block that is not endorsed yet"),
    "final": ("已确认", "Endorsed"),
    "refused": ("合约拒绝", "The contract refuses it"),
    "failed": ("未能执行", "It could not be carried out"),
}
PROPOSAL_WORDS: Final[dict[str, Text]] = {
    "open": ("表决中", "Open"),
    "passed": ("已通过，待执行", "Passed, to be executed"),
    "blocked": ("已通过，但现在执行会失败", "Passed, but executing it would fail now"),
    "executed": ("已执行", "Executed"),
    "expired": ("已过期", "Expired"),
}
_VOTES: Final[dict[str, Text]] = {
    "approve": ("同意提案 {proposal}", "Approve proposal {proposal}"),
    "withdraw": ("撤回对提案 {proposal} 的同意", "Withdraw the approval of proposal {proposal}"),
    "execute": ("执行提案 {proposal}", "Execute proposal {proposal}"),
    "freeze": ("冻结本成员单位：立即停止上链和改状态", "Freeze the own member: it stops anchoring and setting statuses at once"),
}


def act_view(act: Act, consortium: Consortium) -> dict[str, Any]:
    """One act: what it does, how far it has come, and where it is on the chain."""
    asked = json.loads(act.asked)
    view: dict[str, Any] = {
        "id": act.id,
        "kind": act.kind,
        "member": member_view(act.member, consortium),
        "asked": asked,
        "does": _both(_does(act, asked, consortium)),
        "state": act.state,
        "stateText": _both(STATE_WORDS[act.state]),
        "askedAt": format_time(act.asked_at),
        "changedAt": format_time(act.changed_at),
    }
    if act.refusal is not None:
        view["refusal"] = {"error": act.refusal, "text": _both(_refusal_words(act.refusal))}
    if act.proposal is not None:
        view["proposal"] = act.proposal
    if act.block_number is not None:
        view["block"] = act.block_number
        view["transaction"] = None if act.transaction_hash is None else "0x" + act.transaction_hash.hex()
    return view


def proposal_view(proposal: Proposal, consortium: Consortium) -> dict[str, Any]:
    """One proposal: what executing it does, who approves, how many are needed, until when."""
    action = decode_action(consortium.deployment, proposal.target, proposal.data)
    state = _state_of(proposal)
    view: dict[str, Any] = {
        "id": proposal.id,
        "action": action.name,
        "arguments": _arguments(action),
        "does": _both(describe(action)),
        "calls": "0x" + digest_of(proposal.target, proposal.data).hex(),
        "proposer": member_view(proposal.proposer, consortium),
        "approvals": [member_view(uscc, consortium) for uscc in proposal.approvals],
        "needed": proposal.needed,
        "missing": max(0, proposal.needed - len(proposal.approvals)) if state == "open" else 0,
        "expiresAt": format_time(proposal.expires_at),
        "state": state,
        "stateText": _both(PROPOSAL_WORDS[state]),
    }
    if state == "blocked" and proposal.refusal is not None:
        view["wouldFail"] = name_of(proposal.refusal)
    return view


def member_view(uscc: str, consortium: Consortium) -> dict[str, Any]:
    """A member by its USCC, with code and name where the settings know them."""
    known = {member.uscc: {"code": member.code, "name": member.name} for member in consortium.members}
    return {"uscc": uscc, **known.get(uscc, {})}


def rights_of(rights: int) -> list[str]:
    """The names of a sum of rights."""
    return [name for name, bit in RIGHT_BITS.items() if rights & bit]


def word_view(word: StatusWord | None, number: Number | None = None) -> dict[str, Any] | None:
    """A status word, or None where none was ever written; `number` is the certificate's, to name a successor by."""
    if word is None:
        return None
    name = word.status.name.lower()
    view: dict[str, Any] = {
        "status": name,
        "text": _both(STATUS_WORDS[name]),
        "reason": word.reason,
        "since": format_time(word.time),
        "change": word.change,
    }
    if word.successor is not None and number is not None:
        view["successor"] = str(Number(number.prefix, number.code, *word.successor))
    return view


def _does(act: Act, asked: Mapping[str, Any], consortium: Consortium) -> Text:
    action = asked["action"]
    if action == "propose":
        zh, en = describe(_proposed(act, consortium))
        return f"提出：{zh}", f"Propose: {en}"
    if action in _VOTES:
        zh, en = _VOTES[action]
        return zh.format(**asked), en.format(**asked)
    what: dict[str, Text] = {
        "setLeaf": (f"凭证 {asked.get('number')}", f"certificate {asked.get('number')}"),
        "setBatch": (f"上链批次 {asked.get('batch')} 整批", f"the whole batch {asked.get('batch')}"),
        "setCode": (f"商品码 {asked.get('code')}（等于公开）", f"the code {asked.get('code')} (this is publication)"),
    }
    (what_zh, what_en), (zh, en) = what[action], STATUS_WORDS[asked["status"]]
    if "successor" in asked:
        zh, en = f"{zh}，更正为 {asked['successor']}", f"{en} by {asked['successor']}"
    return f"把{what_zh}的状态设为：{zh}；理由码 {asked['reason']}", f"Set {what_en} to: {en}; reason {asked['reason']}"


def _proposed(act: Act, consortium: Consortium) -> Action:
    called = decode_call(artifact(CONSORTIUM), act.data)
    if called is None:
        raise ValueError("an act's call data is a call of its contract")
    target, data = called[1]
    return decode_action(consortium.deployment, data_bytes(target, "target", length=20), data)


def _state_of(proposal: Proposal) -> str:
    if proposal.executed:
        return "executed"
    if proposal.refusal is None:
        return "passed"
    return {"ProposalApprovalsTooFew": "open", "ProposalExpired": "expired"}.get(proposal.refusal.name, "blocked")


def _arguments(action: Action) -> dict[str, Any]:
    """The arguments as JSON: a status by its name."""
    return {
        name: value.name.lower() if isinstance(value, Status) else list(value) if isinstance(value, tuple) else value
        for name, value in action.arguments.items()
    }


def _refusal_words(error: str) -> Text:
    words = PROBLEMS.get(PROBLEM_OF.get(error, "act.refused"))
    return (words.zh, words.en) if words is not None else ("", "")


def _both(text: Text | Sequence[str]) -> dict[str, str]:
    return {"zh": text[0], "en": text[1]}
