"""
Times of events: `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)` (PROTOCOL.md §2), compared as whole seconds.

The fraction is dropped, the offset applied. Leap seconds, offsets beyond 14:00 and dates the calendar lacks are refused.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from certs.errors import MalformedCertificate

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MAX_OFFSET_MINUTES = 14 * 60


def parse_time(text: str) -> int:
    """Seconds since 1970-01-01T00:00:00Z, fraction dropped. Raises `MalformedCertificate` `time.form`."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise MalformedCertificate("time.form")
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    offset = 0 if match[7] is None else int(match[8]) * 60 + int(match[9])
    if hour > 23 or minute > 59 or second > 59 or int(match[9] or 0) > 59 or offset > _MAX_OFFSET_MINUTES:
        raise MalformedCertificate("time.form")
    try:
        days = date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        raise MalformedCertificate("time.form") from None
    if match[7] == "-":
        offset = -offset
    return days * 86_400 + hour * 3_600 + (minute - offset) * 60 + second


def format_time(seconds: int) -> str:
    """`YYYY-MM-DDThh:mm:ss+08:00`, Beijing time, for people. A block time beyond year 9999 is shown as its bare seconds."""
    try:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds, hours=8)
    except OverflowError:
        return f"@{seconds}"
    return moment.strftime("%Y-%m-%dT%H:%M:%S+08:00")
