"""
RFC 9457 problems: a stable code, its HTTP status, its words in Chinese and English, and pointers into the request.

Nothing of the request is ever echoed: a problem is made of our own codes, names and indexes. A code that has no row here is a
bug and is answered like one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from gateway.errors import Fault

MEDIA_TYPE: Final = "application/problem+json"
MAX_FAULTS: Final = 500  # listed in one answer; `errorCount` says how many there are


@dataclass(frozen=True, slots=True)
class Words:
    """What a code means: HTTP status, Chinese, English."""

    status: int
    zh: str
    en: str


PROBLEMS: Final[dict[str, Words]] = {
    # the request
    "auth.missing": Words(401, "需要接口密钥", "An API key is needed"),
    "auth.key": Words(401, "接口密钥无效", "The API key is not valid"),
    "auth.right": Words(403, "接口密钥没有此项权限", "The API key does not have this right"),
    "request.not_found": Words(404, "查无此项", "There is nothing here"),
    "request.method": Words(405, "不支持该请求方法", "This method is not allowed here"),
    "request.parameter": Words(400, "请求参数不正确", "A parameter of the request is wrong"),
    "capture.error_behaviour": Words(
        400, "GS1-Capture-Error-Behaviour 须为 rollback 或 proceed",
        "GS1-Capture-Error-Behaviour must be rollback or proceed",
    ),
    "request.framing": Words(400, "请求体长度有两种说法", "The request says twice how long its body is"),
    "body.content_type": Words(
        415, "内容类型须为 application/json 或 application/ld+json（UTF-8）",
        "Content-Type must be application/json or application/ld+json, in UTF-8",
    ),
    "body.content_encoding": Words(415, "不接受压缩的请求体", "A Content-Encoding is not accepted"),
    "body.too_large": Words(413, "请求体过大", "The request body is too large"),
    "body.timeout": Words(408, "请求体未按时送达", "The request body did not arrive in time"),
    "internal": Words(500, "系统内部错误", "Something failed inside the gateway"),
    "store.unavailable": Words(503, "存储暂不可用，请稍后重试", "The store is not available now; try again later"),
    "chain.unavailable": Words(503, "链上数据暂不可用，请稍后重试", "The chain cannot be read now; try again later"),
    "staple.rewound": Words(503, "链上数据正在恢复，暂不能出具状态证明", "The chain is being recovered: no status proof now"),
    # certificates
    "certificate.unknown": Words(404, "查无此码，谨防假冒", "No such certificate: beware of counterfeits"),
    "certificate.check_code": Words(403, "需要查验码", "The check code is needed"),
    # acts: statuses and votes
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
    # JSON and text
    "json.syntax": Words(400, "不是合法的 JSON", "Not valid JSON"),
    "json.empty": Words(400, "文件为空", "The body is empty"),
    "json.size": Words(413, "文件过大", "The body is too large"),
    "json.duplicate_key": Words(400, "JSON 中有重复的键", "A name appears twice in an object"),
    "json.non_finite_number": Words(400, "数字不能是 NaN 或 Infinity", "A number is NaN or infinite"),
    "json.number_out_of_range": Words(400, "数字超出可精确表示的范围", "A number cannot be kept exactly"),
    "json.lone_surrogate": Words(400, "含有不成对的代理字符", "A text has a lone surrogate"),
    "json.too_deep": Words(400, "嵌套层数过多", "Nested too deeply"),
    "json.too_many_values": Words(400, "数据项过多", "Too many values"),
    "json.bom": Words(400, "JSON 不得带 BOM", "JSON must not begin with a BOM"),
    "json.not_utf8": Words(400, "JSON 必须是 UTF-8 编码", "JSON must be UTF-8"),
    "json.not_object": Words(400, "顶层必须是对象", "The outermost value must be an object"),
    "json.proto": Words(400, "不允许的键名", "A name that is not allowed"),
    "text.nul": Words(400, "文本中含有空字符", "A text contains U+0000"),
    "text.too_long": Words(400, "文本过长", "A text is too long"),
    # EPCIS and fields
    "document.refused": Words(400, "内容未通过校验，未作任何存储", "The content was refused and nothing was stored"),
    "document.events": Words(400, "一次提交的事件过多", "Too many events in one document"),
    "epcis.schema": Words(400, "不符合 EPCIS 2.0 结构", "Not of the EPCIS 2.0 form"),
    "epcis.context": Words(400, "缺少 EPCIS 2.0 的 @context", "The EPCIS 2.0 @context is missing"),
    "epcis.context.term": Words(
        400, "@context 只能声明前缀，且不得改变 EPCIS 名称的含义",
        "@context may only declare prefixes, and never redefine an EPCIS name",
    ),
    "epcis.context.cn": Words(
        400, "@context 须将 cn 声明为本链的扩展命名空间，且只声明一次",
        "@context must declare cn as this chain's namespace, once",
    ),
    "epcis.context.size": Words(400, "@context 过大", "@context is too large"),
    "epcis.context.event": Words(
        400, "文档内的事件不得另带 @context",
        "An event inside a document must not have its own @context",
    ),
    "epcis.unknown_event_type": Words(400, "未知的事件类型", "Unknown event type"),
    "event.size": Words(400, "事件过大（规范形式不超过 64 KiB）", "The event is larger than 64 KiB in canonical form"),
    "event.values": Words(400, "事件数据项过多（不超过 4,000）", "The event has more than 4,000 values"),
    "event.depth": Words(400, "事件嵌套过深（不超过 24 层）", "The event is nested deeper than 24 levels"),
    "event.codes.many": Words(400, "事件所列标识超过 16 个", "The event names more than 16 codes"),
    "event.codes.none": Words(200, "已留存·不上链：事件未列出商品或物流单元标识", "Kept, not anchored: the event names no goods"),
    "event.scope": Words(400, "该品种或环节不在主管单位的职责范围内", "The member may not anchor this class or stage"),
    "event.id_conflict": Words(409, "同一事件编号对应不同内容", "The same eventID was used for other content"),
    "time.naive": Words(400, "时间缺少时区", "A time has no offset"),
    "time.invalid": Words(400, "时间或日期不存在或格式不对", "A time does not exist or has another form"),
    "time.future": Words(400, "事件时间晚于当前时间", "The event lies in the future"),
    "id.digital_link": Words(400, "标识不是合法的 GS1 Digital Link", "Not a GS1 Digital Link URI we accept"),
    "id.epc_urn": Words(400, "标识不是合法的 EPC URN", "Not a well-formed EPC URN"),
    "id.gtin_format": Words(400, "商品条码格式错误", "A GTIN has 14 digits"),
    "id.gtin_check": Words(400, "商品条码校验位错误", "The check digit of a GTIN is wrong"),
    "id.sscc_format": Words(400, "物流单元码格式错误", "An SSCC has 18 digits"),
    "id.sscc_check": Words(400, "物流单元码校验位错误", "The check digit of an SSCC is wrong"),
    "id.lot": Words(400, "批号超过 20 位或含有不允许的字符", "A lot has up to 20 characters of GS1's set"),
    "id.serial": Words(400, "序列号超过 20 位或含有不允许的字符", "A serial has up to 20 characters of GS1's set"),
    "id.uscc_format": Words(400, "统一社会信用代码格式错误", "A USCC has another form"),
    "id.uscc_check": Words(400, "统一社会信用代码校验位错误", "The check character of a USCC is wrong"),
    "qty.format": Words(400, "数量格式错误", "A quantity must be a number"),
    "qty.not_positive": Words(400, "数量必须大于零", "A quantity must be greater than zero"),
    "catalogue.required_field": Words(400, "缺少必填项", "A required field is missing"),
    "catalogue.unknown_category": Words(400, "品种不在追溯目录内", "The variety is not in the catalogue"),
    "catalogue.not_in_force": Words(400, "事件发生时该品种不在目录有效期内", "The variety was not in force on that day"),
    "catalogue.unknown_link": Words(400, "环节代码未知", "The link code is unknown"),
    "submitter.not_allowed": Words(403, "密钥无权代该主体报送", "The key may not submit for this enterprise"),
    "submitter.unregistered": Words(403, "该主体未登记", "The enterprise is not registered"),
    "submitter.member": Words(403, "本网关不服务该主体的主管单位", "This gateway does not serve the enterprise's member"),
}  # fmt: skip


def problem(code: str, *, faults: Sequence[Fault] = (), request_id: str, headers: dict[str, str] | None = None) -> Response:
    """The answer for a problem. One kind of fault lends the problem its own code and status; several keep `code`.

    A code without words becomes `internal`.
    """
    kinds = {fault.code for fault in faults}
    shown = kinds.pop() if len(kinds) == 1 else code
    words = PROBLEMS.get(shown)
    if words is None:
        shown, words = "internal", PROBLEMS["internal"]
    body: dict[str, Any] = {
        "type": f"urn:shisu:problem:{shown}",
        "title": words.zh,
        "titleEn": words.en,
        "status": words.status,
        "code": shown,
        "requestId": request_id,
    }
    if faults:
        body["errorCount"] = len(faults)
        body["errors"] = [fault_json(fault.code, fault.pointer) for fault in faults[:MAX_FAULTS]]
    return Response(json.dumps(body, ensure_ascii=False), status_code=words.status, media_type=MEDIA_TYPE, headers=headers)


def fault_json(code: str, pointer: str) -> dict[str, str]:
    """One fault as it is answered: code, JSON pointer, and its words."""
    words = PROBLEMS.get(code, PROBLEMS["internal"])
    return {"code": code, "pointer": pointer, "title": words.zh, "titleEn": words.en}
