"""`shisu members`: who is in the consortium, what is voted on, and voting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from certs.scope import CLASSES, STAGES
from gateway.acts.fields import STATUSES
from gateway.acts.proposals import ACTIONS
from gateway.cli.acts import WAIT, ask, read, with_gateway
from gateway.cli.client import GatewayClient
from gateway.cli.say import CONSOLE, fail, say
from gateway.cli.submit import KEY_FILE, URL
from ledger.actions import RIGHT_BITS

members_app = typer.Typer(no_args_is_help=True, help="成员单位与表决 The consortium's members, proposals and votes.")
_TABLES = f"rights {' '.join(RIGHT_BITS)}; classes {' '.join(CLASSES)}; stages {' '.join(STAGES)}; status {' '.join(STATUSES)}"
_NUMBER = Annotated[int, typer.Argument(min=1, metavar="PROPOSAL", help="提案编号")]


@members_app.command("list")
def list_command(url: URL, key_file: KEY_FILE) -> None:
    """列出成员单位 List the members as the chain has them: rights, scope, signer, state."""
    found = with_gateway(url, key_file, lambda gateway: read(gateway, "/members"))
    table = Table("简码 code", "成员单位 member", "权限 rights", "职责范围 scope", "签名账户 signer", "状态 state")
    for member in found["members"]:
        scope = " ".join((*member["classes"], "/", *member["stages"])) if member["classes"] else "—"
        table.add_row(
            member["code"], f"{member.get('name', '')} {member['uscc']}", " ".join(member["rights"]), scope, member["signer"],
            _state(member),
        )  # fmt: skip
    CONSOLE.print(table)
    say(f"表决成员 {found['voters']}，通过须 {found['needed']}", f"{found['voters']} vote; {found['needed']} are needed.")


@members_app.command("proposals")
def proposals_command(
    url: URL,
    key_file: KEY_FILE,
    show_all: Annotated[bool, typer.Option("--all", help="含已执行和已过期 also those that are over")] = False,
) -> None:
    """列出提案 List proposals: what each does, who approves it, how many are missing, until when."""
    found = with_gateway(url, key_file, lambda gateway: read(gateway, "/proposals"))
    shown = [one for one in found["proposals"] if show_all or one["state"] not in ("executed", "expired")]
    for one in shown:
        _show(one)
    if not shown:
        say("没有进行中的提案", "Nothing is being voted on.")


@members_app.command("propose")
def propose(
    action: Annotated[str, typer.Argument(help="做什么 what is to be done: " + " | ".join(ACTIONS))],
    url: URL,
    key_file: KEY_FILE,
    given: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=VALUE…",
            help="参数 its arguments, lists with commas, e.g. member=COM rights=VOTE,STATUS; validators=0x…=COM,0x…=AGR",
        ),
    ] = None,
    wait_s: WAIT = 0,
) -> None:
    """提出 Propose an action. Proposing is not approving. Without arguments it says which ones the action takes."""
    if action not in ACTIONS:
        fail("没有这种提案", f"There is no such action: {' | '.join(ACTIONS)}", code=2)
    if not given:
        names = " ".join(f"{name}=…" for name in ACTIONS[action].arguments)
        fail(f"须给出参数：{names}", "Name its arguments: " + _TABLES, code=2)
    body = {"action": action, "arguments": dict(_argument(entry) for entry in given)}
    with_gateway(url, key_file, lambda gateway: ask(gateway, "/proposals", body, wait_s))


@members_app.command("approve")
def approve(proposal: _NUMBER, url: URL, key_file: KEY_FILE, wait_s: WAIT = 0) -> None:
    """同意 Approve a proposal, as the member of the key. Look at what it does first: shisu members proposals."""
    _vote("approve", proposal, url, key_file, wait_s)


@members_app.command("withdraw")
def withdraw(proposal: _NUMBER, url: URL, key_file: KEY_FILE, wait_s: WAIT = 0) -> None:
    """撤回同意 Take an approval back."""
    _vote("withdraw", proposal, url, key_file, wait_s)


@members_app.command("execute")
def execute(proposal: _NUMBER, url: URL, key_file: KEY_FILE, wait_s: WAIT = 0) -> None:
    """执行 Execute a proposal that two thirds of the voters approve."""
    _vote("execute", proposal, url, key_file, wait_s)


@members_app.command("freeze")
def freeze(
    url: URL,
    key_file: KEY_FILE,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 do not ask")] = False,
    wait_s: WAIT = 0,
) -> None:
    """冻结本成员单位 Freeze the own member, as when its key is stolen: no anchors, no statuses, until a vote ends it."""
    if not yes and not typer.confirm("本成员单位将立即停止上链和改状态，须经三分之二表决才能恢复。继续？ Freeze the own member?"):
        fail("未冻结", "Nothing was done", code=1)
    with_gateway(url, key_file, lambda gateway: ask(gateway, "/freeze", None, wait_s))


def _vote(vote: str, proposal: int, url: str, key_file: Path, wait_s: int) -> None:
    def show_and_vote(gateway: GatewayClient) -> None:
        _show(read(gateway, f"/proposals/{proposal}"))
        ask(gateway, f"/proposals/{proposal}/{vote}", None, wait_s)

    with_gateway(url, key_file, show_and_vote)


def _argument(entry: str) -> tuple[str, Any]:
    """One NAME=VALUE: lists by commas, numbers and flags by their names. The gateway judges the rest."""
    name, _, value = entry.partition("=")
    listed = [part for part in value.split(",") if part]
    if name in ("rights", "classes", "stages"):
        return name, listed
    if name == "validators":
        pairs = [part.partition("=") for part in listed]
        return name, [{"address": address, "operator": operator} for address, _, operator in pairs]
    if name in ("batch", "reason") and value.isascii() and value.isdigit():
        return name, int(value)
    if name == "paused":
        return name, {"true": True, "false": False}.get(value)
    return name, value


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
    names = "、".join(one.get("name", one["uscc"]) for one in proposal["approvals"]) or "—"
    say(f"提案 {proposal['id']}：{proposal['does']['zh']}", proposal["does"]["en"])
    table = Table(show_header=False, box=None)
    table.add_row("状态 state", f"{proposal['stateText']['zh']} {proposal['stateText']['en']}")
    table.add_row("提出 proposed by", proposal["proposer"].get("name", proposal["proposer"]["uscc"]))
    table.add_row("同意 approved by", f"{names}（{len(proposal['approvals'])}/{proposal['needed']}）")
    if "wouldFail" in proposal:
        table.add_row("执行会失败 would fail", proposal["wouldFail"])
    table.add_row("截止 until", proposal["expiresAt"])
    CONSOLE.print(table)
