"""
The chain's one SQLite file: everything py-evm keeps by key, and which heights hold logs.

One block is one transaction (WAL, synchronous=FULL), so a killed process leaves the last whole block. The file is locked
exclusively while open: a second opener is refused. Values are written once and never deleted, so readers need no snapshot.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from eth.db.backends.base import BaseDB

from ledger.devchain.errors import DevChainError

_APPLICATION_ID = 0x53484953  # "SHIS": a file of somebody else's is never written to
_EDITION = 1
_SCHEMA = (
    "CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE logs (number INTEGER PRIMARY KEY, bloom BLOB NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_EDITION}",
)


class Store:
    """The open file. Every method may be called from any thread; each is one statement or one transaction.

    Raises DevChainError `devchain.locked` (open elsewhere), `devchain.store.foreign` (not our file, or another edition),
    `devchain.store.damaged` (SQLite cannot read it), `devchain.closed` (used after `close`).
    """

    def __init__(self, path: Path) -> None:
        _make_private(path)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        self._open = True
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self.close()
            raise _translated(error) from error
        except DevChainError:
            self.close()
            raise

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA locking_mode=EXCLUSIVE")  # before WAL, or SQLite maps a shared-memory file beside it
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        with self._transaction():
            if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                for statement in _SCHEMA:
                    run(statement)
        marks = run("PRAGMA application_id").fetchone()[0], run("PRAGMA user_version").fetchone()[0]
        if marks != (_APPLICATION_ID, _EDITION):
            raise DevChainError("devchain.store.foreign", "the file is not an embedded chain of this edition")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextlib.contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if not self._open:
                raise DevChainError("devchain.closed", "the chain has been closed")
            yield self._connection

    def require_open(self) -> None:
        """Raises DevChainError `devchain.closed` once the store, and with it the directory, is released."""
        with self._using():
            pass

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, or None."""
        with self._using() as connection:
            row = connection.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])

    def commit(self, entries: Mapping[bytes, bytes], *, logs: tuple[int, bytes] | None = None) -> None:
        """Write one block: all of it, durable when this returns, or nothing. `logs` is (height, 256-byte bloom)."""
        with self._using() as connection, self._transaction():
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?)", entries.items())
            if logs is not None:
                connection.execute("INSERT INTO logs VALUES (?, ?)", logs)

    def heights_with_logs(self, first: int, last: int) -> list[tuple[int, bytes]]:
        """(height, 256-byte bloom) of every block from `first` to `last`, both included, that holds a log; ascending."""
        with self._using() as connection:
            return connection.execute(
                "SELECT number, bloom FROM logs WHERE number BETWEEN ? AND ? ORDER BY number", (first, last)
            ).fetchall()

    def close(self) -> None:
        """Release the file and its lock. Closing twice is allowed."""
        with self._lock:
            self._open = False
            self._connection.close()


def _make_private(path: Path) -> None:
    """Mode 0600 before SQLite sees the file (it would go by the umask); the journal takes the mode of the file.

    NOTE: a file that exists is never opened here. Closing any descriptor of it would drop this process's POSIX locks, and so
    the lock of a store that is open.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)


def _translated(error: sqlite3.DatabaseError) -> DevChainError:
    if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DevChainError("devchain.locked", "another process has this chain open")
    return DevChainError("devchain.store.damaged", "SQLite cannot read the chain's file")


class ReadView(BaseDB):
    """py-evm's view of what is committed; writing to it is an error of ours."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getitem__(self, key: bytes) -> bytes:
        value = self._store.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def _exists(self, key: bytes) -> bool:
        return self._store.get(key) is not None

    def __setitem__(self, key: bytes, value: bytes) -> None:
        raise TypeError("the committed chain is read-only")

    def __delitem__(self, key: bytes) -> None:
        raise TypeError("the chain forgets nothing")


class BlockView(ReadView):
    """What is committed, and over it the writes of the one block being made."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._writes: dict[bytes, bytes] = {}

    def __getitem__(self, key: bytes) -> bytes:
        value = self._writes.get(key)
        return super().__getitem__(key) if value is None else value

    def _exists(self, key: bytes) -> bool:
        return key in self._writes or super()._exists(key)

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._writes[key] = value

    def take(self) -> dict[bytes, bytes]:
        """The writes so far; the view is empty again (also how a block that failed is forgotten)."""
        writes, self._writes = self._writes, {}
        return writes
