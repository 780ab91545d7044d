"""A store opened to be read: nothing is made, written or migrated, and another edition's is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from gateway.store.database import migrate, open_database
from gateway.store.errors import StoreUnfit
from gateway.store.read_only import open_read_only
from gateway.store.tables import pinned


def refused(url: str) -> str:
    with pytest.raises(StoreUnfit) as error:
        open_read_only(url)
    return f"{error.value.code} {error.value.field}".strip()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with one row, in a place whose name needs quoting."""
    file = tmp_path / "a b#c" / "gateway.db"
    file.parent.mkdir()
    database = open_database(url_of(file))
    migrate(database)
    with database.write() as tx:
        tx.execute(insert(pinned).values(name="a", value="b"))
    database.close()
    return file


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def test_rows_are_read_and_none_is_written(path: Path) -> None:
    before = path.read_bytes()
    database = open_read_only(url_of(path))
    with database.read() as tx:
        assert tx.execute(select(pinned.c.value)).scalar_one() == "b"
    with pytest.raises(OperationalError, match="readonly"), database.write() as tx:
        tx.execute(insert(pinned).values(name="c", value="d"))
    database.close()
    assert path.read_bytes() == before


def test_a_running_gateways_last_row_is_read_beside_it(path: Path) -> None:
    running = open_database(url_of(path))
    with running.write() as tx:
        tx.execute(insert(pinned).values(name="c", value="d"))
    database = open_read_only(url_of(path))
    with database.read() as tx:
        assert tx.execute(select(pinned.c.value).where(pinned.c.name == "c")).scalar_one() == "d"
        with running.write() as other:  # and does not wait for the reader
            other.execute(insert(pinned).values(name="e", value="f"))
        assert tx.execute(select(pinned.c.value).where(pinned.c.name == "e")).one_or_none() is None
    database.close()
    running.close()


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert refused(url_of(tmp_path / "none.db")) == "store.file open"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "sqlite:////x.db?mode=rw"])
def test_a_url_of_another_kind_is_refused(url: str) -> None:
    assert refused(url) == "store.url"


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"not a database, and long enough to look like the page of one" * 100)
    assert refused(url_of(tmp_path / "text")) == "store.file open"
    assert refused(url_of(tmp_path)) == "store.file open"


@pytest.mark.parametrize(("revision", "field"), [("r0001", "behind"), ("r9999", "other")])
def test_a_store_of_another_edition_is_refused(path: Path, revision: str, field: str) -> None:
    database = open_database(url_of(path))
    with database.write() as tx:
        tx.exec_driver_sql(f"update alembic_version set version_num = '{revision}'")
    database.close()
    assert refused(url_of(path)) == f"store.revision {field}"


def test_a_database_without_our_tables_is_refused(tmp_path: Path) -> None:
    open_database(url_of(tmp_path / "empty.db")).close()
    assert refused(url_of(tmp_path / "empty.db")) == "store.revision none"
