"""What is different between two events, field by field, for a person to look at before it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from gateway.cli.say import CONSOLE, folding_table


def differences(was: Any, becomes: Any) -> list[tuple[str, str, str]]:
    """(JSON pointer, text before, text after) of every value that differs; "" where there is none."""
    before, after = dict(_values(was, "")), dict(_values(becomes, ""))
    pointers = dict.fromkeys((*before, *after))
    return [(at, before.get(at, ""), after.get(at, "")) for at in pointers if before.get(at, "") != after.get(at, "")]


def show_differences(found: list[tuple[str, str, str]]) -> None:
    """A table of them."""
    table = folding_table("字段 field", "原为 was", "改为 becomes")
    for row in found:
        table.add_row(*map(Text, row))
    CONSOLE.print(table)


def _values(value: Any, at: str) -> Iterator[tuple[str, str]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None or not value:
        yield at, json.dumps(value, ensure_ascii=False)
        return
    for name, part in inner:
        yield from _values(part, f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}")
