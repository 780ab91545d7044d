"""Which edition's tables a store has, told by reading only: no lock is taken and nothing is made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from gateway.store.errors import StoreUnfit

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_VERSION: Final = "alembic_version"


def alembic_config() -> Config:
    """Alembic, on our own revisions and no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def check_revision(tx: Connection) -> None:
    """Raises `StoreUnfit` `store.revision` for tables that are not this edition's; its field says how.

    none: there are no tables; behind: an earlier edition's, which `migrate` brings up; other: a later or strange edition's.
    """
    scripts = ScriptDirectory.from_config(alembic_config())
    if not inspect(tx).has_table(_VERSION):
        raise StoreUnfit("store.revision", "none")
    found = list(tx.execute(text(f"select version_num from {_VERSION}")).scalars())  # noqa: S608  our own name
    if found == [scripts.get_current_head()]:
        return
    known = {script.revision for script in scripts.walk_revisions()}
    raise StoreUnfit("store.revision", "behind" if found and set(found) <= known else "other")
