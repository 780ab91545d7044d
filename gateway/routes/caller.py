"""Who is calling: dependencies that turn an Authorization header into a key, or refuse. Rights are asked here, in each route."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from gateway.auth import ADMIN, READ, authenticate, submits_for
from gateway.errors import Refused
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey


def optional_key(request: Request) -> StoredKey | None:
    """The caller's key, or None without an Authorization header. A header that is there must be right (`auth.key`)."""
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    if len(headers) > 1:
        raise Refused("auth.key")
    parts = parts_of(request)
    with parts.db.read() as tx:
        return authenticate(tx, headers[0], now=parts.now())


def any_key(key: Annotated[StoredKey | None, Depends(optional_key)]) -> StoredKey:
    """The caller's key. Raises `auth.missing`."""
    if key is None:
        raise Refused("auth.missing")
    return key


def submitting_key(key: Annotated[StoredKey, Depends(any_key)]) -> StoredKey:
    """A key that may submit for somebody. Raises `auth.right`."""
    submits_for(key)
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
