"""`shisu migrate`: makes the store's tables, or brings them to this edition, without starting a gateway."""

from __future__ import annotations

from gateway.cli.opened_store import named_settings, outages_told
from gateway.cli.reasons import reason
from gateway.cli.say import fail, say
from gateway.cli.serve import SETTINGS
from gateway.store.database import migrate, open_database
from gateway.store.errors import StoreUnfit


def migrate_command(settings_file: SETTINGS = None) -> None:
    """建库或升级数据库 Make the store, or bring it to this edition, as serve does when it starts."""
    settings = named_settings(settings_file)
    with outages_told():
        try:
            database = open_database(settings.database_url, settings.read_salt_keys())
            try:
                migrate(database)
            finally:
                database.close()
        except StoreUnfit as error:
            zh, en = reason(error.code, error.field)
            fail(f"未升级：{zh}", f"Not brought up. {en}", code=2)
    say("数据库已是本版本的", "The store is of this edition.")
