"""What became of the rows of a table that were taken: eventIDs, certificate numbers and links, on the screen or as CSV."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from gateway.cli.client import JOB_BYTES, GatewayClient, GatewayUnreachable
from gateway.cli.event_states import STATES
from gateway.cli.say import CONSOLE, fail, say
from gateway.intake.tables.cells import escaped

_SHOWN: Final = 20  # events on the screen; the file has all of them
_POLL_S: Final = 0.5
_HEADS: Final = ("行 row", "事件编号 eventID", "状态 state", "证书编号 number", "查验链接 link")
_SETTLED: Final = ("kept", "halted")  # no certificate is on its way


def wait_for_rows(gateway: GatewayClient, href: str, total: int, wait_s: float) -> bool:
    """Waits until every taken row has its certificate, or `wait_s` seconds; whether it has. Shows how many have."""
    deadline, after = time.monotonic() + wait_s, 0
    amount = TextColumn("{task.completed:.0f}/{task.total}")
    with Progress(
        TextColumn("{task.description}"), BarColumn(), amount, TimeElapsedColumn(), console=CONSOLE, transient=True
    ) as progress:
        task = progress.add_task("等待凭证 certificates（行 rows）", total=total)
        while True:
            page = _page(gateway, href, after)
            ready = sum(_is_settled(row) for row in page["rows"])
            progress.update(task, completed=after + ready)
            if ready == len(page["rows"]):
                if page["next"] is None:
                    return True
                after = page["next"]
            elif time.monotonic() >= deadline:
                return False
            else:
                time.sleep(_POLL_S)


def first_rows(gateway: GatewayClient, href: str) -> list[dict[str, Any]]:
    """The first taken rows as they stand now, those of one event together, as the answer to an import lists them."""
    found: dict[str, dict[str, Any]] = {}
    for row in _page(gateway, href, 0)["rows"]:
        found.setdefault(row["eventID"], {**row, "rows": []})["rows"].append(row["row"])
    return list(found.values())


def show_rows(events: list[dict[str, Any]], *, count: int) -> None:
    """The first events with their rows: number and link of a certificate, else how far it has come; then the eventID."""
    for event in events[:_SHOWN]:
        lines = "、".join(map(str, event["rows"]))
        state = event.get("number") or STATES.get(event["state"], event["state"])
        CONSOLE.print(Text(f"行 {lines}  {state}  {event.get('link', '')}".rstrip()), soft_wrap=True)
        CONSOLE.print(Text(f"    {event['eventID']}", style="dim"), soft_wrap=True)
    if count > _SHOWN:
        say(
            f"另有 {count - _SHOWN} 个事件；用 --out 文件.csv 存下全部",
            f"and {count - _SHOWN} more events: --out FILE.csv saves all",
        )


def save_rows(gateway: GatewayClient, href: str, place: Path) -> None:
    """Writes one line a taken row: row, eventID, state, certificate number, link with its check code."""
    try:
        with place.open("w", encoding="utf-8-sig", newline="") as file:
            written = csv.writer(file, lineterminator="\r\n")
            written.writerow(_HEADS)
            written.writerows(_lines(_all(gateway, href)))
    except OSError:
        fail("文件无法写入", f"{place} cannot be written", code=2)
    say(f"各行的事件编号和凭证已存到 {place}", f"Rows with their eventIDs and certificates are in {place}")


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        state = STATES.get(row["state"], row["state"])
        yield str(row["row"]), escaped(row["eventID"]), state, row.get("number", ""), row.get("link", "")


def _all(gateway: GatewayClient, href: str) -> Iterator[dict[str, Any]]:
    after: int | None = 0
    while after is not None:
        page = _page(gateway, href, after)
        yield from page["rows"]
        after = page["next"]


def _page(gateway: GatewayClient, href: str, after: int) -> dict[str, Any]:
    answer = gateway.get(f"{href}/rows", {"after": str(after)}, max_bytes=JOB_BYTES)
    body = answer.json()
    if answer.status != 200 or not isinstance(body, dict) or "rows" not in body:
        raise GatewayUnreachable(f"status {answer.status}")
    return body


def _is_settled(row: dict[str, Any]) -> bool:
    return "number" in row or row["state"] in _SETTLED
