"""URIs as RFC 3986 spells them: absolute, ASCII, every other character percent-encoded. Nothing is resolved or normalised."""

from __future__ import annotations

import re
from typing import Final

MAX_EVENT_ID: Final = 512  # characters
_CHAR = r"[A-Za-z0-9\-._~!$&'()*+,;=%s]|%%[0-9A-Fa-f]{2}"
_REG_NAME, _USER, _PATH, _REST = (f"(?:{_CHAR % more})*+" for more in ("", ":", ":@/", ":@/?"))
_LITERAL = r"\[(?:[0-9A-Fa-f:.]+|[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+)\]"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://(?:{_USER}@)?(?:{_LITERAL}|{_REG_NAME})(?::[0-9]*)?(?:/{_PATH})?|(?!//){_PATH})"
    rf"(?:\?{_REST})?(?:#{_REST})?"
)


def is_uri(value: object) -> bool:
    """Whether this is a text of RFC 3986's form, scheme first."""
    return isinstance(value, str) and _URI.fullmatch(value) is not None


def is_event_id(value: object) -> bool:
    """Whether this can be an eventID: a URI of up to 512 characters."""
    return is_uri(value) and len(str(value)) <= MAX_EVENT_ID
