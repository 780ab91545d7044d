"""What can be wrong with an act: a status change or a vote."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "ask.refused": Words(400, "请求内容不正确，未作任何操作", "What was asked for is not right, and nothing was done"),
    "ask.form": Words(400, "请求内容的形式不正确", "A part of what was asked for is missing or has another form"),
    "act.refused": Words(409, "合约拒绝此项操作", "The contract refuses this"),
    "member.unserved": Words(403, "本网关没有该成员单位的签名账户", "This gateway has no signer of the member"),
    "member.signer": Words(409, "签名账户现在不代表该成员单位", "The signer does not act for the member now"),
    "member.frozen": Words(409, "该成员单位已被冻结，须经表决解除", "The member is frozen; a vote ends that"),
    "status.member": Words(403, "只能更改本成员单位的凭证状态", "Only the status of the member's own certificates can be set"),
    "status.right": Words(403, "该成员单位没有改状态的权限（STATUS）", "The member does not hold the right STATUS"),
    "status.recall_right": Words(403, "该成员单位没有召回的权限（RECALL）", "The member does not hold the right RECALL"),
    "status.not_applicable": Words(400, "该对象不能有此状态", "This cannot have that status"),
    "status.successor": Words(400, "更正后的凭证须晚于被更正的凭证", "The successor must be a later certificate of the member"),
    "status.place": Words(409, "链上没有这个上链批次", "There is no such batch on the chain"),
    "status.revoked": Words(409, "已撤销，不能再改", "It is revoked, which is final"),
    "status.kept": Words(
        409, "该状态由其他成员单位或表决设定，只能由其解除",
        "The status was set by another member or by a vote, and is theirs to lift",
    ),
    "vote.right": Words(403, "该成员单位没有表决权（VOTE）", "The member does not hold the right VOTE"),
    "proposal.expired": Words(409, "提案已过期", "The proposal has expired"),
    "proposal.executed": Words(409, "提案已执行", "The proposal was executed already"),
    "proposal.approvals": Words(409, "同意的成员单位不足三分之二", "Fewer than two thirds of the voters approve"),
    "proposal.changed": Words(409, "该编号下已是另一提案，请重新查看", "Another proposal has this number now; look at it again"),
}  # fmt: skip
