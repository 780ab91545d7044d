"""
What kind of value was found, without the value: a fault may say "9 digits", never which.

A class is a short token (`digits:9`, `text:12`, `list:3`, `number`, `empty` …) that is kept with a stored outcome; its words are
made when it is shown.
"""

from __future__ import annotations

import re
from typing import Any, Final

_WORDS: Final = {
    "missing": ("未填写", "nothing"),
    "empty": ("空值", "an empty value"),
    "null": ("null", "null"),
    "boolean": ("真假值", "a boolean"),
    "integer": ("整数", "an integer"),
    "number": ("小数", "a number with decimals"),
    "digits": ("{} 位数字", "{} digits"),
    "ascii": ("{} 个字母、数字或符号", "{} ASCII characters"),
    "text": ("{} 个字符的文本", "a text of {} characters"),
    "exponent": ("科学计数法的数字", "a number in exponent form"),
    "formula": ("公式", "a formula"),
    "list": ("{} 项的列表", "a list of {}"),
    "object": ("对象", "an object"),
}  # fmt: skip
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+")
_DIGITS = re.compile(r"[0-9]+")


def value_class(value: Any) -> str:
    """The class of a parsed JSON value or of a cell's text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if isinstance(value, int) else "number"
    if isinstance(value, str):
        return _text_class(value)
    if not value:
        return "empty"
    return f"list:{len(value)}" if isinstance(value, list) else "object"


def value_words(token: str) -> tuple[str, str]:
    """A class in Chinese and English; ("", "") for a token this edition does not know."""
    name, _, count = token.partition(":")
    zh, en = _WORDS.get(name, ("", ""))
    return zh.format(count), en.format(count)


def _text_class(text: str) -> str:
    if not text.strip():
        return "empty"
    if _DIGITS.fullmatch(text):
        return f"digits:{len(text)}"
    if _EXPONENT.fullmatch(text):
        return "exponent"
    return f"ascii:{len(text)}" if text.isascii() else f"text:{len(text)}"
