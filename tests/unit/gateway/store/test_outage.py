"""Every way in which a database fails has one code, and a mistake of ours has none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnection

from gateway.problems import PROBLEMS
from gateway.store import database as module
from gateway.store import outage
from gateway.store.database import migrate, open_database
from gateway.store.errors import RowEdited, StoreOutage
from gateway.store.outage import outage_code
from gateway.store.tables import pinned

_OF_SQLITE = [
    ("BUSY", "store.busy"), ("BUSY_SNAPSHOT", "store.busy"), ("LOCKED", "store.busy"), ("FULL", "store.full"),
    ("READONLY", "store.read_only"), ("READONLY_DBMOVED", "store.read_only"), ("IOERR", "store.io"),
    ("IOERR_FSYNC", "store.io"), ("CANTOPEN", "store.io"), ("CORRUPT", "store.damaged"), ("NOTADB", "store.damaged"),
    ("CONSTRAINT", None), ("ERROR", None),
]  # fmt: skip
_OF_POSTGRESQL = [
    ("40001", "store.busy"), ("40P01", "store.busy"), ("55P03", "store.busy"), ("57014", "store.busy"), ("53100", "store.full"),
    ("25006", "store.read_only"), ("58030", "store.io"), ("XX001", "store.damaged"), ("23505", None), ("57P01", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "code"), _OF_SQLITE)
def test_a_result_of_sqlite_has_its_code_however_it_is_wrapped(name: str, code: str | None) -> None:
    error = sqlite3.OperationalError("secret")
    error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{name}")
    assert outage_code(error) == code
    assert outage_code(OperationalError("select", {}, error)) == (code or "store.unavailable")
    assert outage_code(DBAPIError("select", {}, error)) == code


@pytest.mark.parametrize(("state", "code"), _OF_POSTGRESQL)
def test_a_state_of_postgresql_has_its_code(state: str, code: str | None) -> None:
    error = Exception("secret")
    error.sqlstate = state  # type: ignore[attr-defined]
    assert outage_code(DBAPIError("select", {}, error)) == code


def test_a_server_that_is_away_and_a_pool_that_is_empty_are_outages() -> None:
    assert outage_code(OperationalError("select", {}, Exception("secret"))) == "store.unavailable"
    assert outage_code(NoConnection()) == "store.busy"
    assert outage_code(StoreOutage("store.busy")) == "store.busy"


def test_a_row_that_was_edited_is_damage() -> None:
    assert outage_code(RowEdited("store.event.leaf", "7")) == "store.damaged"


def test_a_mistake_is_no_outage() -> None:
    for error in (IntegrityError("x", {}, Exception()), ProgrammingError("x", {}, Exception()), ValueError(), KeyError("x")):
        assert outage_code(error) is None


def test_every_code_has_words_and_says_503() -> None:
    codes = {*outage._SQLITE.values(), *outage._POSTGRESQL.values(), outage.UNAVAILABLE}
    assert {PROBLEMS[code].status for code in codes} == {503}


def test_what_sqlite_really_says_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full, read-only and busy, each made to happen."""
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 20)
    database = open_database(f"sqlite:///{tmp_path}/gateway.db")
    migrate(database)

    def failing(pragma: str) -> str | None:
        with pytest.raises(OperationalError) as raised, database.write() as tx:
            tx.exec_driver_sql(pragma)
            for number in range(2_000):
                tx.execute(insert(pinned).values(name=f"{pragma}{number}", value="x" * 1_000))
        database.close()  # the pragma goes with its connection
        return outage_code(raised.value)

    assert failing("pragma max_page_count = 1") == "store.full"
    assert failing("pragma query_only = 1") == "store.read_only"
    with closing(sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(OperationalError) as raised, database.write():
            pass
        assert outage_code(raised.value) == "store.busy"
    database.close()


def test_a_thread_waits_its_turn_to_write_no_longer_than_another_process_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 20)
    database = open_database(f"sqlite:///{tmp_path}/gateway.db")
    migrate(database)
    with database.write(), pytest.raises(StoreOutage) as raised, database.write():
        pass
    assert raised.value.code == "store.busy"
    with database.write() as tx:  # and whoever came too early took nobody's turn away
        tx.execute(insert(pinned).values(name="a", value="b"))
    database.close()
