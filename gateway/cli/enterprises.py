"""`shisu enterprises`: registered enterprises and their mappings (导入方案), of every bureau this gateway serves.

It works on the store; a bureau does the same for its own over HTTP (`gateway.routes.enterprises`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.text import Text

from certs.times import format_time
from gateway.catalogue.kinds import known_kinds
from gateway.catalogue.tables import read_catalogue
from gateway.cli.mapping_shown import print_example, print_mapping
from gateway.cli.opened_store import opened_store
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.serve import SETTINGS
from gateway.errors import Fault, Refused
from gateway.intake.strict import read_object
from gateway.intake.tables.mapping import MAX_BYTES
from gateway.intake.tables.named import read_stored_mapping
from gateway.problems import fault_json
from gateway.registration import read_registration
from gateway.settings import Settings
from gateway.store import enterprises, mappings
from gateway.store.database import Database
from gateway.store.mappings import StoredMapping

_PAGE: Final = 500
MAX_NAME: Final = 64  # characters of a mapping's name, as over HTTP
USCC = Annotated[str, typer.Argument(metavar="USCC", help="统一社会信用代码 of a registered enterprise")]
enterprises_app = typer.Typer(no_args_is_help=True, help="企业与导入方案 Enterprises and their mappings.")


@enterprises_app.command("register")
def register(
    file: Annotated[Path, typer.Argument(help='JSON: {"enterprises": [{uscc, name, kind, member, gln}]}')],
    settings_file: SETTINGS = None,
) -> None:
    """登记企业 Register or change enterprises, and open closed ones; `member` is the code of the bureau they stand under."""
    with opened_store(settings_file) as (settings, database):
        kinds = known_kinds(read_catalogue(settings.catalogue))
        count = register_file(database, file, members=_codes(settings), kinds=kinds)
    say(f"已登记 {count} 家", f"{count} registered.")


@enterprises_app.command("list")
def list_command(
    member: Annotated[str, typer.Option(help="只列该主管单位的 code of a bureau: only its own")] = "",
    settings_file: SETTINGS = None,
) -> None:
    """列出企业 List enterprises."""
    table = folding_table("统一社会信用代码 USCC", "名称 name", "类型 kind", "主管单位 member", "状态 state")
    with opened_store(settings_file) as (settings, database), database.read() as tx:
        codes = _codes(settings)
        if member and member not in codes:
            fail("没有这个主管单位", "There is no such bureau in the settings", code=2)
        kinds, short, after = known_kinds(read_catalogue(settings.catalogue)), {of: code for code, of in codes.items()}, ""
        while page := enterprises.listed(tx, member=codes.get(member), after=after, limit=_PAGE):
            after = page[-1].uscc
            for row in page:
                kind = f"{kinds.get(row.kind, '')} {row.kind}".strip()
                state = "" if row.closed_at is None else f"已停止 closed {format_time(row.closed_at)}"
                table.add_row(*map(Text, (row.uscc, row.name, kind, short.get(row.member, row.member), state)))
    CONSOLE.print(table)


@enterprises_app.command("show")
def show(uscc: USCC, settings_file: SETTINGS = None) -> None:
    """显示一家企业 Show an enterprise and the names of its mappings."""
    with opened_store(settings_file) as (settings, database), database.read() as tx:
        found = enterprises.find(tx, uscc)
        named = mappings.list_mappings(tx, uscc)
    if found is None:
        fail("没有这家企业", "There is no such enterprise")
    short = {of: code for code, of in _codes(settings).items()}
    state = "可报送 open" if found.closed_at is None else f"已停止 closed {format_time(found.closed_at)}"
    for zh_en, text in (
        ("统一社会信用代码 USCC", found.uscc), ("名称 name", found.name), ("类型 kind", found.kind),
        ("主管单位 member", short.get(found.member, found.member)), ("位置码 GLN", found.gln or ""), ("状态 state", state),
        ("导入方案 mappings", " ".join(mapping.name for mapping in named)),
    ):  # fmt: skip
        CONSOLE.print(Text(f"{zh_en}  {text}"), soft_wrap=True)


@enterprises_app.command("close")
def close(uscc: USCC, settings_file: SETTINGS = None) -> None:
    """停止一家企业的报送 Take nothing more from an enterprise. What it submitted stays; registering it again opens it."""
    with opened_store(settings_file) as (_, database), database.write() as tx:
        done = enterprises.close(tx, uscc, now=int(time.time()))
    if not done:
        fail("没有这家企业", "There is no such enterprise")
    say("已停止", "Closed.")


@enterprises_app.command("map")
def map_command(
    uscc: Annotated[str, typer.Argument(metavar="[USCC]", help="统一社会信用代码 of a registered enterprise")] = "",
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="方案名 name of the mapping")] = "",
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="JSON")] = None,
    show: Annotated[bool, typer.Option("--show", help="显示已存的方案 print the stored mapping of this name")] = False,
    example: Annotated[bool, typer.Option("--example", help="显示一个可用的例子 print one that can be stored")] = False,
    settings_file: SETTINGS = None,
) -> None:
    """存入导入方案 Put a mapping of an enterprise's tables, under a name that `shisu submit --profile` then gives."""
    if example:
        print_example()
        return
    if not uscc or not name or show == (file is not None):
        fail("请给出企业、方案名和文件；或用 --show、--example", "Give USCC, NAME and FILE; or --show, or --example", code=2)
    if file is None:
        with opened_store(settings_file) as (_, database):
            print_mapping(database, uscc, name)
        return
    try:
        body = read_object(file.read_bytes(), max_values=MAX_BYTES)
        if not 0 < len(name) <= MAX_NAME or not name.isprintable():
            fail(f"方案名须为 1 至 {MAX_NAME} 个可见字符", f"A name has 1 to {MAX_NAME} printable characters", code=2)
    except OSError:
        fail("文件无法读取", "The file cannot be read", code=2)
    except Refused as refused:
        _refuse_mapping(refused)
    with opened_store(settings_file) as (settings, database), database.write() as tx:
        try:
            read_stored_mapping(body, read_catalogue(settings.catalogue))
        except Refused as refused:
            _refuse_mapping(refused)
        if enterprises.find(tx, uscc) is None:
            fail("没有这家企业", "There is no such enterprise")
        mappings.put_mapping(tx, StoredMapping(uscc, name, body, int(time.time())))
    say("已存入", "Stored.")


