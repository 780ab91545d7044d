"""
A migration killed before each of its statements (RELIABILITY.md §7 B7): a new store's, and one that brings an older store up.

The next start finishes it, and what comes of it is to the letter what an undisturbed one makes; what the older store held is
there.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from gateway.store.database import open_database
from tests.crash.breaking import KILLED, Breaker, check_points

pytestmark = pytest.mark.crash
OLDER = "r0001"
SOME = 12


def schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sorted(opened.execute("select name, sql from sqlite_master where sql is not null")) + sorted(
            opened.execute("select name, value from pinned")
        )


def older_store(path: Path) -> None:
    """A store of the first revision that holds an enterprise."""
    database = open_database(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "gateway/store/migrations"))
    config.set_main_option("path_separator", "os")
    with database.write() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, OLDER)
        tx.exec_driver_sql("insert into enterprises (uscc, name, kind, member) values ('U', '示例', 'farm', 'M')")
    database.close()


def killed_at_each(breaker: Breaker, directory: Path, *, older: bool, every: int) -> int:
    before, undisturbed = directory / "before", directory / "undisturbed"
    before.mkdir()
    if older:
        older_store(before / "gateway.db")
    shutil.copytree(before, undisturbed)
    run = breaker.start("open 0", undisturbed)
    assert run.status == 0, run.said
    wanted, statements = schema(undisturbed / "gateway.db"), len(run.said[0])
    tried = 0
    for number in range(1, statements + 1, every):
        again = directory / f"killed-{number}"
        shutil.copytree(before, again)
        assert breaker.start(f"open {number}", again).status == KILLED
        tried += 1
        ended = breaker.start("open", again)
        assert ended.status == 0, (number, ended.said)
        assert schema(again / "gateway.db") == wanted, number
        with closing(sqlite3.connect(again / "gateway.db")) as opened:
            assert opened.execute("select count(*) from enterprises").fetchone() == (int(older),)
        shutil.rmtree(again)
    return tried


@pytest.mark.parametrize("older", [False, True], ids=["new", "older"])
def test_a_migration_killed_at_some_statements_is_finished_by_the_next_start(
    breaker: Breaker, tmp_path: Path, older: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    what = f"some statements of a migration, {'older' if older else 'new'} store"
    check_points(capsys, what, killed_at_each(breaker, tmp_path, older=older, every=SOME))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("older", [False, True], ids=["new", "older"])
def test_a_migration_killed_at_any_statement_is_finished_by_the_next_start(
    breaker: Breaker, tmp_path: Path, older: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    what = f"every statement of a migration, {'older' if older else 'new'} store"
    check_points(capsys, what, killed_at_each(breaker, tmp_path, older=older, every=1))
