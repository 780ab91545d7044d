"""The store that settings name, for commands that work on it beside a running gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.cli.say import fail
from gateway.errors import UnsafeSettings
from gateway.settings import Settings, load_settings
from gateway.store.database import Database, migrate, open_database


@contextmanager
def opened_store(settings_file: Path | None) -> Iterator[tuple[Settings, Database]]:
    """Settings, and the store brought to this edition's tables. Ends the command for settings that are wrong."""
    try:
        settings = load_settings(settings_file)
    except UnsafeSettings as error:
        fail("设置不安全或不正确", "\n  ".join(error.reasons), code=2)
    database = open_database(settings.database_url)
    try:
        migrate(database)
        yield settings, database
    finally:
        database.close()
