"""
Who is calling: dependencies that turn an Authorization header into a key, or refuse. Rights are asked here, in each route.

An address that sends wrong keys too fast is refused before the store is asked. A key has its own rate once it is known to be
right, so that nobody can use up another's by its id.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from gateway.auth import ADMIN, READ, authenticate, submits_for
from gateway.errors import Refused
from gateway.routes.parts import Parts, parts_of
from gateway.store.keys import StoredKey


def optional_key(request: Request) -> StoredKey | None:
    """The caller's key, or None without an Authorization header. A header that is there must be right (`auth.key`).

    Raises `rate.failures` and `rate.key` for one that comes too often.
    """
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    parts, address = parts_of(request), request.state.address
    if wait := parts.rates.failures.wait(address):
        raise Refused("rate.failures", retry_s=wait)
    try:
        key = _right_key(parts, headers)
    except Refused:
        parts.rates.failures.take(address)
        raise
    if wait := parts.rates.keys.take(key.id):
        raise Refused("rate.key", retry_s=wait)
    return key


def _right_key(parts: Parts, headers: list[str]) -> StoredKey:
    if len(headers) > 1:
        raise Refused("auth.key")
    with parts.db.read() as tx:
        return authenticate(tx, headers[0], now=parts.now())


def any_key(key: Annotated[StoredKey | None, Depends(optional_key)]) -> StoredKey:
    """The caller's key. Raises `auth.missing`."""
    if key is None:
        raise Refused("auth.missing")
    return key


def submitting_key(request: Request, key: Annotated[StoredKey, Depends(any_key)]) -> StoredKey:
    """A key that may submit for somebody, while there is room for what it submits. Raises `auth.right`, `intake.*`."""
    submits_for(key)
    parts_of(request).room.require()
    return key


def governing_key(request: Request, key: Annotated[StoredKey, Depends(any_key)]) -> StoredKey:
    """A key of a member itself with the right to act for it. Raises `auth.right`."""
    if ADMIN not in key.rights or key.owner not in parts_of(request).members:
        raise Refused("auth.right")
    return key


def member_key(request: Request, key: Annotated[StoredKey, Depends(any_key)]) -> StoredKey:
    """A key of a member that may read, or act, for it. Raises `auth.right`."""
    if not key.rights & {READ, ADMIN} or key.owner not in parts_of(request).members:
        raise Refused("auth.right")
    return key
