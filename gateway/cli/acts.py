"""`shisu acts`, and what `shisu status` and `shisu members` share: asking for an act and following it until it is settled."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.text import Text

from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.say import CONSOLE, fail, say
from gateway.cli.submit import KEY_FILE, URL, read_key, show_problem
from gateway.links import act_path

acts_app = typer.Typer(
    no_args_is_help=True,
    help="上链操作 Acts, which are changes of status and votes: how far each has come.",
)
WAIT = Annotated[int, typer.Option("--wait", min=0, help="最多等待确认的秒数 seconds to wait until it is settled")]
SETTLED = {"final": "bold green", "refused": "bold red", "failed": "bold red"}
_POLL_S = 0.5
T = TypeVar("T")


@acts_app.command("show")
def show_command(
    number: Annotated[int, typer.Argument(min=1, metavar="ID", help="上链操作编号 the act's number, as it was answered")],
    url: URL,
    key_file: KEY_FILE,
    wait_s: WAIT = 0,
) -> None:
    """显示进展 Show how far an act of the key's member has come. Ends with 1 when it was refused or failed."""
    with_gateway(url, key_file, lambda gateway: _look(gateway, number, wait_s))


def with_gateway(url: str, key_file: Path, act: Callable[[GatewayClient], T]) -> T:
    """Runs something against a gateway. Ends the command when it does not answer."""
    try:
        with GatewayClient(url, key=read_key(key_file)) as gateway:
            return act(gateway)
    except GatewayUnreachable as error:
        fail("网关没有应答；可安全地再次请求", f"No answer from the gateway ({error}); asking again is safe", code=7)


def read(gateway: GatewayClient, path: str, params: Mapping[str, str] | None = None) -> Any:
    """What a path answers, as JSON. Ends the command when it is a problem."""
    answer = gateway.get(path, params)
    if answer.status != 200:
        show_problem(answer)
    return answer.json()


def ask(gateway: GatewayClient, path: str, body: dict[str, Any] | None, wait_s: float) -> None:
    """Asks for an act, follows it for some seconds and shows it. Ends the command with 1 when it was refused."""
    answer = gateway.post(path, b"" if body is None else json.dumps(body).encode())
    if answer.status != 202:
        show_problem(answer)
    _show_end(follow(gateway, answer, wait_s))


def follow(gateway: GatewayClient, answer: Answer, wait_s: float) -> dict[str, Any]:
    """Reads the act of an answer until it is settled, or the time is over."""
    deadline = time.monotonic() + wait_s
    act: dict[str, Any] = answer.json()
    while act["state"] not in SETTLED and time.monotonic() < deadline:
        time.sleep(_POLL_S)
        act = read(gateway, act_path(act["id"]))
    return act


def _look(gateway: GatewayClient, number: int, wait_s: float) -> None:
    answer = gateway.get(act_path(number))
    if answer.status != 200:
        show_problem(answer)
    _show_end(follow(gateway, answer, wait_s))


def _show_end(act: dict[str, Any]) -> None:
    """Shows an act. Ends the command with 1 when it was refused."""
    _show(act)
    if act["state"] in ("refused", "failed"):
        raise typer.Exit(1)


def _show(act: dict[str, Any]) -> None:
    say(f"上链操作 {act['id']}：{act['does']['zh']}", act["does"]["en"])
    state = act["stateText"]
    CONSOLE.print(Text(f"{state['zh']}  {state['en']}", style=SETTLED.get(act["state"], "bold yellow")))
    if "refusal" in act:
        say(f"{act['refusal']['text']['zh']}（{act['refusal']['error']}）", act["refusal"]["text"]["en"])
    if "proposal" in act:
        say(f"提案编号 {act['proposal']}", f"Proposal {act['proposal']}")
    if "block" in act:
        CONSOLE.print(Text(f"区块 block {act['block']}  交易 transaction {act['transaction'] or '—'}"), soft_wrap=True)
    if act["state"] not in SETTLED:
        say(f"尚未结束；查看进展：shisu acts show {act['id']}", f"Not settled yet; look again with: shisu acts show {act['id']}")
