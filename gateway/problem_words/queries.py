"""What can be wrong with a query: its parameters, their values, and page tokens."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "query.refused": Words(400, "查询参数不正确", "The query's parameters are not right"),
    "query.unknown": Words(
        400, "不支持该查询参数", "This query parameter is not known here",
        "可用：eventType，GE_/LT_eventTime，GE_/LT_recordTime，EQ_action，EQ_bizStep，EQ_disposition，EQ_/WD_readPoint，"
        "EQ_/WD_bizLocation，MATCH_epc、parentID、inputEPC、outputEPC、anyEPC（及 …EPCClass），EQ_eventID，"
        "EXISTS_errorDeclaration，orderBy，orderDirection，perPage，nextPageToken",
        "Known: eventType, GE_/LT_eventTime, GE_/LT_recordTime, EQ_action, EQ_bizStep, EQ_disposition, EQ_/WD_readPoint, "
        "EQ_/WD_bizLocation, MATCH_epc, parentID, inputEPC, outputEPC, anyEPC (and ...EPCClass), EQ_eventID, "
        "EXISTS_errorDeclaration, orderBy, orderDirection, perPage, nextPageToken",
    ),
    "query.value": Words(
        400, "查询参数的值不正确", "A parameter's value is not one it can have",
        "标识写成 EPC URN、GS1 Digital Link 或 01/<gtin>/10/<lot>；词写成 CBV 的词；时间写成 2025-06-02T00:00:00+08:00",
        "Write identifiers as EPC URN, GS1 Digital Link or 01/<gtin>/10/<lot>, words as CBV has them, "
        "times as 2025-06-02T00:00:00+08:00",
    ),
    "query.time_offset": Words(
        400, "查询时间缺少时区", "A time in the query has no offset",
        "在网址中 + 须写成 %2B，例如 2025-06-02T00:00:00%2B08:00", "In a URL a + is written %2B: 2025-06-02T00:00:00%2B08:00",
    ),
    "query.not_class": Words(
        400, "该参数只接受品类或批次", "This parameter takes a GTIN or a GTIN with its lot",
        "查询单品或物流单元请用 MATCH_epc 或 MATCH_anyEPC", "Ask for items and logistic units by MATCH_epc or MATCH_anyEPC",
    ),
    "query.twice": Words(400, "该参数只能给一次", "This parameter can be given once only"),
    "query.many": Words(
        400, "查询的值过多（不超过 100 个）", "More than 100 values in one query",
        "请分几次查询", "Ask in several queries",
    ),
    "query.per_page": Words(400, "perPage 须为 1 至 500", "perPage is a number from 1 to 500"),
    "query.token": Words(
        400, "翻页标记无效或已过期", "The page token is of another query or key, altered, or expired",
        "请从第一页重新查询", "Ask for the first page again",
    ),
}  # fmt: skip
