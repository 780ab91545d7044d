"""What can be wrong with identifiers: GS1 keys, social credit codes, licences, certificates on paper."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
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
}  # fmt: skip
