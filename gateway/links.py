"""
Public links, from settings only: a Host header never reaches a QR code (RELIABILITY.md §0 fact 9).
"""

from __future__ import annotations

from urllib.parse import quote


def certificate_link(base: str, number: str, check_code: str) -> str:
    """The link in a certificate's QR code. `base` is the public URL of the gateway, without a trailing slash."""
    return f"{base}/certificates/{quote(number, safe='')}?k={quote(check_code, safe='')}"


def capture_path(capture_id: str) -> str:
    """Where a capture job is read, relative to the gateway."""
    return f"/capture/{quote(capture_id, safe='')}"


def event_path(event_id: str) -> str:
    """Where an event's state is read, relative to the gateway; an eventID is a URI and is encoded whole."""
    return f"/events/{quote(event_id, safe='')}"


def act_path(act_id: int) -> str:
    """Where an act is read, relative to the gateway."""
    return f"/acts/{act_id}"


def import_path(import_id: str) -> str:
    """Where an import is read, relative to the gateway."""
    return f"/imports/{quote(import_id, safe='')}"
