"""
Values as they stand in the pre-hash string of a hash id (CBV 2.0 §8.9): vocabulary URNs, numbers, times.

Each function gives a text that is not of its kind back as it is: extensions may hold anything, and nothing is refused here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

CBV: Final = "https://ref.gs1.org/cbv/"
_URN_WORDS: Final = {
    f"urn:epcglobal:cbv:{urn}": CBV + base
    for urn, base in (("bizstep", "BizStep-"), ("disp", "Disp-"), ("btt", "BTT-"), ("sdt", "SDT-"), ("er", "ER-"))
}
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")
_DATE_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})")


def without_urn(text: str) -> str:
    """A vocabulary word of the old URN form as its web URI."""
    urn, _, word = text.rpartition(":")
    return _URN_WORDS[urn] + word if urn in _URN_WORDS else text


def plain_decimal(text: str) -> str:
    """A decimal number without sign +, exponent, and leading or trailing zeros; another text as it is."""
    found = _NUMBER.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return text
    whole, fraction, exponent = found[2], found[3] or "", int(found[4] or 0)
    digits, point = whole + fraction, len(whole) + exponent
    if point < 0:
        digits, point = "0" * -point + digits, 0
    digits = digits.ljust(point, "0")
    whole, fraction = digits[:point].lstrip("0") or "0", digits[point:].rstrip("0")
    number = f"{whole}.{fraction}" if fraction else whole
    return f"-{number}" if found[1] == "-" and number != "0" else number


def utc_time(text: str) -> str:
    """A dateTime in UTC with milliseconds, the fraction rounded half to even; a text that is none stays as it is."""
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return text
    offset = found[3].replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(found[1] + offset).astimezone(UTC)
        moment += timedelta(milliseconds=round(int((found[2] or "0")[:6].ljust(6, "0")) / 1000))
    except (ValueError, OverflowError):
        return text
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
