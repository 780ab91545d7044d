"""
Times and dates as people and spreadsheets write them → RFC 3339 in Beijing time.

`2025/6/2 5:30`, `2025-06-02 05:30:00` and cells that a spreadsheet shows as a date are Beijing time. A machine's form without an
offset has lost something and is refused, and so is every time without an offset in JSON. A bare number is no time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from certs.errors import MalformedCertificate
from certs.times import parse_time
from gateway.intake.tables.cells import Cell, CellError

BEIJING: Final = timezone(timedelta(hours=8))
_PEOPLE = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})(?: +([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?")
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?")
_DATE = re.compile(r"([0-9]{4})(?:([-/])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)")
_FRACTION = re.compile(r"\.([0-9]{1,3})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")


def read_moment(cell: Cell, *, from_json: bool, days: bool) -> str:
    """`YYYY-MM-DDThh:mm:ss.sss+08:00`. With `days` a bare date is the first moment of that day.

    Raises `CellError` `time.naive`, `time.invalid`.
    """
    if isinstance(cell, datetime):
        return _beijing(cell.replace(tzinfo=BEIJING))
    if isinstance(cell, date):
        cell = cell.isoformat()
    text = cell.strip() if isinstance(cell, str) else str(cell)
    try:
        seconds = parse_time(text)
    except MalformedCertificate:
        return _beijing(_as_people_write(text, from_json=from_json, days=days))
    fraction = _FRACTION.search(text)
    milliseconds = int(fraction[1].ljust(3, "0")) if fraction else 0
    try:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds, milliseconds=milliseconds)
        return _beijing(moment.astimezone(BEIJING))
    except OverflowError:
        raise CellError("time.invalid") from None


def read_date(cell: Cell) -> str:
    """`YYYY-MM-DD`. Raises `CellError` `time.invalid`."""
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    text = str(cell).strip()
    match = _DATE.fullmatch(text)
    if match is None:
        raise CellError("time.invalid", "cell.serial_date" if _SERIAL.fullmatch(text) else "")
    year, month, day = (int(part) for part in (match[1], match[3] or match[5], match[4] or match[6]))
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise CellError("time.invalid") from None


def _as_people_write(text: str, *, from_json: bool, days: bool) -> datetime:
    match = _PEOPLE.fullmatch(text)
    is_day = match is not None and match[5] is None
    if match is None or (is_day and not days) or (from_json and not is_day):
        if _NAIVE.fullmatch(text) or (match is not None and not is_day):
            raise CellError("time.naive")
        if _DATE.fullmatch(text):
            raise CellError("time.invalid", "cell.day_only")
        raise CellError("time.invalid", "cell.serial_date" if _SERIAL.fullmatch(text) else "")
    year, month, day, hour, minute, second = (int(match[at] or 0) for at in (1, 3, 4, 5, 6, 7))
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=BEIJING)
    except ValueError:
        raise CellError("time.invalid") from None


def _beijing(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
