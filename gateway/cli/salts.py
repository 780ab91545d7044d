"""`shisu salts`: the keys that seal salts at rest: make one, see what is sealed under which, and bring all under the newest."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import Progress
from rich.text import Text

from gateway.cli.opened_store import opened_store
from gateway.cli.reasons import reason
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.serve import SETTINGS
from gateway.salt_keys import parse_salt_keys
from gateway.store.errors import StoreError
from gateway.store.reseal import PLAIN, reseal, sealed_under
from gateway.store.salts import KEY_BYTES, key_id
from ledger.signers import write_private

_UNDER_NEWEST: Final = "最新 newest"
salts_app = typer.Typer(no_args_is_help=True, help="盐的加密密钥 Keys that seal salts at rest: make, status, reseal.")


@salts_app.command("key")
def key_command(file: Annotated[Path, typer.Argument(help="密钥文件 key file; made with mode 600 where there is none")]) -> None:
    """生成新密钥，放在文件首行 Make a new key and put it on top of the file; the keys below still open older salts.

    更换密钥 To rotate: this command, restart the gateway, `shisu salts reseal`, then delete the old lines.
    没有密钥就解不开数据库中的盐：请与数据库分开备份。Without its key no salt can be opened: keep a copy apart from the database.
    """
    key = secrets.token_bytes(KEY_BYTES)
    try:
        older = file.read_text("ascii") if file.exists() else ""
        if older:
            parse_salt_keys(older)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.new")
        fresh.unlink(missing_ok=True)
        write_private(fresh, f"{key.hex()}\n{older}".encode())
        fresh.replace(file)
    except (OSError, ValueError):
        fail("未能写入：文件不可写，或其内容不是密钥", "It was not written: the file cannot be, or holds something else", code=2)
    say(f"新密钥编号 {key_id(key).hex()}", "The id of the new key. Restart the gateway, then: shisu salts reseal")


@salts_app.command("status")
def status_command(settings_file: SETTINGS = None) -> None:
    """盐由哪把密钥加密 Under which keys the salts of the store are sealed. Ends with 1 while any is not under the newest."""
    with opened_store(settings_file) as (_, database), database.read() as tx:
        found, held = sealed_under(tx), database.salt_keys.ids
    table = folding_table("密钥编号 key", "盐 salts", "密钥文件 in the key file")
    for id_ in [*held, *sorted(id_ for id_ in found if id_ not in held)]:
        name = "未加密 not sealed" if id_ == PLAIN else id_.hex()
        place = _UNDER_NEWEST if held and id_ == held[0] else "有 yes" if id_ in held else "—" if id_ == PLAIN else "没有 no"
        table.add_row(*map(Text, (name, str(found[id_]), place)))
    CONSOLE.print(table)
    if any(id_ not in held[:1] for id_ in found):
        raise typer.Exit(1)


@salts_app.command("reseal")
def reseal_command(settings_file: SETTINGS = None) -> None:
    """用最新密钥重新加密 Seal every salt under the newest key, beside a running gateway. Stopped half way, run it again."""
    changed = 0
    with opened_store(settings_file) as (_, database):
        if not database.salt_keys.ids:
            fail("设置中没有密钥", "The settings name no salt keys (salt_keys_file)", code=2)
        try:
            with Progress(console=CONSOLE, transient=True) as progress:
                task = progress.add_task("重新加密 resealing", total=None)
                for changed in reseal(database):
                    progress.update(task, completed=changed)
        except StoreError as error:
            zh, en = reason(error.code, error.field)
            fail(zh, en)
    say(
        f"已重新加密 {changed} 行",
        f"{changed} rows resealed: older keys may leave the key file now, and old backups need them still.",
    )
