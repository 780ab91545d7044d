"""The store that settings name, for commands that work on it beside a running gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.cli.say import fail
from gateway.errors import UnsafeSettings
from gateway.settings import Settings, load_settings
from gateway.store.database import Database, migrate, open_database


def named_settings(settings_file: Path | None) -> Settings:
    """The settings of a file and the environment. Ends the command for settings that are wrong."""
    try:
        return load_settings(settings_file)
    except UnsafeSettings as error:
        fail("设置不安全或不正确", "\n  ".join(error.reasons), code=2)


@contextmanager
def opened_store(settings_file: Path | None) -> Iterator[tuple[Settings, Database]]:
    """Settings, and the store brought to this edition's tables. Ends the command for settings that are wrong."""
    settings = named_settings(settings_file)
    database = open_database(settings.database_url, settings.read_salt_keys())
    try:
        migrate(database)
        yield settings, database
    finally:
        database.close()
