"""
The store that settings name, for commands that work on it beside a running gateway.

A command asks which edition's tables there are and changes them never: bringing them up takes the write lock for as long as it
lasts, and is the business of `shisu serve` and `shisu migrate`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from gateway.cli.reasons import reason
from gateway.cli.say import fail
from gateway.errors import UnsafeSettings
from gateway.settings import Settings, load_settings
from gateway.store.database import Database, open_database
from gateway.store.errors import StoreOutage, StoreUnfit
from gateway.store.outage import outage_code
from gateway.store.revision import check_revision

OUTAGE_EXIT: Final = 7  # could not be done or checked now; nothing was found to be wrong


def named_settings(settings_file: Path | None) -> Settings:
    """The settings of a file and the environment. Ends the command for settings that are wrong."""
    try:
        return load_settings(settings_file)
    except UnsafeSettings as error:
        fail("设置不安全或不正确", "\n  ".join(error.reasons), code=2)


@contextmanager
def outages_told() -> Iterator[None]:
    """Ends the command with `OUTAGE_EXIT` and says why when the store cannot be used just now."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, StoreOutage) as error:
        code = outage_code(error)
        if code is None:
            raise
        zh, en = reason(code)
        fail(f"数据库暂不可用：{zh}", f"The store cannot be used now. {en}", code=OUTAGE_EXIT)


@contextmanager
def opened_store(settings_file: Path | None) -> Iterator[tuple[Settings, Database]]:
    """Settings, and the store as it stands. Ends the command for settings or a store that are wrong, and for an outage."""
    settings = named_settings(settings_file)
    with outages_told():
        database = _fit_store(settings)
        try:
            yield settings, database
        finally:
            database.close()


def _fit_store(settings: Settings) -> Database:
    try:
        database = open_database(settings.database_url, settings.read_salt_keys(), make=False)
        try:
            with database.read() as tx:
                check_revision(tx)
        except BaseException:
            database.close()
            raise
    except StoreUnfit as error:
        zh, en = reason(error.code, error.field)
        fail(f"无法打开数据库：{zh}", f"The store cannot be opened. {en}", code=2)
    return database
