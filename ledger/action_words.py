"""
What a proposal does, in plain words: an action said in Chinese and English, with the names and the changes that are known.

The words come from the call data. What is known around it is put beside a USCC, an address or a key, never in its place: a name
is somebody's word, what stands in the call is what would happen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from certs.scope import CLASS_NAMES_ZH, STAGE_NAMES_ZH
from certs.staple import Status
from certs.trust import ValidatorSet
from ledger.actions import Action, rights_of, scope_of
from ledger.members import Membership
from ledger.quantities import to_data

Text = tuple[str, str]  # Chinese, English
_RIGHTS_ZH: Final = {"VOTE": "表决", "ANCHOR": "上链", "STATUS": "改状态", "RECALL": "召回"}
_STATUSES: Final[dict[Status, Text]] = {
    Status.ACTIVE: ("有效", "active"),
    Status.SUSPENDED: ("暂停", "suspended"),
    Status.SUPERSEDED: ("已更正", "superseded"),
    Status.REVOKED: ("已撤销", "revoked"),
    Status.RECALLED: ("已召回", "recalled"),
}

_PARTS_ZH: Final = {**CLASS_NAMES_ZH, **{f"stage {name}": f"环节{zh}" for name, zh in STAGE_NAMES_ZH.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known around an action; where nothing is, the words say the call alone.

    `labels`: name and code of members by USCC. `members` and `validators`: as they are now, for the words to say what would be
    another; leave them out for what has been carried out. `codes`: codes of goods by their key (`code_key`, hex).
    `numbers`: certificate numbers by (USCC, seq, index).
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Membership] = field(default_factory=dict)
    validators: ValidatorSet | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[tuple[str, int, int], str] = field(default_factory=dict)

    def member(self, uscc: str) -> Text:
        """A member: its USCC, and before it name and code where they are known."""
        label = self.labels.get(uscc)
        return (uscc, uscc) if label is None else (f"{label}（{uscc}）", f"{label} ({uscc})")

    def leaf(self, uscc: str, seq: int, index: int) -> Text:
        """A leaf by its place, and by its certificate's number where that is known."""
        number = self.numbers.get((uscc, seq, index))
        zh, en = f"上链批次 {seq} 的第 {index} 叶", f"leaf {index} of batch {seq}"
        return (zh, en) if number is None else (f"凭证 {number}（{zh}）", f"certificate {number} ({en})")


NOTHING: Final = Known()


def describe(action: Action, known: Known = NOTHING) -> Text:
    """What the action does, as (Chinese, English) sentences without a full stop."""
    return _DESCRIBERS[action.name](action.arguments, known)


def _rights(names: Sequence[str]) -> Text:
    return "、".join(_RIGHTS_ZH[name] for name in names) or "无", ", ".join(names) or "none"


def _scope(arguments: Mapping[str, Any]) -> Text:
    classes, stages = arguments["classes"], arguments["stages"]
    if not classes and not stages:
        return "空", "empty"
    return (
        f"{'、'.join(CLASS_NAMES_ZH.get(name, name) for name in classes)}；"
        f"环节：{'、'.join(STAGE_NAMES_ZH.get(name, name) for name in stages)}",
        f"{', '.join(classes)}; stages: {', '.join(stages)}",
    )


def _change(before: Collection[str], after: Collection[str], zh_names: Mapping[str, str]) -> Text:
    """What is gained and lost, in brackets."""
    gained, lost = [name for name in after if name not in before], [name for name in before if name not in after]
    if not gained and not lost:
        return "（与现在相同）", " (as it is now)"
    zh = [f"{word}{'、'.join(zh_names.get(n, n) for n in names)}" for word, names in (("增加", gained), ("失去", lost)) if names]
    en = [f"{word} {', '.join(names)}" for word, names in (("gains", gained), ("loses", lost)) if names]
    return f"（{'；'.join(zh)}）", f" ({'; '.join(en)})"


def _describe_admit(a: Mapping[str, Any], known: Known) -> Text:
    (zh, en), (rights_zh, rights), (scope_zh, scope) = known.member(a["member"]), _rights(a["rights"]), _scope(a)
    return (
        f"接纳成员单位 {zh}（简码 {a['code']}，签名账户 {a['signer']}）；权限：{rights_zh}；职责范围：{scope_zh}",
        f"Admit member {en} (code {a['code']}, signer {a['signer']}); rights: {rights}; scope: {scope}",
    )


def _describe_retire(a: Mapping[str, Any], known: Known) -> Text:
    zh, en = known.member(a["member"])
    return f"成员单位 {zh} 退出联盟；已上链的内容不变", f"Retire member {en}; what it anchored stays"


def _describe_rights(a: Mapping[str, Any], known: Known) -> Text:
    (who_zh, who), (zh, en) = known.member(a["member"]), _rights(a["rights"])
    now = known.members.get(a["member"])
    more_zh, more = ("", "") if now is None else _change(rights_of(now.rights), a["rights"], _RIGHTS_ZH)
    return f"成员单位 {who_zh} 的权限改为：{zh}{more_zh}", f"Set the rights of member {who} to: {en}{more}"


def _describe_scope(a: Mapping[str, Any], known: Known) -> Text:
    (who_zh, who), (zh, en) = known.member(a["member"]), _scope(a)
    now = known.members.get(a["member"])
    more_zh, more = "", ""
    if now is not None:
        more_zh, more = _change(_parts_of(scope_of(now.scope)), _parts_of(a), _PARTS_ZH)
    return f"成员单位 {who_zh} 的职责范围改为：{zh}{more_zh}", f"Set the scope of member {who} to: {en}{more}"


