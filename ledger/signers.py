"""
Who signs transactions: a port, and the keystore file behind it today (web3signer or an HSM tomorrow).

A key file is an encrypted Web3 Secret Storage V3 file beside a passphrase file; both must belong to us and be readable by
nobody else (0600), or they are refused. Signatures are deterministic (RFC 6979), so signing the same transaction twice gives
the same bytes. No key and no passphrase is ever logged, shown by `repr` or put into an error.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any, Final, Protocol

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_keyfile.keyfile import create_keyfile_json, decode_keyfile_json

from certs.canonical import parse
from certs.errors import MalformedCertificate
from ledger.errors import SignerRefused

SCRYPT_N: Final = 2**18  # the standard cost: about a second and 256 MB
_MAX_FILE_BYTES: Final = 64 * 1024


class Signer(Protocol):
    """The account that acts for a member."""

    @property
    def address(self) -> str:
        """The checksummed address."""

    def sign(self, transaction: dict[str, Any]) -> bytes:
        """The raw signed transaction of an unsigned one in JSON-RPC field names. Deterministic."""


class KeystoreSigner:
    """A signer whose key was decrypted from a V3 keystore file and lives in this process's memory."""

    __slots__ = ("_account",)

    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    @classmethod
    def open(cls, path: Path, *, passphrase_path: Path) -> KeystoreSigner:
        """Decrypts `path` with the first line of `passphrase_path`.

        Raises `SignerRefused`: `ledger.keystore.{missing,mode,form,passphrase}`; `field` is "key" or "passphrase".
        """
        passphrase = _read_private(passphrase_path, "passphrase").split(b"\n", 1)[0].rstrip(b"\r")
        try:
            keystore = parse(_read_private(path, "key"))
        except MalformedCertificate:
            raise SignerRefused("ledger.keystore.form", "key") from None
        if not isinstance(keystore, dict) or keystore.get("version") != 3:
            raise SignerRefused("ledger.keystore.form", "key")
        try:
            key = decode_keyfile_json(keystore, passphrase)
        except ValueError:  # the MAC does not match
            raise SignerRefused("ledger.keystore.passphrase", "key") from None
        except (KeyError, TypeError, NotImplementedError):
            raise SignerRefused("ledger.keystore.form", "key") from None
        return cls(Account.from_key(key))

    @property
    def address(self) -> str:
        """The checksummed address."""
        return str(self._account.address)

    def sign(self, transaction: dict[str, Any]) -> bytes:
        """The raw signed transaction. Raises `SignerRefused` for a transaction without a chain id: replayable anywhere."""
        if not transaction.get("chainId"):
            raise SignerRefused("ledger.signer.chain")
        return bytes(self._account.sign_transaction(transaction).raw_transaction)

    def __repr__(self) -> str:
        return f"KeystoreSigner({self.address})"


def create_keystore(path: Path, passphrase: bytes, *, scrypt_n: int = SCRYPT_N) -> str:
    """Makes a new random key, writes it encrypted to `path` (mode 0600, synced) and returns its checksummed address.

    Raises `FileExistsError` when `path` exists: a key is never overwritten.
    """
    account: LocalAccount = Account.create()
    keystore = create_keyfile_json(bytes(account.key), passphrase, kdf="scrypt", iterations=scrypt_n)
    write_private(path, json.dumps(keystore).encode())
    return str(account.address)


def write_private(path: Path, content: bytes) -> None:
    """Writes a new file that only we can read, synced with its directory. Raises `FileExistsError`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read_private(path: Path, field: str) -> bytes:
    """The file's bytes; the opened file itself is what is checked, so it cannot be swapped in between."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not make us wait
    except OSError:
        raise SignerRefused("ledger.keystore.missing", field) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.geteuid():
            raise SignerRefused("ledger.keystore.mode", field)
        return os.read(descriptor, _MAX_FILE_BYTES)
    finally:
        os.close(descriptor)
