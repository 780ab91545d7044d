"""
Page tokens (EPCIS 2.0 §12.7.4): where the next page begins, for the key and the question that the first page was for.

base64url of  value int64 ‖ row id int64 ‖ newest row int64 ‖ expires int64 ‖ HMAC-SHA-256(those ‖ question digest)[:16], under
the stored digest of the caller's key. Nothing is kept for a token, and it opens nothing: its key could ask the question anew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import Final

from gateway.errors import Fault, Refused
from gateway.store.event_index import Position

VALID_S: Final = 24 * 3_600
_FIELDS = struct.Struct(">qqqq")
_MAC_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins: after a position (None: at the first event), among the rows up to `top`."""

    after: Position | None
    top: int


def write_token(page: Page, question: bytes, *, secret: bytes, expires: int) -> str:
    """The token of a page that has a position. `expires` in seconds since 1970."""
    after = page.after or Position(0, 0)
    fields = _FIELDS.pack(after.value, after.row_id, page.top, expires)
    return base64.urlsafe_b64encode(fields + _mac(fields, question, secret)).decode()


def read_token(text: str, question: bytes, *, secret: bytes, now: int) -> Page:
    """The page of a token. Raises `Refused` with `query.token`: of another key or question, altered, or expired."""
    try:
        raw = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
        fields, mac = raw[: _FIELDS.size], raw[_FIELDS.size :]
        value, row_id, top, expires = _FIELDS.unpack(fields)
    except (binascii.Error, struct.error):
        raise Refused("query.refused", [Fault("query.token", "?nextPageToken")]) from None
    if not hmac.compare_digest(mac, _mac(fields, question, secret)) or now >= expires:
        raise Refused("query.refused", [Fault("query.token", "?nextPageToken")])
    return Page(Position(value, row_id), top)


def _mac(fields: bytes, question: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"shisu page\0" + fields + question, hashlib.sha256)[:_MAC_BYTES]
