"""
Holding a signer: a locked file for this machine, a lease row for the others (RELIABILITY.md §1 R5).

The file's content is a random token made with it, and the lease row names it: whoever has the lock and finds a row with the same
token knows that its holder died, and starts at once. Two workers of one key would each derive nonces that the other uses.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.store import leases
from gateway.store.database import Database
from gateway.store.errors import LeaseHeld

_TOKEN_BYTES = 16


class SignerLease:
    """The lease of one signer, from `take` until `release` or the process's end. `now` gives seconds since 1970."""

    def __init__(self, database: Database, signer: bytes, *, directory: Path, now: Callable[[], int], lasts_s: int) -> None:
        self._database = database
        self._signer = signer
        self._path = directory / f"signer-{signer.hex()}.lock"
        self._now = now
        self._lasts_s = lasts_s
        self._file: int | None = None
        self._holder = ""
        self._until = 0

    def take(self) -> None:
        """Raises `LeaseHeld`: `store.lease.locked` (this machine), `store.lease.held` (another one)."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            token = _token_of(file)
            self._holder = f"{token}/{secrets.token_hex(_TOKEN_BYTES)}"
            now = self._now()
            with self._database.write() as tx:
                leases.take(tx, self._signer, holder=self._holder, machine=token, now=now, until=now + self._lasts_s)
        except BlockingIOError:
            os.close(file)
            raise LeaseHeld("store.lease.locked") from None
        except BaseException:
            os.close(file)
            raise
        self._file, self._until = file, now + self._lasts_s

    def renew(self) -> None:
        """Extends the lease once half of it has passed. Raises `LeaseLost`: act for this signer no more."""
        now = self._now()
        if self._until - now > self._lasts_s // 2:
            return
        with self._database.write() as tx:
            leases.renew(tx, self._signer, holder=self._holder, until=now + self._lasts_s)
        self._until = now + self._lasts_s

    def release(self) -> None:
        """Gives row and lock back. The file stays: its token tells the next holder of this machine from a stranger.

        Where the row cannot be written the lock is given back all the same, and the row is the next holder's of this machine.
        """
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            with self._database.write() as tx:
                leases.release(tx, self._signer, holder=self._holder)
        finally:
            os.close(file)

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.release()


def _token_of(file: int) -> str:
    """The locked file's token, made and synced when the file is new."""
    token = os.pread(file, 2 * _TOKEN_BYTES, 0)
    if len(token) != 2 * _TOKEN_BYTES:
        token = secrets.token_hex(_TOKEN_BYTES).encode()
        os.pwrite(file, token, 0)
        os.fsync(file)
    return token.decode()
