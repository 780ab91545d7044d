"""What `shisu status` and `shisu members` share: asking a gateway for an act, and following it until it is settled."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.text import Text

from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.say import CONSOLE, fail, say
from gateway.cli.submit import read_key, show_problem

WAIT = Annotated[int, typer.Option("--wait", min=0, help="最多等待确认的秒数 seconds to wait until it is settled")]
SETTLED = {"final": "bold green", "refused": "bold red", "failed": "bold red"}
_POLL_S = 0.5
T = TypeVar("T")


def with_gateway(url: str, key_file: Path, act: Callable[[GatewayClient], T]) -> T:
    """Runs something against a gateway. Ends the command when it does not answer."""
    try:
        with GatewayClient(url, key=read_key(key_file)) as gateway:
            return act(gateway)
    except GatewayUnreachable as error:
        fail("网关没有应答；可安全地再次请求", f"No answer from the gateway ({error}); asking again is safe", code=7)


def read(gateway: GatewayClient, path: str) -> Any:
    """What a path answers, as JSON. Ends the command when it is a problem."""
    answer = gateway.get(path)
    if answer.status != 200:
        show_problem(answer)
    return answer.json()


def ask(gateway: GatewayClient, path: str, body: dict[str, Any] | None, wait_s: float) -> None:
    """Asks for an act, follows it for some seconds and shows it. Ends the command with 1 when it was refused."""
    answer = gateway.post(path, b"" if body is None else json.dumps(body).encode())
    if answer.status != 202:
        show_problem(answer)
    act = follow(gateway, answer, wait_s)
    _show(act)
    if act["state"] in ("refused", "failed"):
        raise typer.Exit(1)


def follow(gateway: GatewayClient, answer: Answer, wait_s: float) -> dict[str, Any]:
    """Reads an act until it is settled, or the time is over."""
    deadline = time.monotonic() + wait_s
    act: dict[str, Any] = answer.json()
    while act["state"] not in SETTLED and time.monotonic() < deadline:
        time.sleep(_POLL_S)
        act = read(gateway, answer.location)
    return act


def _show(act: dict[str, Any]) -> None:
    say(f"上链操作 {act['id']}：{act['does']['zh']}", act["does"]["en"])
    state = act["stateText"]
    CONSOLE.print(Text(f"{state['zh']}  {state['en']}", style=SETTLED.get(act["state"], "bold yellow")))
    if "refusal" in act:
        say(f"{act['refusal']['text']['zh']}（{act['refusal']['error']}）", act["refusal"]["text"]["en"])
    if "proposal" in act:
        say(f"提案编号 {act['proposal']}", f"Proposal {act['proposal']}")
    if "block" in act:
        CONSOLE.print(Text(f"block {act['block']}  {act['transaction'] or '—'}"))
