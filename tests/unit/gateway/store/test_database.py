"""Opening the store: what is refused, what is asserted, and what a transaction promises."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from gateway.store import database as module
from gateway.store.database import Database, migrate, open_database
from gateway.store.errors import StoreUnfit
from gateway.store.revision import MIGRATIONS
from gateway.store.tables import metadata, pinned


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/gateway.db")
    migrate(opened)
    yield opened
    opened.close()


def refused(url: str) -> str:
    with pytest.raises(StoreUnfit) as error:
        open_database(url)
    return f"{error.value.code} {error.value.field}".strip()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://host/db", "sqlite:////x.db?mode=ro", "postgresql://h/d"]
)
def test_a_url_that_is_no_durable_store_is_refused(url: str) -> None:
    assert refused(url) == "store.url"


def test_the_file_is_made_readable_by_us_alone(tmp_path: Path, database: Database) -> None:
    with database.write() as tx:
        tx.execute(insert(pinned).values(name="a", value="b"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    assert "gateway.db-wal" in modes


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "open.db"
    path.touch(0o644)
    path.chmod(0o640)
    assert refused(f"sqlite:///{path}") == "store.file mode"


def test_a_place_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert refused(f"sqlite:///{tmp_path}/nowhere/x.db") == "store.file open"
    assert refused(f"sqlite:///{tmp_path}") == "store.file open"


def test_the_pragmas_that_make_it_durable_are_set_on_every_connection(database: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": module.BUSY_TIMEOUT_MS}
    for name, value in wanted.items():
        with database.read() as tx:
            assert tx.execute(text(f"PRAGMA {name}")).scalar_one() == value


def test_a_pragma_that_did_not_take_is_refused() -> None:
    """SQLite answers one it cannot obey with what it does instead: in memory, and where there is no shared memory."""
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(StoreUnfit) as error:
        module._set_pragmas(connection, None)
    assert (error.value.code, error.value.field) == ("store.pragma", "journal_mode")


def test_a_write_transaction_takes_the_lock_at_its_beginning(database: Database, tmp_path: Path) -> None:
    """So that reading and then writing never fails for another's write in between."""
    other = sqlite3.connect(tmp_path / "gateway.db", isolation_level=None, timeout=0)
    with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("begin immediate")
    other.execute("begin immediate")
    other.close()


def test_readers_go_on_beside_a_writer_and_see_what_was_committed(database: Database) -> None:
    with database.write() as tx:
        tx.execute(insert(pinned).values(name="a", value="1"))
        with database.read() as reader:
            assert reader.execute(select(pinned)).all() == []
    with database.read() as reader:
        assert len(reader.execute(select(pinned)).all()) == 1


def test_an_exception_leaves_nothing_written(database: Database) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), database.write() as tx:
        tx.execute(insert(pinned).values(name="a", value="1"))
        raise Stop
    with database.read() as tx:
        assert tx.execute(select(pinned)).all() == []


def test_a_read_transaction_writes_nothing(database: Database) -> None:
    with database.read() as tx:
        tx.execute(insert(pinned).values(name="a", value="1"))
    with database.read() as tx:
        assert tx.execute(select(pinned)).all() == []


def test_writing_threads_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    def write(who: int) -> None:
        for turn in range(10):
            with database.write() as tx:
                tx.execute(insert(pinned).values(name=f"{who}-{turn}", value=""))

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert len(tx.execute(select(pinned)).all()) == 40


def test_a_value_of_another_type_is_refused_not_converted(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as tx:
        tx.exec_driver_sql("insert into leases values (x'00', 'h', 'soon')")


def test_a_foreign_key_holds(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as tx:
        tx.exec_driver_sql("insert into evidence values (99, 1, x'00', x'00', 0)")


def test_the_migrations_make_the_tables_of_this_edition(database: Database) -> None:
    with database.read() as tx:
        found = compare_metadata(
            MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True}), metadata
        )
    assert found == []


def test_the_migrations_make_what_the_tables_would_make_to_the_letter(database: Database, tmp_path: Path) -> None:
    """Alembic compares neither checks nor STRICT; the SQL that SQLite keeps says everything."""
    direct = open_database(f"sqlite:///{tmp_path}/direct.db")
    with direct.write() as tx:
        metadata.create_all(tx)
    statements = []
    for opened in (database, direct):
        with opened.read() as tx:
            rows = tx.exec_driver_sql("select name, sql from sqlite_master where name not like '%alembic%' and sql is not null")
            statements.append({row.name: sorted(line.strip(" \t,") for line in row.sql.splitlines()) for row in rows})
    direct.close()
    assert statements[0] == statements[1]


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.write() as tx:
        tx.execute(insert(pinned).values(name="a", value="1"))
    migrate(database)
    with database.read() as tx:
        assert len(tx.execute(select(pinned)).all()) == 1


def test_a_migration_that_fails_half_way_leaves_an_empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_database(f"sqlite:///{tmp_path}/half.db")
    with opened.write() as tx:
        tx.exec_driver_sql("create table evidence(a)")  # in the way of one of the last tables
    with pytest.raises(OperationalError):
        migrate(opened)
    with opened.read() as tx:
        names = set(tx.exec_driver_sql("select name from sqlite_master where type = 'table'").scalars())
    opened.close()
    assert names <= {"evidence", "alembic_version"}


def test_a_store_of_a_later_edition_is_refused(database: Database) -> None:
    with database.write() as tx:
        tx.exec_driver_sql("update alembic_version set version_num = 'r9999'")
    with pytest.raises(StoreUnfit) as error:
        migrate(database)
    assert error.value.code == "store.revision"


def test_the_store_opens_from_a_place_with_odd_characters(tmp_path: Path) -> None:
    place = tmp_path / "a b%20c"
    place.mkdir()
    opened = open_database("sqlite:///" + quote(f"{place}/x.db"))
    migrate(opened)
    opened.close()
    assert (place / "x.db").exists()


def test_the_numbers_of_both_animal_forms_get_the_name_of_their_series(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    old = create_engine(f"sqlite:///{tmp_path}/old.db")  # without foreign keys: the events are not needed here
    rows = [("animalQuarantineCertA", 1), ("animalQuarantineCertB", 1), ("animalQuarantineCertB", 2), ("other", 3)]
    with old.begin() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "r0002")
        for kind, event in rows:
            tx.execute(text("insert into cited_papers values (:kind, '1', 's', :event, 'lot')"), {"kind": kind, "event": event})
        command.upgrade(config, "head")
        found = tx.execute(text("select kind, event from cited_papers where kind <> 'animalQuarantineCertB'")).all()
    assert sorted(tuple(row) for row in found) == [("animalQuarantineCert", 1), ("animalQuarantineCert", 2), ("other", 3)]
    old.dispose()
