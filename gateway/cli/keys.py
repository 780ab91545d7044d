"""`shisu keys`: signer keystores, API keys and the enterprises they belong to."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from certs.codes import uscc_is_valid
from certs.times import format_time
from gateway.auth import RIGHTS, make_key
from gateway.cli.say import CONSOLE, fail, say
from gateway.cli.serve import SETTINGS
from gateway.errors import UnsafeSettings
from gateway.settings import load_settings
from gateway.store.database import Database, migrate, open_database
from gateway.store.enterprises import Enterprise, register
from gateway.store.keys import insert_key, list_keys, revoke_key
from ledger.errors import LedgerError
from ledger.signers import create_keystore, write_private

_DAY_S = 86_400
keys_app = typer.Typer(no_args_is_help=True, help="签名账户与接口密钥 Signer keystores and API keys.")


@keys_app.command("signer")
def signer(
    keystore: Annotated[Path, typer.Argument(help="新密钥文件 keystore file to make (V3, mode 600)")],
    passphrase_file: Annotated[
        Path, typer.Option(help="口令文件（不存在则随机生成） passphrase file; made at random when absent")
    ],
) -> None:
    """生成签名账户 Make a member's signer account and print its address. The key never leaves this machine."""
    try:
        for path in (keystore, passphrase_file):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not passphrase_file.exists():
            write_private(passphrase_file, secrets.token_urlsafe(32).encode())
        address = create_keystore(keystore, passphrase_file.read_bytes().strip())
    except (LedgerError, OSError):
        fail("未能生成", "The keystore could not be made: does the file exist already?")
    print(address)


@keys_app.command("issue")
def issue(
    owner: Annotated[str, typer.Option(help="持有者 USCC owner: an enterprise or a member")],
    right: Annotated[list[str], typer.Option(help="权限 submit, submit:onbehalf, read, admin; may repeat")],
    on_behalf: Annotated[list[str] | None, typer.Option(help="可代报的企业 USCC it may submit for; may repeat")] = None,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="有效天数 days until it expires")] = 365,
    settings_file: SETTINGS = None,
) -> None:
    """签发接口密钥 Issue an API key; it is printed once and stored only as a hash."""
    if not set(right) <= set(RIGHTS) or not all(map(uscc_is_valid, [owner, *(on_behalf or [])])):
        fail("权限或统一社会信用代码不正确", "A right or a USCC is wrong", code=2)
    now = int(time.time())
    stored, text = make_key(
        owner, rights=right, on_behalf=on_behalf or [], now=now, valid_s=days * _DAY_S, random=secrets.token_bytes
    )
    with _store(settings_file) as database, database.write() as tx:
        insert_key(tx, stored)
    print(text)


@keys_app.command("list")
def list_command(settings_file: SETTINGS = None) -> None:
    """列出接口密钥 List API keys: id, owner, rights, expiry. Secrets are not stored, so they cannot be shown."""
    table = Table("id", "持有者 owner", "权限 rights", "到期 expires", "已吊销 revoked")
    with _store(settings_file) as database, database.read() as tx:
        for key in list_keys(tx):
            revoked = "" if key.revoked_at is None else format_time(key.revoked_at)
            table.add_row(key.id, key.owner, " ".join(sorted(key.rights)), format_time(key.expires_at), revoked)
    CONSOLE.print(table)


@keys_app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID")], settings_file: SETTINGS = None) -> None:
    """吊销接口密钥 Revoke an API key at once."""
    with _store(settings_file) as database, database.write() as tx:
        done = revoke_key(tx, key_id, now=int(time.time()))
    if not done:
        fail("没有这个有效密钥", "There is no such live key")
    say("已吊销", "Revoked.")


@keys_app.command("enterprises")
def enterprises(
    file: Annotated[Path, typer.Argument(help='JSON: {"enterprises": [{uscc, name, kind, member, gln}]}')],
    settings_file: SETTINGS = None,
) -> None:
    """登记企业 Register enterprises; `member` is the code of the bureau under which an enterprise's events close."""
    with _store(settings_file) as database:
        count = register_file(database, file, {m.code: m.uscc for m in load_settings(settings_file).members})
    say(f"已登记 {count} 家", f"{count} registered.")


def register_file(database: Database, file: Path, members: dict[str, str]) -> int:
    """Registers every enterprise of a file. `members` is code → USCC. Ends the command for a file that is wrong."""
    try:
        listed = [
            Enterprise(uscc=row["uscc"], name=row["name"], kind=row["kind"], member=members[row["member"]], gln=row.get("gln"))
            for row in json.loads(file.read_bytes())["enterprises"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        fail("企业文件不正确", "The file of enterprises is wrong", code=2)
    if not all(uscc_is_valid(enterprise.uscc) for enterprise in listed):
        fail("统一社会信用代码不正确", "A USCC in the file is wrong", code=2)
    with database.write() as tx:
        for enterprise in listed:
            register(tx, enterprise)
    return len(listed)


@contextmanager
def _store(settings_file: Path | None) -> Iterator[Database]:
    try:
        settings = load_settings(settings_file)
    except UnsafeSettings as error:
        fail("设置不安全或不正确", "\n  ".join(error.reasons), code=2)
    database = open_database(settings.database_url)
    try:
        migrate(database)
        yield database
    finally:
        database.close()
