"""What can be wrong with who sends: registered enterprises, their bureau, and keys that make a request safe to send again."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "submitter.closed": Words(
        403, "该主体已停止登记，不再接收其报送", "The enterprise is closed and may submit no more",
        "由主管单位重新登记后再报送", "Its bureau can register it again",
    ),
    "submitter.behalf_unregistered": Words(
        200, "提示：被代报主体未登记", "Reported on behalf of an enterprise that is not registered",
        "请主管单位登记该主体，便于按主体查询", "Have its bureau register it, so that it can be found",
    ),
    "enterprise.name": Words(
        400, "企业名称须为 1 至 200 个可见字符，首尾不留空白", "1 to 200 visible characters and no blank at either end",
    ),
    "enterprise.kind": Words(
        400, "企业类型不在目录内", "The kind of enterprise is not in the catalogue",
        "企业类型决定可报送的环节，见目录中各环节的报送主体", "The kind decides which links it may report: see the catalogue",
    ),
    "enterprise.elsewhere": Words(
        409, "该企业登记在其他主管单位名下", "The enterprise is registered under another bureau",
        "请原主管单位将其移交", "Its bureau can hand it over",
    ),
    "enterprise.member": Words(400, "主管单位不是本联盟成员", "The bureau is not a member of this consortium"),
    "quality.range": Words(
        400, "所选日期范围的统计过多", "Too many lines for one answer",
        "缩短日期范围，或指定一个报送主体", "Ask for fewer days, or for one submitter",
    ),
    "idempotency.key": Words(
        400, "Idempotency-Key 须为 1 至 255 个可见 ASCII 字符，且只能出现一次",
        "Idempotency-Key has 1 to 255 visible ASCII characters, once",
    ),
    "idempotency.conflict": Words(
        409, "该 Idempotency-Key 已用于另一请求", "This Idempotency-Key was used for another request",
        "新的内容须用新的 Idempotency-Key", "Use a new key for new content",
    ),
    "idempotency.running": Words(
        409, "同一 Idempotency-Key 的请求正在处理，请稍后再取", "A request with this Idempotency-Key is being worked on",
        "稍后以同一请求重试，即得首次应答", "Send the same request again a little later to get its first answer",
    ),
    "import.running": Words(
        409, "该文件正在导入，请稍后再取结果", "This file is being taken just now",
        "进度见 Location；完成后再次报送同一文件即得其结果",
        "Location shows how far it is; the same file sent again later gets its result",
    ),
}  # fmt: skip
