"""What a person is told about a cell: the rule, where, what explains it and what to do, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.intake.tables.cells import CellFault
from gateway.problem_words.entry import Words
from gateway.problems import PROBLEMS
from gateway.value_class import value_words


def fault_view(fault: CellFault) -> dict[str, Any]:
    """A fault as it is answered: the stored one with its rule, explanation and remedy in words."""
    words = _words(fault.code)
    shown = {**fault.to_json(), "title": words.zh, "titleEn": words.en}
    if fault.repeats:
        shown |= dict(zip(("explanation", "explanationEn"), _repeats(fault), strict=True))
    if fault.explains:
        explained = _words(fault.explains)
        shown |= {"explanation": explained.zh, "explanationEn": explained.en}
        words = explained if explained.remedy_zh else words
    if fault.expected:
        shown["expected"], shown["expectedEn"] = _expects(fault)
    if words.remedy_zh:
        shown |= {"remedy": words.remedy_zh, "remedyEn": words.remedy_en}
    if fault.value:
        shown["value"], shown["valueEn"] = value_words(fault.value)
    return shown


def reason_text(faults: Sequence[CellFault]) -> str:
    """The 错误原因 of a row: its faults in Chinese, then in English. It begins with neither a formula nor an apostrophe."""
    if not faults:
        return ""
    zh = "；".join(_sentence(fault, english=False) for fault in faults)
    en = "; ".join(_sentence(fault, english=True) for fault in faults)
    return f"{zh} / {en}"


def _sentence(fault: CellFault, *, english: bool) -> str:
    told = [_words(code) for code in (fault.code, fault.explains) if code]
    more = [pair for told_of, pair in ((fault.repeats, _repeats(fault)), (fault.expected, _expects(fault))) if told_of]
    if english:
        place = f"column {fault.column}: " if fault.column else ""
        return place + ". ".join([*(words.en for words in told), *(en for _, en in more)])
    place = f"{fault.column}列" if fault.column else ""
    name = f"{place}“{fault.head}”" if fault.head else place
    remedy = next((words.remedy_zh for words in reversed(told) if words.remedy_zh), "")
    said = "，".join([*(words.zh for words in told), *(zh for zh, _ in more)])
    return f"{name}{'：' if name else ''}{said}{'。' + remedy if remedy else ''}"


def _repeats(fault: CellFault) -> tuple[str, str]:
    return f"与第 {fault.repeats} 行相同", f"The same as in row {fault.repeats}"


def _expects(fault: CellFault) -> tuple[str, str]:
    return f"可填：{fault.expected}", f"Taken here: {fault.expected}"


def _words(code: str) -> Words:
    return PROBLEMS.get(code, PROBLEMS["internal"])
