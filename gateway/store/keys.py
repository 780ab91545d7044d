"""API keys as stored: the SHA-256 of a 256-bit random secret, never the secret; with owner, rights, expiry and revocation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from gateway.store.tables import api_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """One key. `owner` is the USCC of an enterprise or a member; times are seconds since 1970."""

    id: str
    secret_sha256: bytes
    owner: str
    rights: frozenset[str]
    on_behalf: frozenset[str]
    created_at: int
    expires_at: int
    revoked_at: int | None = None


def insert_key(tx: Connection, key: StoredKey) -> None:
    """Stores a new key."""
    tx.execute(
        insert(api_keys).values(
            id=key.id, secret_sha256=key.secret_sha256, owner=key.owner, rights=" ".join(sorted(key.rights)),
            on_behalf=" ".join(sorted(key.on_behalf)), created_at=key.created_at, expires_at=key.expires_at,
            revoked_at=key.revoked_at,
        )
    )  # fmt: skip


def find_key(tx: Connection, key_id: str) -> StoredKey | None:
    """The key of this id, whatever its state, or None."""
    row = tx.execute(select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
    if row is None:
        return None
    return StoredKey(
        id=row.id, secret_sha256=row.secret_sha256, owner=row.owner, rights=frozenset(row.rights.split()),
        on_behalf=frozenset(row.on_behalf.split()), created_at=row.created_at, expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )  # fmt: skip


def list_keys(tx: Connection) -> list[StoredKey]:
    """Every key, oldest first."""
    ids = tx.execute(select(api_keys.c.id).order_by(api_keys.c.created_at, api_keys.c.id)).scalars().all()
    return [key for key in (find_key(tx, key_id) for key_id in ids) if key is not None]


def set_on_behalf(tx: Connection, key_id: str, usccs: Collection[str]) -> None:
    """Changes whom a key may submit for."""
    tx.execute(update(api_keys).where(api_keys.c.id == key_id).values(on_behalf=" ".join(sorted(usccs))))


def revoke_key(tx: Connection, key_id: str, *, now: int) -> bool:
    """Revokes a key at once; False when there is none, or it was revoked before."""
    changed = tx.execute(update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)).values(revoked_at=now))
    return changed.rowcount == 1
