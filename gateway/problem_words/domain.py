"""What can be wrong with an event's content: times, quantities, the catalogue, and who sends it."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "event.scope": Words(400, "该品种或环节不在主管单位的职责范围内", "The member may not anchor this class or stage"),
    "event.id_conflict": Words(409, "同一事件编号对应不同内容", "The same eventID was used for other content"),
    "time.naive": Words(400, "时间缺少时区", "A time has no offset"),
    "time.invalid": Words(400, "时间或日期不存在或格式不对", "A time does not exist or has another form"),
    "time.future": Words(400, "事件时间晚于当前时间", "The event lies in the future"),
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