def _parts_of(scope: Mapping[str, Any]) -> list[str]:
    """Classes, and stages that say that they are: `other` is one of both."""
    return [*scope["classes"], *(f"stage {name}" for name in scope["stages"])]


def _describe_rotation(a: Mapping[str, Any], known: Known) -> Text:
    (zh, en), now = known.member(a["member"]), known.members.get(a["member"])
    more_zh, more = ("", "") if now is None else (f"（现为 {now.signer}）", f" (now {now.signer})")
    return f"成员单位 {zh} 的签名账户换为 {a['signer']}{more_zh}", f"Give member {en} the signer {a['signer']}{more}"


def _describe_unfreeze(a: Mapping[str, Any], known: Known) -> Text:
    zh, en = known.member(a["member"])
    return (
        f"解除成员单位 {zh} 的冻结，恢复其上链和改状态",
        f"End the freeze of member {en}: it may anchor and set statuses again",
    )


def _describe_pause(a: Mapping[str, Any], _known: Known) -> Text:
    if a["paused"]:
        return "停止全部成员单位上链；改状态照常", "Stop all anchoring; statuses go on"
    return "恢复上链", "Let anchoring go on"


def _describe_announcement(a: Mapping[str, Any], known: Known) -> Text:
    pairs = list(zip(a["validators"], a["operators"], strict=True))
    changes_zh, changes = ("", "") if known.validators is None else _set_changes(dict(pairs), known.validators, known)
    listed_zh, listed = _seats(pairs, known)
    return (
        f"公告共识节点名单，自执行后的下一区块生效，共 {len(pairs)} 个节点{changes_zh}；名单：{listed_zh}",
        f"Announce a validator set of {len(pairs)}, in force from the block after execution{changes}; the set: {listed}",
    )


def _set_changes(after: Mapping[str, str], now: ValidatorSet, known: Known) -> Text:
    """Who comes in, who goes out and which node gets another operator, against the set announced last."""
    before = dict(zip(map(to_data, now.validators), now.operators, strict=True))
    entering = _seats([(node, who) for node, who in after.items() if node not in before], known)
    leaving = _seats([(node, who) for node, who in before.items() if node not in after], known)
    moved = _seats([(node, who) for node, who in after.items() if before.get(node, who) != who], known)
    kinds = (
        ("加入", "coming in", entering),
        ("退出", "going out", leaving),
        ("改由他方运行", "to another operator", moved),
    )
    said = [(f"{zh}：{seats[0]}", f"{en}: {seats[1]}") for zh, en, seats in kinds if seats[0]]
    if not said:
        return "；与现行名单相同", "; the same as the set in force"
    return "；" + "；".join(zh for zh, _ in said), "; " + "; ".join(en for _, en in said)


def _seats(pairs: Iterable[tuple[str, str]], known: Known) -> Text:
    named = [(node, known.member(operator)) for node, operator in pairs]
    return (
        "、".join(f"{node}（{zh} 运行）" for node, (zh, _) in named),
        ", ".join(f"{node} (run by {en})" for node, (_, en) in named),
    )


def _describe_leaf(a: Mapping[str, Any], known: Known) -> Text:
    (who_zh, who), (zh, en) = known.member(a["member"]), _STATUSES[a["status"]]
    leaf_zh, leaf = known.leaf(a["member"], a["seq"], a["index"])
    if a["successor"] is not None:
        next_zh, following = known.leaf(a["member"], *a["successor"])
        zh, en = f"{zh}，更正为{next_zh}", f"{en}, by {following}"
    return (
        f"代成员单位 {who_zh} 把{leaf_zh}的状态设为：{zh}；理由码 {a['reason']}",
        f"For member {who}, set {leaf} to: {en}; reason {a['reason']}",
    )


def _describe_batch(a: Mapping[str, Any], known: Known) -> Text:
    (who_zh, who), (zh, en) = known.member(a["member"]), _STATUSES[a["status"]]
    return (
        f"代成员单位 {who_zh} 把上链批次 {a['seq']} 整批的状态设为：{zh}；理由码 {a['reason']}",
        f"For member {who}, set the whole batch {a['seq']} to: {en}; reason {a['reason']}",
    )


def _describe_code(a: Mapping[str, Any], known: Known) -> Text:
    (who_zh, who), (zh, en) = known.member(a["member"]), _STATUSES[a["status"]]
    code = known.codes.get(a["code_key"])
    code_zh, code_en = ("", "") if code is None else (f" {code}", f" {code},")
    return (
        f"以成员单位 {who_zh} 的名义，把商品码{code_zh}（键 {a['code_key']}）的状态设为：{zh}；理由码 {a['reason']}；这等于公开",
        f"In the name of member {who}, set the code{code_en} of key {a['code_key']} to: {en}; reason {a['reason']}; "
        "this is publication",
    )


def _describe_unknown(a: Mapping[str, Any], _known: Known) -> Text:
    return (
        f"无法识别的调用：合约 {a['target']}，函数选择器 {a['selector']}；弄清它做什么之前请勿同意",
        f"A call we cannot read: contract {a['target']}, selector {a['selector']}; approve only if you know what it does",
    )


_DESCRIBERS: Final[dict[str, Callable[[Mapping[str, Any], Known], Text]]] = {
    "admit": _describe_admit,
    "retire": _describe_retire,
    "setRights": _describe_rights,
    "setScope": _describe_scope,
    "rotateSigner": _describe_rotation,
    "unfreeze": _describe_unfreeze,
    "pauseAnchoring": _describe_pause,
    "announce": _describe_announcement,
    "setLeafFor": _describe_leaf,
    "setBatchFor": _describe_batch,
    "setCodeFor": _describe_code,
    Action.UNKNOWN: _describe_unknown,
}
