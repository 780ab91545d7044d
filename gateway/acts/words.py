"""
Acts and statuses as they are answered: what each does in Chinese and English, and how far it has come.

What a proposing act does is read from its call data, never from what somebody said when proposing it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from certs.number import Number
from certs.staple import StatusWord
from certs.times import format_time
from gateway.acts.desk import PROBLEM_OF
from gateway.acts.known import code_asked_for, known_of
from gateway.acts.prospects import CALL_FAILED
from gateway.acts.refusal_words import refusal_words
from gateway.acts.roll import Names
from gateway.problems import PROBLEMS
from gateway.store.acts import Act
from gateway.trust import Consortium
from ledger.action_words import Text, describe
from ledger.actions import Action, decode_action
from ledger.contracts import CONSORTIUM, artifact, decode_call
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
_VOTES: Final[dict[str, Text]] = {
    "approve": ("同意提案 {proposal}", "Approve proposal {proposal}"),
    "withdraw": ("撤回对提案 {proposal} 的同意", "Withdraw the approval of proposal {proposal}"),
    "execute": ("执行提案 {proposal}", "Execute proposal {proposal}"),
    "freeze": ("冻结本成员单位：立即停止上链和改状态", "Freeze the own member: it stops anchoring and setting statuses at once"),
}


def act_view(act: Act, consortium: Consortium, names: Names) -> dict[str, Any]:
    """One act: what it does, how far it has come, and where it is on the chain."""
    asked = json.loads(act.asked)
    view: dict[str, Any] = {
        "id": act.id,
        "kind": act.kind,
        "member": names.view(act.member),
        "asked": asked,
        "does": both(_does(act, asked, consortium, names)),
        "state": act.state,
        "stateText": both(STATE_WORDS[act.state]),
        "askedAt": format_time(act.asked_at),
        "changedAt": format_time(act.changed_at),
    }
    if act.refusal is not None:
        view["refusal"] = {"error": act.refusal, "text": both(_refusal_words(act.refusal))}
    if act.proposal is not None:
        view["proposal"] = act.proposal
    if act.block_number is not None:
        view["block"] = act.block_number
        view["transaction"] = None if act.transaction_hash is None else "0x" + act.transaction_hash.hex()
    return view


def word_view(word: StatusWord | None, number: Number | None = None) -> dict[str, Any] | None:
    """A status word, or None where none was ever written; `number` is the certificate's, to name a successor by."""
    if word is None:
        return None
    name = word.status.name.lower()
    view: dict[str, Any] = {
        "status": name,
        "text": both(STATUS_WORDS[name]),
        "reason": word.reason,
        "since": format_time(word.time),
        "change": word.change,
    }
    if word.successor is not None and number is not None:
        view["successor"] = str(Number(number.prefix, number.code, *word.successor))
    return view


def _does(act: Act, asked: Mapping[str, Any], consortium: Consortium, names: Names) -> Text:
    action = asked["action"]
    if action == "propose":
        proposed = _proposed(act, consortium)
        zh, en = describe(proposed, known_of([proposed], [code_asked_for(asked)], consortium, names))
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


def _refusal_words(error: str) -> Text:
    if error in PROBLEM_OF:
        words = PROBLEMS[PROBLEM_OF[error]]
        return words.zh, words.en
    return refusal_words(error.removeprefix(CALL_FAILED))


def both(text: Text | Sequence[str]) -> dict[str, str]:
    """A text in both languages, as it is answered."""
    return {"zh": text[0], "en": text[1]}
