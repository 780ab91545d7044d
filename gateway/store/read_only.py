"""
Opening a store only to read it, beside a gateway that runs or on a copy: nothing is made, migrated or written.

It must have exactly this edition's tables. On SQLite the file is opened in mode `ro`; its directory must still be writable, or
hold the files `-wal` and `-shm`, because SQLite reads a WAL store through them.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from gateway.store.database import BUSY_TIMEOUT_MS, Database
from gateway.store.errors import StoreUnfit
from gateway.store.outage import BUSY, outage_code
from gateway.store.revision import check_revision
from gateway.store.salts import NO_SALT_KEYS, SaltKeys


def open_read_only(url: str, salt_keys: SaltKeys = NO_SALT_KEYS) -> Database:
    """Opens `sqlite:///PATH` or `postgresql+psycopg://…`; the reads of one transaction are of one moment.

    Raises `StoreUnfit`: `store.url`, `store.file` (not there, or no database), `store.revision` (of another edition).
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreUnfit("store.url") from None
    if parsed.drivername == "postgresql+psycopg":
        options = {"postgresql_readonly": True}
        database = Database(create_engine(parsed, isolation_level="REPEATABLE READ", execution_options=options), None, salt_keys)
    elif (
        parsed.drivername in ("sqlite", "sqlite+pysqlite") and parsed.database not in (None, "", ":memory:") and not parsed.query
    ):
        database = _sqlite(Path(str(parsed.database)), salt_keys)
    else:
        raise StoreUnfit("store.url")
    try:
        with database.read() as tx:
            check_revision(tx)
    except (DatabaseError, UnicodeDecodeError) as error:  # SQLite's message on a damaged schema quotes the damaged bytes
        database.close()
        if outage_code(error) == BUSY:
            raise
        raise StoreUnfit("store.file", "open") from None
    except StoreUnfit:
        database.close()
        raise
    return database


def _sqlite(path: Path, salt_keys: SaltKeys) -> Database:
    try:
        mode = path.stat().st_mode
    except OSError:
        raise StoreUnfit("store.file", "open") from None
    if not stat.S_ISREG(mode):
        raise StoreUnfit("store.file", "open")
    url = URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query={"mode": "ro", "uri": "true"})
    engine: Engine = create_engine(url, connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _only_reads)
    event.listen(engine, "begin", _begin)
    return Database(engine, path, salt_keys)


def _only_reads(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=1").close()
    connection.text_factory = _text


def _text(stored: bytes) -> str:
    """Text that a damaged page made unreadable differs from what it was, and ends no reading."""
    return stored.decode("utf-8", "replace")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
