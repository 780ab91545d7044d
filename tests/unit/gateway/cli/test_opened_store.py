"""Commands beside a gateway: they take no lock to look, and a store that is busy, old or absent is said in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from gateway.cli.opened_store import opened_store
from gateway.store import database as module

OWNER = "91310113TE5T00024G"
_LOOKS = (("keys", "list"), ("enterprises", "list"), ("quality",))
_CHANGES = (
    ("keys", "issue", "--owner", OWNER, "--right", "read"), ("keys", "revoke", "none"),
    ("enterprises", "close", OWNER), ("enterprises", "unmap", OWNER, "daily"),
)  # fmt: skip


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Another process in the middle of a long write."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    yield
    other.close()


def of_revision(path: Path, revision: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("update alembic_version set version_num = ?", (revision,))
    connection.close()


@pytest.mark.parametrize("command", _LOOKS)
def test_looking_waits_for_no_writer(command: tuple[str, ...], shisu, settings_file: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 20)
    with writing(tmp_path / "gateway.db"):
        assert shisu(*command, "--settings", settings_file).exit_code == 0


@pytest.mark.parametrize("command", _CHANGES)
def test_a_busy_store_is_said_and_is_no_crash(
    command: tuple[str, ...], shisu, settings_file: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 20)
    with writing(tmp_path / "gateway.db"):
        ended = shisu(*command, "--settings", settings_file)
    assert (ended.exit_code, ended.stdout) == (7, "")
    assert "数据库暂不可用" in ended.stderr and "(store.busy)" in ended.stderr


@pytest.mark.parametrize("command", [*_LOOKS, *_CHANGES])
@pytest.mark.parametrize(
    ("revision", "field", "words"), [("r0001", "behind", "shisu migrate"), ("r9999", "other", "later edition")]
)
def test_another_editions_store_is_refused_and_left_as_it_is(
    command: tuple[str, ...], revision: str, field: str, words: str, shisu, settings_file: Path, tmp_path: Path
) -> None:
    of_revision(tmp_path / "gateway.db", revision)
    ended = shisu(*command, "--settings", settings_file)
    assert ended.exit_code == 2
    assert f"(store.revision {field})" in ended.stderr and words in ended.stderr
    connection = sqlite3.connect(tmp_path / "gateway.db")
    assert connection.execute("select version_num from alembic_version").fetchall() == [(revision,)]
    connection.close()


def test_a_store_that_is_not_there_is_not_made_by_a_look(shisu, settings_file: Path, tmp_path: Path) -> None:
    (tmp_path / "gateway.db").unlink()
    ended = shisu("keys", "list", "--settings", settings_file)
    assert (ended.exit_code, "(store.file open)" in ended.stderr) == (2, True)
    assert "shisu migrate" in ended.stderr
    assert not (tmp_path / "gateway.db").exists()


def test_an_empty_file_has_no_tables_until_it_is_migrated(shisu, settings_file: Path, tmp_path: Path) -> None:
    (tmp_path / "gateway.db").write_bytes(b"")
    ended = shisu("keys", "list", "--settings", settings_file)
    assert (ended.exit_code, "(store.revision none)" in ended.stderr) == (2, True)
    for _ in range(2):
        assert shisu("migrate", "--settings", settings_file).exit_code == 0
    assert shisu("keys", "list", "--settings", settings_file).exit_code == 0


def test_migrating_makes_a_missing_store_and_refuses_a_later_editions(shisu, settings_file: Path, tmp_path: Path) -> None:
    (tmp_path / "gateway.db").unlink()
    assert shisu("migrate", "--settings", settings_file).exit_code == 0
    of_revision(tmp_path / "gateway.db", "r9999")
    ended = shisu("migrate", "--settings", settings_file)
    assert (ended.exit_code, "(store.revision other)" in ended.stderr) == (2, True)


def test_a_store_that_is_up_to_date_is_not_locked_to_see_that_it_is(
    shisu, settings_file: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 20)
    with writing(tmp_path / "gateway.db"):
        assert shisu("migrate", "--settings", settings_file).exit_code == 0


def test_a_gateway_that_finds_the_store_locked_at_its_start_says_so(
    shisu, settings_file: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 20)
    of_revision(tmp_path / "gateway.db", "r0001")
    with writing(tmp_path / "gateway.db"):
        ended = shisu("serve", "--settings", settings_file)
    assert (ended.exit_code, "(store.busy)" in ended.stderr) == (7, True)


def test_a_mistake_of_ours_is_not_called_an_outage(settings_file: Path) -> None:
    with pytest.raises(IntegrityError), opened_store(settings_file) as (_, database), database.write() as tx:
        tx.exec_driver_sql("insert into evidence values (99, 1, x'00', x'00', 0)")
