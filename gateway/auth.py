"""
API keys `id.secret`, in `Authorization: Bearer` and nowhere else: never a query parameter, which logs and histories keep.

A key is 256 bits of randomness, so its plain SHA-256 is what is stored. An unknown id costs the same comparison as a wrong
secret, and both, like an expired or revoked key, get one answer. Rights are asked in routes, never by path prefix
(CVE-2026-48710).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import Connection

from gateway.errors import Refused
from gateway.store.keys import StoredKey, find_key

SUBMIT: Final = "submit"
SUBMIT_ON_BEHALF: Final = "submit:onbehalf"
READ: Final = "read"
ADMIN: Final = "admin"
RIGHTS: Final = (SUBMIT, SUBMIT_ON_BEHALF, READ, ADMIN)
_KEY = re.compile(r"Bearer ([0-9a-f]{16})\.([A-Za-z0-9_-]{43})", re.IGNORECASE)
_NOBODY: Final = bytes(32)  # no SHA-256 is compared equal to it in practice; it only costs the time


def make_key(
    owner: str,
    *,
    rights: Collection[str],
    on_behalf: Collection[str] = (),
    now: int,
    valid_s: int,
    random: Callable[[int], bytes],
) -> tuple[StoredKey, str]:
    """A new key to store, and the text `id.secret` that is shown once. `now` and `valid_s` in seconds.

    Raises `ValueError` for an unknown right, or none.
    """
    if not rights or not set(rights) <= set(RIGHTS):
        raise ValueError("unknown right")
    key_id = random(8).hex()
    secret = base64.urlsafe_b64encode(random(32)).rstrip(b"=").decode()
    stored = StoredKey(
        id=key_id,
        secret_sha256=_digest(secret),
        owner=owner,
        rights=frozenset(rights),
        on_behalf=frozenset(on_behalf),
        created_at=now,
        expires_at=now + valid_s,
    )
    return stored, f"{key_id}.{secret}"


def authenticate(tx: Connection, header: str, *, now: int) -> StoredKey:
    """The live key of an Authorization header. Raises `Refused` `auth.key`, whatever is wrong with it."""
    match = _KEY.fullmatch(header)
    if match is None:
        raise Refused("auth.key")
    key = find_key(tx, match[1].lower())
    is_right = hmac.compare_digest(_digest(match[2]), _NOBODY if key is None else key.secret_sha256)
    if key is None or not is_right or key.revoked_at is not None or now >= key.expires_at:
        raise Refused("auth.key")
    return key


def submits_for(key: StoredKey) -> frozenset[str]:
    """The USCCs this key may submit events of. Raises `Refused` `auth.right` for a key without a right to submit."""
    own = {key.owner} if SUBMIT in key.rights else set()
    others = key.on_behalf if SUBMIT_ON_BEHALF in key.rights else frozenset()
    if not own and not others:
        raise Refused("auth.right")
    return frozenset(own | others)


def rendering_for(key: StoredKey | None, submitter: str, bureaus: Collection[str]) -> str | None:
    """The widest rendering of an event this key may see: `submitter` its own, `bureaus` a member that may read, else None.

    Submitting on behalf of an enterprise is no right to read what it submitted elsewhere.
    """
    if key is None:
        return None
    if key.owner == submitter:
        return "submitter"
    return "bureaus" if key.owner in bureaus and READ in key.rights else None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
