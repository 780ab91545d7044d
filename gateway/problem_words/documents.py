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
    "text.too_long": Words(
        400, "文本过长（超过 1000 字）", "A text has more than 1000 characters",
        "请缩短文本，较长的说明以文件摘要引用", "Shorten it; cite a longer statement by its digest",
    ),
    "text.control_char": Words(
        400, "文本中含有控制字符", "A text contains a control character",
        "请重新键入该文本，不要从网页或文档粘贴", "Type the text again instead of pasting it",
    ),
    "text.bidi_control": Words(
        400, "文本中含有改变书写方向的控制字符", "A text contains a character that changes the direction of writing",
        "请重新键入该文本，不要从网页或文档粘贴", "Type the text again instead of pasting it",
    ),
    "text.zero_width": Words(
        400, "文本中含有不可见字符", "A text contains an invisible character",
        "请重新键入该文本，不要从网页或文档粘贴", "Type the text again instead of pasting it",
    ),
    "text.mixed_script": Words(
        200, "提示：名称混用了形近的异种文字", "A word mixes scripts that look alike",
        "请核对是否误用了西里尔或希腊字母；已按原文留存", "Check for Cyrillic or Greek letters; it was kept as it came",
    ),
    "text.not_nfc": Words(
        200, "提示：名称不是 NFC 规范形式", "A text is not in NFC",
        "请用输入法重新键入；已按原文留存", "Type it again; it was kept as it came",
    ),
    "document.refused": Words(400, "内容未通过校验，未作任何存储", "The content was refused and nothing was stored"),
    "document.events": Words(400, "一次提交的事件过多", "Too many events in one document"),
    "document.layout": Words(
        400, "超过 1 MiB 的文档：事件须直接列在 /epcisBody/eventList 内，其余内容不得超过 1 MiB",
        "A document above 1 MiB must list its events plainly at /epcisBody/eventList, and have at most 1 MiB of anything else",
        "检查文件是否完整、键名是否使用了转义字符，或拆分成较小的文件",
        "See that the file is complete and its names are written without escapes, or split it into smaller files",
    ),
    "epcis.schema": Words(
        400, "不符合 EPCIS 2.0 结构", "Not of the EPCIS 2.0 form",
        "请对照 EPCIS 2.0 检查该处：必填字段是否齐全，取值的形式是否正确",
        "Compare this place with EPCIS 2.0: what it requires must be there, and values must have their form",
    ),
    "epcis.vocab": Words(
        400, "业务词不在 CBV 2.0 词表内", "Not a word of CBV 2.0",
        "请使用 CBV 2.0 的词（如 shipping）或其完整 URI；自定义的词须写成自有命名空间的 URI",
        "Use a CBV 2.0 word (such as shipping) or its full URI; a word of your own is a URI of your namespace",
    ),
    "epcis.unknown_field": Words(
        400, "未知字段（扩展字段须带前缀）", "Unknown field (extension fields need a prefix)",
        "请核对字段名是否属于该类事件；扩展字段的名称须带前缀，如 cn:category",
        "Check that this event type has the field; the name of an extension has a prefix, as in cn:category",
    ),
    "epcis.prefix": Words(
        400, "扩展字段的前缀未在 @context 中声明", "@context does not declare the prefix of an extension field",
        "请在 @context 中声明该前缀及其命名空间；本链字段写 cn: 加字段名，不写完整网址",
        "Declare the prefix with its namespace in @context; this chain's fields are written cn:name, not as full IRIs",
    ),
    "epcis.context": Words(400, "缺少 EPCIS 2.0 的 @context", "The EPCIS 2.0 @context is missing"),
    "epcis.context.term": Words(
        400, "@context 只能声明前缀和扩展字段的数据类型，且不得改变 EPCIS 名称的含义",
        "@context may only declare prefixes and types of extensions, and never redefine an EPCIS name",
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
    "epcis.unknown_event_type": Words(
        400, "未知的事件类型", "Unknown event type",
        "type 须为五种事件之一：ObjectEvent、AggregationEvent、TransactionEvent、TransformationEvent、AssociationEvent",
        "type must be one of the five: ObjectEvent, AggregationEvent, TransactionEvent, TransformationEvent, AssociationEvent",
    ),
    "event.size": Words(400, "事件过大（规范形式不超过 64 KiB）", "The event is larger than 64 KiB in canonical form"),
    "event.values": Words(400, "事件数据项过多（不超过 4,000）", "The event has more than 4,000 values"),
    "event.depth": Words(400, "事件嵌套过深（不超过 24 层）", "The event is nested deeper than 24 levels"),
    "event.codes.many": Words(400, "事件所列标识超过 16 个", "The event names more than 16 codes"),
    "event.hash_id": Words(
        200, "事件编号采用 EPCIS 事件哈希形式，但与本事件内容不符；编号照原样保留",
        "The eventID has the form of an EPCIS event hash id and is not this event's; it is kept as it is",
        "核对事件是否在计算编号之后被改动，或省略 eventID 由本系统计算",
        "See whether the event was changed after its id was computed, or leave eventID out and it is computed here",
    ),
    "event.codes.none": Words(200, "已留存·不上链：事件未列出商品或物流单元标识", "Kept, not anchored: the event names no goods"),
}  # fmt: skip
