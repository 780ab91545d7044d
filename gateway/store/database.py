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
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.store.errors import StoreUnfit
from gateway.store.salts import NO_SALT_KEYS, SaltKeys, use_salt_keys

BUSY_TIMEOUT_MS: Final = 30_000  # a backup may hold the write lock this long
MIGRATIONS: Final = Path(__file__).parent / "migrations"
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
        """One write transaction, committed at the end and rolled back when an exception leaves the block."""
        if self._writing is None:
            with self._transaction() as connection:
                yield connection
            return
        with self._writing, self._transaction() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Closes every pooled connection."""
        self._engine.dispose()


def open_database(url: str, salt_keys: SaltKeys = NO_SALT_KEYS) -> Database:
    """Opens `sqlite:///PATH` (the file is made, 0600, when missing) or `postgresql+psycopg://…`; tables are `migrate`'s.
    Salts are sealed and opened with `salt_keys`.

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
    return _open_sqlite(parsed, salt_keys)


def _open_sqlite(url: URL, salt_keys: SaltKeys) -> Database:
    path = Path(str(url.database))
    _make_private(path)
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
    """Brings the tables to this edition's revision, in one transaction; an up-to-date store is left as it is.

    Raises `StoreUnfit` `store.revision` for a store that a later edition wrote.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.write() as tx:
        config.attributes["connection"] = tx
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StoreUnfit("store.revision") from None


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
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
