"""
Salts at rest: a column of salts is sealed with AES-256-GCM (NIST SP 800-38D) under a key that is not in the database.

Who gets hold of a copy of the database can read bodies, but cannot prove that they are what was anchored, cannot answer a
check code, and cannot pick a leaf's text from guesses. Destroying the key deletes every salt at once.

    sealed, 64 bytes   key id[4] ‖ nonce[12] ‖ AES-256-GCM(salt)[48]     AAD = "shisu-salt/1 " ‖ use     key id = SHA-256("shisu-salt-key/1 " ‖ key)[:4]
    plain,  32 bytes   a salt stored before there was a key
    none, or all zero  a salt that was deleted; never sealed
"""  # noqa: E501

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from gateway.store.errors import RowEdited

KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
KEY_ID_BYTES: Final = 4
SEALED_BYTES: Final = 64
UNREADABLE: Final = b"?"
_NONCE_BYTES: Final = 12
_KEYS: Final = "shisu_salt_keys"  # a dialect belongs to one engine, and is all that a column's type is handed


class SaltKeys:
    """Keys of 32 bytes: the first seals, every one opens. Without any, salts are stored plain."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self.ids = tuple(self._ciphers)

    def seal(self, salt: bytes, use: str) -> bytes:
        """A salt as it is stored."""
        if not self.ids or not any(salt):
            return salt
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self.ids[0] + nonce + self._ciphers[self.ids[0]].encrypt(nonce, salt, _bound_to(use))

    def open(self, stored: bytes, use: str) -> bytes:
        """The salt of stored bytes. Raises `RowEdited` `store.salt`: changed, of another column, or of a key not held."""
        if len(stored) == SALT_BYTES or not any(stored):
            return stored
        cipher = self._ciphers.get(stored[:KEY_ID_BYTES])
        nonce, sealed = stored[KEY_ID_BYTES : KEY_ID_BYTES + _NONCE_BYTES], stored[KEY_ID_BYTES + _NONCE_BYTES :]
        if cipher is None or len(stored) != SEALED_BYTES:
            raise RowEdited("store.salt", use)
        try:
            return cipher.decrypt(nonce, sealed, _bound_to(use))
        except InvalidTag:
            raise RowEdited("store.salt", use) from None


class Salt(TypeDecorator[bytes]):
    """A column of 32-byte salts, sealed on the way in and opened on the way out. `use` is what its salts are for.

    With `tolerant`, for an auditor, a salt that cannot be opened reads as `UNREADABLE` instead of raising `RowEdited`.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, use: str, *, tolerant: bool = False) -> None:
        super().__init__(SEALED_BYTES)
        self.use = use
        self.tolerant = tolerant

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """To the database."""
        return None if value is None else _keys_of(dialect).seal(value, self.use)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """From the database."""
        if value is None:
            return None
        try:
            return _keys_of(dialect).open(bytes(value), self.use)
        except RowEdited:
            if self.tolerant:
                return UNREADABLE
            raise


def use_salt_keys(engine: Engine, keys: SaltKeys) -> None:
    """From now on this engine's salts are sealed and opened with these keys."""
    setattr(engine.dialect, _KEYS, keys)


def _keys_of(dialect: Dialect) -> SaltKeys:
    keys = getattr(dialect, _KEYS, None)
    return keys if isinstance(keys, SaltKeys) else NO_SALT_KEYS


def key_id(key: bytes) -> bytes:
    """The 4 bytes by which a sealed salt names its key; they tell nothing about it."""
    return hashlib.sha256(b"shisu-salt-key/1 " + key).digest()[:KEY_ID_BYTES]


def _bound_to(use: str) -> bytes:
    return b"shisu-salt/1 " + use.encode()


NO_SALT_KEYS: Final = SaltKeys()
