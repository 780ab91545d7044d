"""What can be wrong with bytes, JSON, texts and the EPCIS form of a document."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
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
}  # fmt: skip
