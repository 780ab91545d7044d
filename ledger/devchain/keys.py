"""
The local validators' private keys: random per directory, one file, mode 0600.

All of them lie on one machine, which is why nothing this chain endorses is evidence; the file says so itself.
No key is ever dropped, for blocks are sealed when they are asked for, and a damaged file is refused rather than replaced.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from pathlib import Path
from typing import Final

from eth_keys.datatypes import PrivateKey

from ledger.devchain.errors import DevChainError, keys_mismatch

SECP256K1_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
MAX_VALIDATORS: Final = 64  # as many as one announcement may name (PROTOCOL.md §5)
MAX_KEYS: Final = 1024  # in a file that is written anew for each
_FORMAT: Final = "shisu-devchain-keys/1"
_NOTE: Final = "development chain 演示链·全部节点密钥在同一台机器·不具证明效力"


class ValidatorKeys:
    """The keys of one file, by address. Any thread may use them."""

    def __init__(self, path: Path, drawn: list[bytes]) -> None:
        self._path = path
        self._drawn = drawn  # in the order of the file
        self._by_address = {_address(key): key for key in map(PrivateKey, drawn)}
        self._growing = threading.Lock()

    @property
    def addresses(self) -> tuple[bytes, ...]:
        """20 bytes each, ascending."""
        return tuple(sorted(self._by_address))

    def holds(self, address: bytes) -> bool:
        """Whether the key of this 20-byte address is here."""
        return address in self._by_address

    def draw(self) -> bytes:
        """A new random key; its 20-byte address. The file has it when this returns.

        Raises DevChainError `devchain.keys.full` when there are 1024.
        """
        with self._growing:
            if len(self._drawn) >= MAX_KEYS:
                raise DevChainError("devchain.keys.full", f"a chain has at most {MAX_KEYS} validator keys")
            drawn = _random_key()
            _write(self._path, [*self._drawn, drawn])
            key = PrivateKey(drawn)
            self._drawn = [*self._drawn, drawn]
            self._by_address = {**self._by_address, _address(key): key}  # another dict: a reader may be walking over this one
            return _address(key)

    def sign(self, address: bytes, digest: bytes) -> bytes:
        """65 bytes r ‖ s ‖ v, v ∈ {0, 1}, over a 32-byte digest; the same for the same digest (RFC 6979).

        Raises DevChainError `devchain.keys.mismatch` for an address whose key is not here.
        """
        key = self._by_address.get(address)
        if key is None:
            raise keys_mismatch()
        return bytes(key.sign_msg_hash(digest).to_bytes())


def _address(key: PrivateKey) -> bytes:
    return key.public_key.to_canonical_address()


def _random_key() -> bytes:
    return (1 + secrets.randbelow(SECP256K1_ORDER - 1)).to_bytes(32, "big")


def create_keys(path: Path, count: int) -> ValidatorKeys:
    """Write `count` new random keys to `path`, which must not exist, and return them; durable when this returns.

    Raises DevChainError `devchain.validators.count` unless 1 ≤ count ≤ 64.
    """
    if not 1 <= count <= MAX_VALIDATORS:
        raise DevChainError("devchain.validators.count", f"a chain has 1 to {MAX_VALIDATORS} validators")
    drawn = [_random_key() for _ in range(count)]
    _write(path, drawn)
    return ValidatorKeys(path, drawn)


def _write(path: Path, drawn: list[bytes]) -> None:
    """Durable when this returns; a process killed before leaves the file as it was."""
    text = json.dumps(
        {"format": _FORMAT, "note": _NOTE, "keys": ["0x" + key.hex() for key in drawn]}, ensure_ascii=False, indent=1
    )
    # Written beside and renamed: no start ever finds half a file.
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read_keys(path: Path) -> ValidatorKeys:
    """The keys of an existing directory. The file's mode is set to 0600 again.

    Raises DevChainError `devchain.keys.missing` or `devchain.keys.damaged`.
    """
    try:
        path.chmod(0o600)
        body = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise DevChainError("devchain.keys.missing", "the chain is here but its validator keys are not") from error
    except ValueError as error:
        raise DevChainError("devchain.keys.damaged", "the validator key file cannot be read") from error
    try:
        if body["format"] != _FORMAT:
            raise ValueError
        drawn = [bytes.fromhex(text.removeprefix("0x")) for text in body["keys"]]
        if not drawn or any(len(key) != 32 or not 0 < int.from_bytes(key, "big") < SECP256K1_ORDER for key in drawn):
            raise ValueError
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DevChainError("devchain.keys.damaged", "the validator key file cannot be read") from error
    return ValidatorKeys(path, drawn)
