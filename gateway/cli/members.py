"""`shisu members`: who is in the consortium, what is voted on, and voting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from certs.scope import CLASSES, STAGES
from gateway.acts.fields import STATUSES
from gateway.acts.proposals import ACTIONS
from gateway.cli.acts import WAIT, ask, read, with_gateway
from gateway.cli.client import GatewayClient
from gateway.cli.proposal_arguments import example, names_of, read_arguments, show_actions
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.submit import KEY_FILE, URL
from ledger.actions import RIGHT_BITS

_HELP = """成员单位与表决 The consortium's members, proposals and votes.

改变成员、权限、节点名单，或代成员单位改状态，都要先提出、三分之二同意、再执行：
Members, rights, validators and statuses for others change by vote: somebody proposes, two thirds approve, anybody executes:

    shisu members list
    shisu members propose setRights member=EDU rights=VOTE,STATUS --wait 30
    shisu members proposals
    shisu members approve 5 --wait 30
    shisu members execute 5 --wait 30

每条命令都须有 --url 和 --key-file（或 SHISU_URL、SHISU_KEY_FILE）；提出和表决的密钥须是成员单位自己的，有 admin 权限。
Every command needs --url and --key-file (or SHISU_URL, SHISU_KEY_FILE); to propose and vote, a key of the member with admin.
"""
members_app = typer.Typer(no_args_is_help=True, help=_HELP, short_help="成员单位与表决 Members, proposals and votes.")
_TABLES = f"rights {' '.join(RIGHT_BITS)}; classes {' '.join(CLASSES)}; stages {' '.join(STAGES)}; status {' '.join(STATUSES)}"
_NUMBER = Annotated[
    int,
    typer.Argument(
        min=1,
        metavar="PROPOSAL",
        help="提案编号 the proposal's number: see shisu members proposals",
    ),
]
_YES = Annotated[bool, typer.Option("--yes", help="不再询问 do not ask")]
_QUESTIONS = {
    "approve": ("同意提案 {}？", "Approve proposal {}?"),
    "withdraw": ("撤回对提案 {} 的同意？", "Withdraw the approval of proposal {}?"),
    "execute": ("执行提案 {}？", "Execute proposal {}?"),
}
_OVER = ("executed", "expired")
_DAY = timedelta(days=1)


@members_app.command("list")
def list_command(url: URL, key_file: KEY_FILE) -> None:
    """列出成员单位 List the members as the chain has them: rights, scope, signer, state."""
    found = with_gateway(url, key_file, lambda gateway: read(gateway, "/members"))
    table = folding_table("简码 code", "成员单位 member", "权限 rights", "职责范围 scope", "状态 state")
    accounts = folding_table("简码 code", "签名账户 signer", "共识节点 validator")
    for member in found["members"]:
        scope = " ".join((*member["classes"], "/", *member["stages"])) if member["classes"] else "—"
        who = f"{member.get('name', '')} {member['uscc']}".strip()
        table.add_row(member["code"], who, " ".join(member["rights"]), scope, _state(member))
        accounts.add_row(member["code"], member["signer"], member["validator"] or "—")
    CONSOLE.print(table)
    CONSOLE.print(accounts)
    seats = ",".join(f"{member['validator']}={member['code']}" for member in found["members"] if member["validator"])
    say(
        f"现行节点名单（供 propose announce 用）：validators={seats}",
        "The validators announced last, as `propose announce` takes them.",
    )
    say(f"表决成员 {found['voters']}，通过须 {found['needed']}", f"{found['voters']} vote; {found['needed']} are needed.")


@members_app.command("proposals")
def proposals_command(
    url: URL,
    key_file: KEY_FILE,
    show_all: Annotated[bool, typer.Option("--all", help="含已执行和已过期 also those that are over")] = False,
) -> None:
    """列出提案 List proposals: what each does, who approves it, how many are missing, until when."""
    listed = with_gateway(url, key_file, lambda gateway: list(_listed(gateway, to_the_end=show_all)))
    shown = [one for one in listed if show_all or one["state"] not in _OVER]
    for one in shown:
        _show(one)
    if not shown:
        say("没有进行中的提案", "Nothing is being voted on.")


@members_app.command("propose")
def propose(
    action: Annotated[str, typer.Argument(help="做什么 what is to be done: " + " | ".join(ACTIONS))] = "",
    url: URL = "",
    key_file: Annotated[
        Path | None, typer.Option(envvar="SHISU_KEY_FILE", help="接口密钥文件 file holding the API key id.secret")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=VALUE…",
            help="参数 its arguments, lists with commas, e.g. member=COM rights=VOTE,STATUS; validators=0x…=COM,0x…=AGR",
        ),
    ] = None,
    wait_s: WAIT = 0,
) -> None:
    """提出 Propose an action. Proposing is not approving. Without arguments it shows which ones an action takes."""
    if not action:
        show_actions()
        return
    if action not in ACTIONS:
        fail("没有这种提案", f"There is no such action: {' | '.join(ACTIONS)}", code=2)
    if not given:
        fail(f"须给出参数：{names_of(action)}\n例：{example(action)}", f"Name its arguments, as above. {_TABLES}", code=2)
    if not url or key_file is None:
        fail("请给出网关地址和接口密钥文件", "Give --url and --key-file (or SHISU_URL and SHISU_KEY_FILE)", code=2)
    body = {"action": action, "arguments": read_arguments(given)}
    with_gateway(url, key_file, lambda gateway: ask(gateway, "/proposals", body, wait_s))


@members_app.command("approve")
def approve(proposal: _NUMBER, url: URL, key_file: KEY_FILE, yes: _YES = False, wait_s: WAIT = 0) -> None:
    """同意 Approve a proposal, as the member of the key: it is shown, and then asked about."""
    with_gateway(url, key_file, lambda gateway: _vote(gateway, "approve", proposal, yes=yes, wait_s=wait_s))


@members_app.command("withdraw")
def withdraw(proposal: _NUMBER, url: URL, key_file: KEY_FILE, yes: _YES = False, wait_s: WAIT = 0) -> None:
    """撤回同意 Take an approval back."""
    with_gateway(url, key_file, lambda gateway: _vote(gateway, "withdraw", proposal, yes=yes, wait_s=wait_s))


@members_app.command("execute")
def execute(proposal: _NUMBER, url: URL, key_file: KEY_FILE, yes: _YES = False, wait_s: WAIT = 0) -> None:
    """执行 Execute a proposal that two thirds of the voters approve."""
    with_gateway(url, key_file, lambda gateway: _vote(gateway, "execute", proposal, yes=yes, wait_s=wait_s))


@members_app.command("freeze")
def freeze(
    url: URL,
    key_file: KEY_FILE,
    yes: _YES = False,
    wait_s: WAIT = 0,
) -> None:
    """冻结本成员单位 Freeze the own member, as when its key is stolen: no anchors, no statuses, until a vote ends it."""
    if not yes and not typer.confirm("本成员单位将立即停止上链和改状态，须经三分之二表决才能恢复。继续？ Freeze the own member?"):
        fail("未冻结", "Nothing was done", code=1)
    with_gateway(url, key_file, lambda gateway: ask(gateway, "/freeze", None, wait_s))


def _listed(gateway: GatewayClient, *, to_the_end: bool) -> Iterator[dict[str, Any]]:
    """Proposals, the newest first, page by page; unless `to_the_end`, no further than to one whose time is over."""
    params: dict[str, str] = {}
    while True:
        page = read(gateway, "/proposals", params)
        yield from page["proposals"]
        if page["next"] is None or not (to_the_end or _may_be_open(page["proposals"][-1])):
            return
        params = {"below": str(page["next"])}


def _may_be_open(proposal: dict[str, Any]) -> bool:
    """Whether those before it in time may be open. The clock here may be wrong: a day is left for that."""
    expires_at = datetime.fromisoformat(proposal["expiresAt"])
    return proposal["state"] != "expired" and expires_at + _DAY > datetime.now(UTC)


def _vote(gateway: GatewayClient, vote: str, number: int, *, yes: bool, wait_s: int) -> None:
    """Shows the proposal, asks, and votes on what was shown: another one under the number is refused by the gateway."""
    proposal = read(gateway, f"/proposals/{number}")
    _show(proposal)
    if not yes and not typer.confirm(" ".join(question.format(number) for question in _QUESTIONS[vote])):
        fail("未作任何操作", "Nothing was done", code=1)
    ask(gateway, f"/proposals/{number}/{vote}", {"calls": proposal["calls"]}, wait_s)


def _state(member: dict[str, Any]) -> str:
    if not member["active"]:
        return "已退出 retired"
    words = ["已冻结 frozen"] if member["frozen"] else []
    if member["validator"]:
        words.append("运行共识节点 validator")
    if member["servedHere"]:
        words.append("本网关服务 served here")
    return "；".join(words)


def _show(proposal: dict[str, Any]) -> None:
    does, state, approvals = proposal["does"], proposal["stateText"], proposal["approvals"]
    say(f"提案 {proposal['id']}：{does['zh']}", does["en"])
    lines = [
        ("状态 state", f"{state['zh']} {state['en']}"),
        ("提出 proposed by", _who(proposal["proposer"])),
        (f"同意 approved by {len(approvals)}/{proposal['needed']}", "、".join(map(_who, approvals)) or "—"),
        ("截止 until", proposal["expiresAt"]),
    ]
    for name, text in lines:
        CONSOLE.print(Text(f"  {name}: {text}"), soft_wrap=True)
    if "wouldFail" in proposal:
        words = proposal["wouldFailText"]
        CONSOLE.print(Text(f"  现在执行会失败 it would fail now: {words['zh']} {words['en']}", style="bold red"), soft_wrap=True)
        CONSOLE.print(Text(f"  {proposal['wouldFail']}"), soft_wrap=True)


def _who(member: dict[str, Any]) -> str:
    """Name, code and USCC, as far as they are known."""
    return " ".join(member[name] for name in ("name", "code", "uscc") if name in member)
