"""
Answers kept under an Idempotency-Key, for ever: the first one stored for an owner and a key stays, whatever comes after it.

A large answer is kept packed: that of 10,000 events has 7 MB, most of it said again for each event.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, insert, select

from gateway.store.tables import answered

_PACKED: Final = b"\0zlib\0"  # before a packed body; ours are JSON text, which has no NUL
_PACK_BYTES: Final = 1_024  # a smaller body is kept as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer, and SHA-256 of the request it was given to."""

    request_sha256: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes


def find_answer(tx: Connection, owner: str, idempotency_key: str) -> Answered | None:
    """The answer that the owner's key was given first, or None."""
    row = tx.execute(
        select(answered).where(answered.c.owner == owner, answered.c.idempotency_key == idempotency_key)
    ).one_or_none()
    if row is None:
        return None
    return Answered(
        request_sha256=row.request_sha256, status=row.status, headers=json.loads(row.headers), body=_unpacked(row.body)
    )


def keep_answer(tx: Connection, owner: str, idempotency_key: str, answer: Answered, *, now: int) -> None:
    """Stores the first answer; (owner, key) must be new. `now` in seconds since 1970."""
    tx.execute(
        insert(answered).values(
            owner=owner, idempotency_key=idempotency_key, request_sha256=answer.request_sha256, status=answer.status,
            headers=json.dumps(dict(answer.headers), separators=(",", ":")), body=_packed(answer.body), created_at=now,
        )
    )  # fmt: skip


def _packed(body: bytes) -> bytes:
    return body if len(body) < _PACK_BYTES else _PACKED + zlib.compress(body, 6)


def _unpacked(kept: bytes) -> bytes:
    """The very bytes that were answered; those of an earlier edition were kept as they were."""
    return zlib.decompress(kept[len(_PACKED) :]) if kept.startswith(_PACKED) else kept
