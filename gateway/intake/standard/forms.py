"""The scalar values of EPCIS 2.0 JSON (§10.2): texts of a form, numbers, times. Each check gives a fault's code, or ""."""

from __future__ import annotations

import re
from typing import Any, Final

from certs.errors import MalformedCertificate
from certs.times import parse_time
from gateway.intake.standard.uris import is_event_id, is_uri

ACTIONS: Final = ("OBSERVE", "ADD", "DELETE")
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?")
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_UNIT = re.compile(r"[A-Z0-9]{2,3}")
_HEX = re.compile(r"[0-9A-Fa-f]+")


def uri(value: Any) -> str:
    """An absolute URI."""
    return "" if is_uri(value) else "epcis.schema"


def event_id(value: Any) -> str:
    """A URI of up to 512 characters."""
    return "" if is_event_id(value) else "epcis.schema"


def time(value: Any) -> str:
    """A date and time with offset: `time.naive` where only the offset is missing, else `time.invalid`."""
    try:
        parse_time(value if isinstance(value, str) else "")
    except MalformedCertificate:
        return "time.naive" if isinstance(value, str) and _NAIVE.fullmatch(value) else "time.invalid"
    return ""


def offset(value: Any) -> str:
    """An offset from UTC, -14:00 to +14:00; never Z."""
    return "" if isinstance(value, str) and _OFFSET.fullmatch(value) else "epcis.schema"


def action(value: Any) -> str:
    """What happened to the objects: OBSERVE, ADD or DELETE."""
    return "" if value in ACTIONS else "epcis.schema"


def text(value: Any) -> str:
    """Any text."""
    return "" if isinstance(value, str) else "epcis.schema"


def boolean(value: Any) -> str:
    """true or false."""
    return "" if isinstance(value, bool) else "epcis.schema"


def number(value: Any) -> str:
    """A JSON number."""
    return "" if _is_number(value) else "epcis.schema"


def hexadecimal(value: Any) -> str:
    """Hex digits, at least one."""
    return "" if isinstance(value, str) and _HEX.fullmatch(value) else "epcis.schema"


def quantity(value: Any) -> str:
    """The number of a quantity element; whether it is positive is asked elsewhere."""
    return "" if _is_number(value) else "qty.format"


def unit(value: Any) -> str:
    """The form of a UN/ECE Rec 20 code; whether the code exists is asked elsewhere."""
    if not isinstance(value, str):
        return "epcis.schema"
    return "" if _UNIT.fullmatch(value) else "qty.unit_unknown"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
