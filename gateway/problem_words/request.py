"""What can be wrong with a request itself, and with asking for a certificate."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "auth.missing": Words(401, "需要接口密钥", "An API key is needed"),
    "auth.key": Words(401, "接口密钥无效", "The API key is not valid"),
    "auth.query": Words(
        400, "接口密钥不得写在网址中", "An API key must not stand in a URL",
        "该密钥可能已被记录，请撤销并更换，改用 Authorization 请求头",
        "It may have been recorded: revoke it, and send the next one in the Authorization header",
    ),
    "auth.right": Words(403, "接口密钥没有此项权限", "The API key does not have this right"),
    "request.not_found": Words(404, "查无此项", "There is nothing here"),
    "request.method": Words(405, "不支持该请求方法", "This method is not allowed here"),
    "request.parameter": Words(400, "请求参数不正确", "A parameter of the request is wrong"),
    "capture.error_behaviour": Words(
        400, "GS1-Capture-Error-Behaviour 须为 rollback 或 proceed",
        "GS1-Capture-Error-Behaviour must be rollback or proceed",
    ),
    "request.framing": Words(400, "请求体长度有两种说法", "The request says twice how long its body is"),
    "request.malformed": Words(400, "不是合法的 HTTP 请求", "Not a well-formed HTTP request"),
    "request.timeout": Words(408, "请求头未按时送达", "The headers of the request did not arrive in time"),
    "server.busy": Words(503, "连接过多，请稍后重试", "Too many connections are open; try again later"),
    "body.content_type": Words(
        415, "内容类型须为 application/json 或 application/ld+json（UTF-8）",
        "Content-Type must be application/json or application/ld+json, in UTF-8",
    ),
    "body.content_encoding": Words(415, "不接受压缩的请求体", "A Content-Encoding is not accepted"),
    "body.too_large": Words(413, "请求体过大", "The request body is too large"),
    "body.timeout": Words(408, "请求体未按时送达", "The request body did not arrive in time"),
    "rate.address": Words(
        429, "该地址的请求过于频繁，请稍后重试", "Too many requests from this address; try again later",
        "请按 Retry-After 所示秒数等待后再发", "Wait for the seconds in Retry-After",
    ),
    "rate.key": Words(
        429, "该接口密钥的请求过于频繁，请稍后重试", "Too many requests with this API key; try again later",
        "请按 Retry-After 所示秒数等待；多个事件可合并提交", "Wait for the seconds in Retry-After; send many events together",
    ),
    "rate.failures": Words(
        429, "该地址使用无效接口密钥过于频繁，请稍后重试", "Too many wrong API keys from this address; try again later",
        "请先核对接口密钥，再按 Retry-After 所示秒数等待后重试", "Check the API key, then wait for the seconds in Retry-After",
    ),
    "intake.backlog": Words(
        503, "待上链事件过多，暂不接收，请稍后重发", "Too many events wait for the chain: none is taken now; send it again later",
        "数据未被接收，请原样重发；凭证的查询与验证不受影响", "Nothing was taken: send it again. Certificates are served",
    ),
    "intake.disk": Words(
        503, "存储空间不足，暂不接收，请稍后重发", "The disk is nearly full: nothing is taken now; send it again later",
        "数据未被接收，请原样重发；凭证的查询与验证不受影响", "Nothing was taken: send it again. Certificates are served",
    ),
    "internal": Words(500, "系统内部错误", "Something failed inside the gateway"),
    "chain.unavailable": Words(503, "链上数据暂不可用，请稍后重试", "The chain cannot be read now; try again later"),
    "staple.rewound": Words(503, "链上数据正在恢复，暂不能出具状态证明", "The chain is being recovered: no status proof now"),
    "certificate.unknown": Words(404, "查无此码，谨防假冒", "No such certificate: beware of counterfeits"),
    "certificate.check_code": Words(403, "需要查验码", "The check code is needed"),
}  # fmt: skip
