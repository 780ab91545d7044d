"""
What a proposal does, in words: its target and call data read into an action, and said in Chinese and English.

Only the functions that a proposal alone may call are read, in the one spelling the compiler's encoding has. Everything else is
`Action.UNKNOWN` and says so: a voter must never be shown a guess. Nothing here talks to a node or raises for what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from certs.scope import CLASS_NAMES_ZH, CLASSES, STAGE_NAMES_ZH, STAGES
from certs.staple import Status
from ledger.contracts import CONSORTIUM, SELECTOR_BYTES, STATUS_REGISTRY, artifact, decode_call
from ledger.errors import NodeContradicts
from ledger.manifest import Deployment
from ledger.members import ANCHOR, RECALL, STATUS, VOTE, code_of, uscc_of
from ledger.quantities import to_data

Text = tuple[str, str]  # Chinese, English
RIGHT_BITS: Final = {"VOTE": VOTE, "ANCHOR": ANCHOR, "STATUS": STATUS, "RECALL": RECALL}
_RIGHTS_ZH: Final = {"VOTE": "表决", "ANCHOR": "上链", "STATUS": "改状态", "RECALL": "召回"}
_STATUSES: Final[dict[Status, Text]] = {
    Status.ACTIVE: ("有效", "active"),
    Status.SUSPENDED: ("暂停", "suspended"),
    Status.SUPERSEDED: ("已更正", "superseded"),
    Status.REVOKED: ("已撤销", "revoked"),
    Status.RECALLED: ("已召回", "recalled"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """`name` is the contract's function, or `Action.UNKNOWN`.

    Arguments by name: `member`, `code`, `operators` text; `signer`, `validators`, `code_key`, `target`, `selector` lower-case
    hex; `rights`, `classes`, `stages` tuples of names (a scope bit the table lacks is `bit <n>`); `seq`, `index`, `reason`
    integers; `status` a `Status`; `successor` (seq, index) or None; `paused` a boolean.
    """

    UNKNOWN: ClassVar[str] = "unknown"

    name: str
    arguments: Mapping[str, Any]


def decode_action(deployment: Deployment, target: bytes, data: bytes) -> Action:
    """What calling `target` (20 bytes) with `data` asks for; UNKNOWN with `target` and `selector` for anything not ours."""
    contract = {deployment.consortium: CONSORTIUM, deployment.status_registry: STATUS_REGISTRY}.get(target)
    called = None if contract is None else decode_call(artifact(contract), data)
    action = None if called is None else _read(*called)
    return action or Action(Action.UNKNOWN, {"target": to_data(target), "selector": to_data(data[:SELECTOR_BYTES])})


def describe(action: Action) -> Text:
    """What the action does, as (Chinese, English) sentences without a full stop."""
    return _DESCRIBERS[action.name](action.arguments)


# What the arguments of each function are to us.


def _read(function: str, values: Sequence[Any]) -> Action | None:
    """None for a function that no proposal is meant for, and for a member, code, rights or status no contract of ours takes."""
    if function not in _READERS:
        return None
    try:
        return Action(function, _READERS[function](*values))
    except (NodeContradicts, ValueError):
        return None


def _read_rights(rights: int) -> tuple[str, ...]:
    if rights >= 1 << len(RIGHT_BITS):
        raise ValueError
    return tuple(name for name, bit in RIGHT_BITS.items() if rights & bit)


def _read_scope(scope: int) -> dict[str, tuple[str, ...]]:
    names = {bit: name for table in (CLASSES, STAGES) for name, bit in table.items()}
    bits = [bit for bit in range(64) if scope >> bit & 1]
    return {
        "classes": tuple(names.get(bit, f"bit {bit}") for bit in bits if bit < 32),
        "stages": tuple(names.get(bit, f"bit {bit}") for bit in bits if bit >= 32),
    }


def _read_admit(member: bytes, code: bytes, signer: str, rights: int, scope: int) -> dict[str, Any]:
    read = {"member": uscc_of(member), "code": code_of(code), "signer": signer, "rights": _read_rights(rights)}
    return {**read, **_read_scope(scope)}


def _read_announce(validators: Sequence[str], operators: Sequence[bytes]) -> dict[str, Any]:
    if len(validators) != len(operators):
        raise ValueError
    return {"validators": tuple(validators), "operators": tuple(uscc_of(word) for word in operators)}


def _read_leaf(member: bytes, seq: int, index: int, status: int, reason: int, next_seq: int, next_index: int) -> dict[str, Any]:
    successor = None if (next_seq, next_index) == (0, 0) else (next_seq, next_index)
    if (successor is None) == (Status(status) is Status.SUPERSEDED):
        raise ValueError
    place = {"member": uscc_of(member), "seq": seq, "index": index}
    return {**place, "status": Status(status), "reason": reason, "successor": successor}


_READERS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "admit": _read_admit,
    "retire": lambda member: {"member": uscc_of(member)},
    "setRights": lambda member, rights: {"member": uscc_of(member), "rights": _read_rights(rights)},
    "setScope": lambda member, scope: {"member": uscc_of(member), **_read_scope(scope)},
    "rotateSigner": lambda member, signer: {"member": uscc_of(member), "signer": signer},
    "unfreeze": lambda member: {"member": uscc_of(member)},
    "pauseAnchoring": lambda paused: {"paused": paused},
    "announce": _read_announce,
    "setLeafFor": _read_leaf,
    "setBatchFor": lambda member, seq, status, reason: {
        "member": uscc_of(member), "seq": seq, "status": Status(status), "reason": reason
    },
    "setCodeFor": lambda member, key, status, reason: {
        "member": uscc_of(member), "code_key": to_data(key), "status": Status(status), "reason": reason
    },
}  # fmt: skip


# What each action is in words.


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


def _describe_admit(a: Mapping[str, Any]) -> Text:
    (rights_zh, rights), (scope_zh, scope) = _rights(a["rights"]), _scope(a)
    return (
        f"接纳成员单位 {a['member']}（简码 {a['code']}，签名账户 {a['signer']}）；权限：{rights_zh}；职责范围：{scope_zh}",
        f"Admit member {a['member']} (code {a['code']}, signer {a['signer']}); rights: {rights}; scope: {scope}",
    )


def _describe_retire(a: Mapping[str, Any]) -> Text:
    return (
        f"成员单位 {a['member']} 退出联盟；已上链的内容不变",
        f"Retire member {a['member']}; what it anchored stays",
    )


def _describe_rights(a: Mapping[str, Any]) -> Text:
    zh, en = _rights(a["rights"])
    return f"成员单位 {a['member']} 的权限改为：{zh}", f"Set the rights of member {a['member']} to: {en}"


def _describe_scope(a: Mapping[str, Any]) -> Text:
    zh, en = _scope(a)
    return f"成员单位 {a['member']} 的职责范围改为：{zh}", f"Set the scope of member {a['member']} to: {en}"


def _describe_rotation(a: Mapping[str, Any]) -> Text:
    return (
        f"成员单位 {a['member']} 的签名账户换为 {a['signer']}",
        f"Give member {a['member']} the signer {a['signer']}",
    )


def _describe_unfreeze(a: Mapping[str, Any]) -> Text:
    return (
        f"解除成员单位 {a['member']} 的冻结，恢复其上链和改状态",
        f"End the freeze of member {a['member']}: it may anchor and set statuses again",
    )


def _describe_pause(a: Mapping[str, Any]) -> Text:
    if a["paused"]:
        return "停止全部成员单位上链；改状态照常", "Stop all anchoring; statuses go on"
    return "恢复上链", "Let anchoring go on"


def _describe_announcement(a: Mapping[str, Any]) -> Text:
    pairs = list(zip(a["validators"], a["operators"], strict=True))
    return (
        f"公告共识节点名单，自执行后的下一区块生效，共 {len(pairs)} 个节点："
        + "、".join(f"{validator}（{operator} 运行）" for validator, operator in pairs),
        f"Announce a validator set of {len(pairs)}, in force from the block after execution: "
        + ", ".join(f"{validator} (run by {operator})" for validator, operator in pairs),
    )


def _describe_leaf(a: Mapping[str, Any]) -> Text:
    zh, en = _STATUSES[a["status"]]
    if a["successor"] is not None:
        zh += "，更正为上链批次 {} 的第 {} 叶".format(*a["successor"])
        en += ", by leaf {1} of batch {0}".format(*a["successor"])
    return (
        f"代成员单位 {a['member']} 把上链批次 {a['seq']} 的第 {a['index']} 叶的状态设为：{zh}；理由码 {a['reason']}",
        f"For member {a['member']}, set leaf {a['index']} of batch {a['seq']} to: {en}; reason {a['reason']}",
    )


def _describe_batch(a: Mapping[str, Any]) -> Text:
    zh, en = _STATUSES[a["status"]]
    return (
        f"代成员单位 {a['member']} 把上链批次 {a['seq']} 整批的状态设为：{zh}；理由码 {a['reason']}",
        f"For member {a['member']}, set the whole batch {a['seq']} to: {en}; reason {a['reason']}",
    )


def _describe_code(a: Mapping[str, Any]) -> Text:
    zh, en = _STATUSES[a["status"]]
    return (
        f"以成员单位 {a['member']} 的名义，把商品码（键 {a['code_key']}）的状态设为：{zh}；理由码 {a['reason']}；这等于公开",
        f"In the name of member {a['member']}, set the code of key {a['code_key']} to: {en}; reason {a['reason']}; "
        "this is publication",
    )


def _describe_unknown(a: Mapping[str, Any]) -> Text:
    return (
        f"无法识别的调用：合约 {a['target']}，函数选择器 {a['selector']}；弄清它做什么之前请勿同意",
        f"A call we cannot read: contract {a['target']}, selector {a['selector']}; approve only if you know what it does",
    )


_DESCRIBERS: Final[dict[str, Callable[[Mapping[str, Any]], Text]]] = {
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
