"""
Opening the store: SQLite by default, PostgreSQL by URL, both through SQLAlchemy Core.

Acknowledged means it survives a power cut, so a database that is not durable is refused, not tuned: WAL, synchronous=FULL and
foreign keys are asserted on every connection, and the file is ours alone (0600). On SQLite every write transaction is BEGIN
IMMEDIATE: a deferred one that reads first and then writes fails at once, whatever its timeout (RELIABILITY.md §0 fact 3).
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.store.errors import StoreOutage, StoreUnfit
from gateway.store.revision import alembic_config, check_revision
from gateway.store.salts import NO_SALT_KEYS, SaltKeys, use_salt_keys

BUSY_TIMEOUT_MS: Final = 30_000  # a backup may hold the write lock this long
_WRITES: Final = "shisu_writes"


class Database:
    """The store's connections. `path` is the SQLite file, None on PostgreSQL."""

    def __init__(self, engine: Engine, path: Path | None, salt_keys: SaltKeys) -> None:
        self._engine = engine
        self.salt_keys = salt_keys
        use_salt_keys(engine, salt_keys)
        self.path = path
        # SQLite has one writer: threads of this process wait here in turn, not in a busy loop.
        self._writing: threading.Lock | None = threading.Lock() if path is not None else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One read transaction: everything read in it is of one moment. It is rolled back at the end."""
        with self._engine.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction, committed at the end and rolled back when an exception leaves the block.

        Raises `StoreOutage` `store.busy` when another thread writes for as long as another process may: callers get an answer,
        and do not queue up one behind the other's time-out.
        """
        with self._turn(), self._transaction() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._writing is None:
            yield
            return
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise StoreOutage("store.busy")
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Closes every pooled connection."""
        self._engine.dispose()


def open_database(url: str, salt_keys: SaltKeys = NO_SALT_KEYS, *, make: bool = True) -> Database:
    """Opens `sqlite:///PATH` or `postgresql+psycopg://…`; tables are `migrate`'s. Salts are sealed and opened with `salt_keys`.

    A SQLite file that is missing is made, 0600, or with `make` False refused.

    Raises `StoreUnfit`: `store.url`, `store.file` (not ours, or readable by others), `store.pragma`.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreUnfit("store.url") from None
    if parsed.drivername == "postgresql+psycopg":
        return Database(create_engine(parsed, isolation_level="SERIALIZABLE", pool_pre_ping=True), None, salt_keys)
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite") or parsed.database in (None, "", ":memory:") or parsed.query:
        raise StoreUnfit("store.url")
    return _open_sqlite(parsed, salt_keys, make=make)


def _open_sqlite(url: URL, salt_keys: SaltKeys, *, make: bool) -> Database:
    path = Path(str(url.database))
    _make_private(path, flags=os.O_RDWR | os.O_CREAT if make else os.O_RDWR)
    # isolation_level None: the driver begins nothing by itself, `_begin` does.
    connect_args: dict[str, Any] = {"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, connect_args=connect_args)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    database = Database(engine, path, salt_keys)
    with database.read():  # the pragmas are asserted now, not with the first request
        pass
    return database


def migrate(database: Database) -> None:
    """Brings the tables to this edition's revision, in one transaction; an up-to-date store is left as it is, and not locked.

    Raises `StoreUnfit` `store.revision` for a store that a later edition wrote.
    """
    try:
        with database.read() as tx:
            check_revision(tx)
    except StoreUnfit as unfit:
        if unfit.field == "other":
            raise
    else:
        return
    config = alembic_config()
    with database.write() as tx:
        config.attributes["connection"] = tx
        try:
            command.upgrade(config, "head")
        except CommandError:  # somebody's later edition was quicker
            raise StoreUnfit("store.revision", "other") from None


def _make_private(path: Path, *, flags: int) -> None:
    try:
        os.close(os.open(path, flags, 0o600))
        status = path.stat()
    except OSError:
        raise StoreUnfit("store.file", "open") from None
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        raise StoreUnfit("store.file", "owner")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise StoreUnfit("store.file", "mode")


def _set_pragmas(connection: Any, _record: object) -> None:
    """Sets and asserts: SQLite answers a pragma it cannot obey (WAL on a network file system) without an error."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": BUSY_TIMEOUT_MS}
    cursor = connection.cursor()
    for name, value in wanted.items():
        cursor.execute(f"PRAGMA {name}={value}")
        if cursor.execute(f"PRAGMA {name}").fetchone() != (value,):
            raise StoreUnfit("store.pragma", name)
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
