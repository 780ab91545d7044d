"""The store: one file, one opener, whole blocks only."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.devchain.errors import DevChainError
from ledger.devchain.store import BlockView, ReadView, Store

BLOOM = bytes(256)


def code_of(refusal: pytest.ExceptionInfo[DevChainError]) -> str:
    return refusal.value.code


def test_what_is_committed_is_there_after_reopening(tmp_path: Path) -> None:
    store = Store(tmp_path / "c")
    store.commit({b"k": b"v"}, logs=(3, BLOOM))
    store.close()
    again = Store(tmp_path / "c")
    assert again.get(b"k") == b"v"
    assert again.get(b"other") is None
    assert again.heights_with_logs(0, 9) == [(3, BLOOM)]
    assert again.heights_with_logs(4, 9) == again.heights_with_logs(0, 2) == []
    again.close()


def test_a_block_that_cannot_be_written_whole_is_not_written_at_all(tmp_path: Path) -> None:
    store = Store(tmp_path / "c")
    store.commit({}, logs=(3, BLOOM))
    with pytest.raises(sqlite3.IntegrityError):
        store.commit({b"k": b"v"}, logs=(3, BLOOM))
    assert store.get(b"k") is None
    store.commit({b"k": b"w"})
    assert store.get(b"k") == b"w"
    store.close()


def test_a_second_opener_is_refused_in_this_process_and_in_another(tmp_path: Path) -> None:
    store = Store(tmp_path / "c")
    with pytest.raises(DevChainError) as refusal:
        Store(tmp_path / "c")
    assert code_of(refusal) == "devchain.locked"
    program = f"from pathlib import Path; from ledger.devchain.store import Store; Store(Path({str(tmp_path / 'c')!r}))"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "devchain.locked" in other.stderr
    store.close()
    Store(tmp_path / "c").close()


def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    store = Store(tmp_path / "c")
    store.commit({b"k": b"v"})
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"c": 0o600, "c-wal": 0o600}
    store.close()


def test_a_database_of_somebody_else_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "c")
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(DevChainError) as refusal:
        Store(tmp_path / "c")
    assert code_of(refusal) == "devchain.store.foreign"
    other = sqlite3.connect(tmp_path / "c")
    assert [row[0] for row in other.execute("SELECT name FROM sqlite_master")] == ["theirs"]
    other.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"not a database, but long enough to be looked at as one" * 40)
    with pytest.raises(DevChainError) as refusal:
        Store(tmp_path / "c")
    assert code_of(refusal) == "devchain.store.damaged"


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "c")
    store.close()
    store.close()
    with pytest.raises(DevChainError) as refusal:
        store.get(b"k")
    assert code_of(refusal) == "devchain.closed"


def test_a_blocks_writes_are_seen_by_it_alone_until_they_are_committed(tmp_path: Path) -> None:
    store = Store(tmp_path / "c")
    store.commit({b"old": b"1"})
    draft, readers = BlockView(store), ReadView(store)
    draft[b"new"] = b"2"
    assert (draft[b"old"], draft[b"new"], b"new" in draft, b"new" in readers) == (b"1", b"2", True, False)
    store.commit(draft.take())
    assert readers[b"new"] == b"2"
    assert draft.take() == {}
    for forbidden in (lambda: readers.__setitem__(b"k", b"v"), lambda: draft.__delitem__(b"old")):
        with pytest.raises(TypeError):
            forbidden()
    store.close()


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    store = Store(tmp_path / "c")
    pragmas = [
        store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode", "locking_mode")
    ]
    assert pragmas == [2, "wal", "exclusive"]  # 2 is FULL
    store.close()


def test_a_file_that_others_could_read_is_made_private_again(tmp_path: Path) -> None:
    Store(tmp_path / "c").close()
    (tmp_path / "c").chmod(0o644)
    Store(tmp_path / "c").close()
    assert stat.S_IMODE((tmp_path / "c").stat().st_mode) == 0o600
