"""
RFC 9457 problems: a stable code, its HTTP status, its words in Chinese and English, and pointers into the request.

Nothing of the request is ever echoed: a problem is made of our own codes, names and indexes. A code that has no row here is a
bug and is answered like one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from gateway.errors import Fault
from gateway.problem_words import acts, documents, domain, identifiers, items, parties, queries, request, store, tables
from gateway.problem_words.entry import Words
from gateway.value_class import value_words

MEDIA_TYPE: Final = "application/problem+json"
MAX_FAULTS: Final = 500  # listed in one answer; `errorCount` says how many there are
_RETRY_S: Final = 5.0  # where nothing says when to come back

PROBLEMS: Final[dict[str, Words]] = {
    code: words
    for table in (request, store, acts, documents, identifiers, items, domain, parties, queries, tables)
    for code, words in table.WORDS.items()
}


def problem(
    code: str,
    *,
    faults: Sequence[Fault] = (),
    count: int = 0,
    request_id: str,
    headers: dict[str, str] | None = None,
    retry_s: float = 0.0,
) -> Response:
    """The answer for a problem. One kind of fault lends the problem its own code and status; several keep `code`.

    A code without words becomes `internal`. `count` is the number of faults where `faults` are not all of them. Every 429 and 503
    says in whole seconds when to come back: `retry_s`, or a moment.
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
    if words.remedy_zh:
        body |= {"remedy": words.remedy_zh, "remedyEn": words.remedy_en}
    if faults:
        body["errorCount"] = max(count, len(faults))
        body["errors"] = [fault_json(fault) for fault in faults[:MAX_FAULTS]]
    if words.status in (429, 503):
        headers = {"Retry-After": str(math.ceil(retry_s or _RETRY_S)), **(headers or {})}
    return Response(json.dumps(body, ensure_ascii=False), status_code=words.status, media_type=MEDIA_TYPE, headers=headers)


def fault_json(fault: Fault) -> dict[str, str]:
    """One fault as it is answered: code, JSON pointer, the rule and its remedy in words, what was expected and what was found."""
    words = PROBLEMS.get(fault.code, PROBLEMS["internal"])
    shown = {"code": fault.code, "pointer": fault.pointer, "title": words.zh, "titleEn": words.en}
    if words.remedy_zh:
        shown |= {"remedy": words.remedy_zh, "remedyEn": words.remedy_en}
    if fault.expected is not None:
        shown["expected"], shown["expectedEn"] = fault.expected
    if fault.value:
        shown["value"], shown["valueEn"] = value_words(fault.value)
    return shown
