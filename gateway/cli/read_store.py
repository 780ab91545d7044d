"""The store and the consortium that settings name, opened only to read them, and the chain where it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.opened_store import named_settings, outages_told
from gateway.cli.reasons import reason
from gateway.cli.say import fail
from gateway.running import Chain, consortium_of
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.errors import StoreError
from gateway.store.read_only import open_read_only
from gateway.trust import Consortium
from ledger.errors import LedgerError
from ledger.manifest import read_manifest
from ledger.rpc import Rpc


@dataclass(frozen=True, slots=True)
class ReadStore:
    """What a reading command works with. `rpc` asks nothing before it is used."""

    settings: Settings
    database: Database
    consortium: Consortium
    rpc: Rpc

    def uscc_of(self, member: str) -> str:
        """The USCC of a member named by its code or USCC. Ends the command for a stranger."""
        return uscc_of(self.settings, member)


@contextmanager
def read_store(settings_file: Path | None) -> Iterator[ReadStore]:
    """Opens all of it. Ends the command with 2 for settings, a manifest or a store that cannot be used."""
    settings = named_settings(settings_file)
    with outages_told(), _read(settings) as opened:
        yield opened


@contextmanager
def _read(settings: Settings) -> Iterator[ReadStore]:
    try:
        deployment = read_manifest(settings.manifest)
        database = open_read_only(settings.database_url, settings.read_salt_keys())
    except OSError:
        fail("没有部署清单文件", "The manifest that the settings name is not there", code=2)
    except (StoreError, LedgerError) as error:
        zh, en = reason(error.code, error.field)
        fail(f"无法打开：{zh}", f"Cannot open. {en}", code=2)
    rpc = Chain(settings, deployment).connect()
    try:
        yield ReadStore(settings, database, consortium_of(settings, deployment), rpc)
    finally:
        rpc.close()
        database.close()


def uscc_of(settings: Settings, member: str) -> str:
    """The USCC of a member named by its code or USCC. Ends the command for a stranger."""
    known = next((known.uscc for known in settings.members if member in (known.code, known.uscc)), None)
    if known is None:
        fail("设置中没有这个成员单位", "There is no such member in the settings", code=2)
    return known