@enterprises_app.command("unmap")
def unmap(
    uscc: USCC, name: Annotated[str, typer.Argument(help="方案名 name of the mapping")], settings_file: SETTINGS = None
) -> None:
    """删除导入方案 Remove a mapping."""
    with opened_store(settings_file) as (_, database), database.write() as tx:
        done = mappings.delete_mapping(tx, uscc, name)
    if not done:
        fail("没有这个导入方案", "There is no such mapping")
    say("已删除", "Removed.")


def register_file(database: Database, file: Path, *, members: Mapping[str, str], kinds: Collection[str]) -> int:
    """Registers every enterprise of a file, or none. `members` is code → USCC. Ends the command for a file that is wrong."""
    try:
        rows: Any = json.loads(file.read_bytes())["enterprises"]
        listed = [
            read_registration(row, row["uscc"], member=members.get(row["member"]), kinds=kinds, at=f"/enterprises/{i}")
            for i, row in enumerate(rows)
        ]
    except Refused as refused:
        _show(refused)
        fail("企业文件不正确，未登记任何企业", "The file of enterprises is wrong, and none is registered", code=2)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        fail("企业文件不正确", "The file of enterprises is wrong", code=2)
    with database.write() as tx:
        for enterprise in listed:
            enterprises.register(tx, enterprise)
    return len(listed)


def _refuse_mapping(refused: Refused) -> NoReturn:
    _show(refused)
    fail("导入方案不正确，未存入", "The mapping is not right, and is not stored", code=2)


def _show(refused: Refused) -> None:
    """Every fault with pointer, rule, remedy and code; of a file that is no JSON at all its one code."""
    for fault in map(fault_json, refused.faults or [Fault(refused.code)]):
        told = [fault.get("expected", ""), fault.get("remedy", "")]
        english = [fault.get("expectedEn", ""), fault.get("remedyEn", "")]
        say(
            "  ".join(filter(None, (fault["pointer"], fault["title"], *told))),
            "  ".join(filter(None, (f"{fault['titleEn']} ({fault['code']})", *english))),
        )


def _codes(settings: Settings) -> dict[str, str]:
    return {member.code: member.uscc for member in settings.members}
