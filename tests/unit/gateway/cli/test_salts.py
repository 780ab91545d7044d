"""`shisu salts`: a key is made, the store is sealed under it, and a rotation can be followed to its end."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from gateway.salt_keys import parse_salt_keys
from gateway.store.database import migrate, open_database
from tests.member_line import Bench
from tests.world import START


@pytest.fixture
def sealing(settings_file: Path, tmp_path: Path) -> Path:
    """Settings that name a key file, and a store with two events stored before there was a key."""
    value: dict[str, Any] = json.loads(settings_file.read_text())
    database = open_database(value["database_url"])
    migrate(database)
    Bench(database, None, tmp_path, clock=START).accept(2)  # type: ignore[arg-type]
    database.close()
    settings_file.write_text(json.dumps({**value, "salt_keys_file": str(tmp_path / "salts")}))
    return settings_file


def test_a_key_is_put_on_top_and_only_its_id_is_shown(shisu, tmp_path: Path) -> None:
    path = tmp_path / "new" / "salts"
    first = shisu("salts", "key", path)
    assert first.exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (old,) = path.read_text().split()
    second = shisu("salts", "key", path)
    newest, below = path.read_text().split()
    assert below == old != newest
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert parse_salt_keys(newest).ids[0].hex() in second.stdout
    assert newest not in second.stdout


def test_a_file_that_holds_something_else_is_left_alone(shisu, tmp_path: Path) -> None:
    path = tmp_path / "diary"
    path.write_text("my day\n")
    assert shisu("salts", "key", path).exit_code == 2
    assert path.read_text() == "my day\n"


def test_a_rotation_is_followed_from_plain_to_the_newest_key(shisu, sealing: Path, tmp_path: Path) -> None:
    shisu("salts", "key", tmp_path / "salts")
    before = shisu("salts", "status", "--settings", sealing)
    assert (before.exit_code, "未加密" in before.stdout) == (1, True)
    done = shisu("salts", "reseal", "--settings", sealing)
    assert (done.exit_code, "已重新加密 2 行" in done.stdout) == (0, True)
    assert shisu("salts", "status", "--settings", sealing).exit_code == 0
    shisu("salts", "key", tmp_path / "salts")
    assert shisu("salts", "status", "--settings", sealing).exit_code == 1
    assert shisu("salts", "reseal", "--settings", sealing).exit_code == 0
    newest = (tmp_path / "salts").read_text().split()[0]
    (tmp_path / "salts").write_text(newest)
    after = shisu("salts", "status", "--settings", sealing)
    assert (after.exit_code, "未加密" in after.stdout, "没有" in after.stdout) == (0, False, False)


def test_a_key_taken_away_too_early_is_said(shisu, sealing: Path, tmp_path: Path) -> None:
    shisu("salts", "key", tmp_path / "salts")
    shisu("salts", "reseal", "--settings", sealing)
    (tmp_path / "salts").write_text("ab" * 32)
    gone = shisu("salts", "status", "--settings", sealing)
    assert (gone.exit_code, "没有" in gone.stdout) == (1, True)
    refused = shisu("salts", "reseal", "--settings", sealing)
    assert (refused.exit_code, "store.salt" in refused.stderr) == (1, True)


def test_without_a_key_nothing_is_resealed(shisu, settings_file: Path) -> None:
    assert shisu("salts", "reseal", "--settings", settings_file).exit_code == 2
