"""
Arguments of a proposal as they are typed, NAME=VALUE, and an example for every action.

What is typed twice or without a name is refused here: of a list of rights only the last part would count, and nobody would see
the rest. The gateway judges everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.text import Text

from gateway.acts.proposals import ACTIONS
from gateway.cli.say import CONSOLE, fail, say

EXAMPLES: Final[dict[str, str]] = {
    "admit": "member=91310110TE5T00411H code=NEW signer=0x5a0b54d5dc17e0aadc383d2db43b0a0d3e029c4c rights=VOTE,ANCHOR,STATUS "
    "classes=dairy,oil stages=retail",
    "retire": "member=NEW",
    "setRights": "member=EDU rights=VOTE,STATUS",
    "setScope": "member=EDU classes=dairy,livestock stages=catering",
    "rotateSigner": "member=EDU signer=0x5a0b54d5dc17e0aadc383d2db43b0a0d3e029c4c",
    "unfreeze": "member=EDU",
    "pauseAnchoring": "paused=true",
    "announce": "validators=0x5a0b54d5dc17e0aadc383d2db43b0a0d3e029c4c=COM,0x7e5f4552091a69125d5dfcb7b8c2659029395bdf=AGR",
    "setLeafFor": "number=SHFS-COM-1-0-R status=superseded successor=SHFS-COM-1-1-P reason=3",
    "setBatchFor": "member=COM batch=12 status=revoked reason=3",
    "setCodeFor": "member=COM code=01/09521234100027/10/S20250602-07 status=active reason=3",
}
_LISTS: Final = ("rights", "classes", "stages", "validators")


def read_arguments(given: Sequence[str]) -> dict[str, Any]:
    """The arguments as the gateway takes them. Ends the command for one without a name, or given twice."""
    arguments: dict[str, Any] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals:
            fail(f"须为 NAME=VALUE：{entry}", "Arguments are written NAME=VALUE", code=2)
        if name in arguments:
            more_zh, more = ("；各项以逗号分隔", "; separate a list by commas") if name in _LISTS else ("", "")
            fail(f"{name} 给出了两次{more_zh}", f"{name} is given twice{more}", code=2)
        arguments[name] = _value(name, value)
    return arguments


def show_actions() -> None:
    """Every action with an example of its own."""
    say("可以提出的事项，各附一例：", "What can be proposed, each with an example:")
    for action in ACTIONS:
        CONSOLE.print(Text(f"  {example(action)}"), soft_wrap=True)


def example(action: str) -> str:
    """A whole command line that proposes the action."""
    return f"shisu members propose {action} {EXAMPLES[action]}"


def names_of(action: str) -> str:
    """The names of the arguments that an action takes."""
    return " ".join(f"{name}=…" for name in ACTIONS[action].arguments)


def _value(name: str, value: str) -> Any:
    """Lists by commas, numbers and flags by their names."""
    listed = [part for part in value.split(",") if part]
    if name == "validators":
        pairs = [part.partition("=") for part in listed]
        return [{"address": address, "operator": operator} for address, _, operator in pairs]
    if name in _LISTS:
        return listed
    if name in ("batch", "reason") and value.isascii() and value.isdigit():
        return int(value)
    if name == "paused":
        return {"true": True, "false": False}.get(value)
    return value
