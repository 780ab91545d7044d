"""`shisu keys`: signer keystores and API keys."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from certs.codes import uscc_is_valid
from certs.times import format_time
from gateway.auth import RIGHTS, SUBMIT_ON_BEHALF, make_key
from gateway.cli.opened_store import opened_store
from gateway.cli.say import CONSOLE, fail, say
from gateway.cli.serve import SETTINGS
from gateway.store.keys import find_key, insert_key, list_keys, revoke_key, set_on_behalf
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
    with opened_store(settings_file) as (_, database), database.write() as tx:
        insert_key(tx, stored)
    print(text)


@keys_app.command("list")
def list_command(settings_file: SETTINGS = None) -> None:
    """列出接口密钥 List API keys: id, owner, rights, expiry. Secrets are not stored, so they cannot be shown."""
    table = Table("id", "持有者 owner", "权限 rights", "到期 expires", "已吊销 revoked")
    with opened_store(settings_file) as (_, database), database.read() as tx:
        for key in list_keys(tx):
            revoked = "" if key.revoked_at is None else format_time(key.revoked_at)
            table.add_row(key.id, key.owner, " ".join(sorted(key.rights)), format_time(key.expires_at), revoked)
    CONSOLE.print(table)


@keys_app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID")], settings_file: SETTINGS = None) -> None:
    """吊销接口密钥 Revoke an API key at once."""
    with opened_store(settings_file) as (_, database), database.write() as tx:
        done = revoke_key(tx, key_id, now=int(time.time()))
    if not done:
        fail("没有这个有效密钥", "There is no such live key")
    say("已吊销", "Revoked.")


@keys_app.command("allow")
def allow(
    key_id: Annotated[str, typer.Argument(metavar="ID")],
    usccs: Annotated[list[str], typer.Argument(metavar="USCC…", help="企业 enterprises it may submit for from now on")],
    settings_file: SETTINGS = None,
) -> None:
    """增加可代报的企业 Let a key with submit:onbehalf submit for more enterprises."""
    _change_list(settings_file, key_id, lambda listed: listed | set(usccs), usccs)


@keys_app.command("deny")
def deny(
    key_id: Annotated[str, typer.Argument(metavar="ID")],
    usccs: Annotated[list[str], typer.Argument(metavar="USCC…", help="企业 enterprises it may submit for no more")],
    settings_file: SETTINGS = None,
) -> None:
    """取消代报 Let a key submit for these enterprises no more, at once."""
    _change_list(settings_file, key_id, lambda listed: listed - set(usccs), usccs)


def _change_list(
    settings_file: Path | None, key_id: str, change: Callable[[frozenset[str]], frozenset[str]], usccs: list[str]
) -> None:
    if not all(map(uscc_is_valid, usccs)):
        fail("统一社会信用代码不正确", "A USCC is wrong", code=2)
    with opened_store(settings_file) as (_, database), database.write() as tx:
        key = find_key(tx, key_id)
        if key is None or key.revoked_at is not None or SUBMIT_ON_BEHALF not in key.rights:
            fail("没有这个可代报的有效密钥", "There is no such live key with submit:onbehalf")
        changed = change(key.on_behalf)
        set_on_behalf(tx, key_id, changed)
    say(f"现可代报 {len(changed)} 家", f"It may submit for {len(changed)} now.")
