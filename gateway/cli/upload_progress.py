"""
Progress of what takes longer than a moment: bytes sent, then rows taken as the gateway tells them.

The request runs in a thread of its own; this one looks on. Nothing is shown for the first moment, nor where nobody looks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.cli.client import Answer
from gateway.cli.say import CONSOLE

QUIET_S: Final = 0.5
_TICK_S: Final = 0.2
_ASK_S: Final = 1.0
Post = Callable[[Callable[[int], None]], Answer]
Rows = Callable[[], tuple[int, int] | None]  # rows taken so far, and all; None while nobody knows


def watched(file: Path, post: Post, *, rows: Rows | None = None) -> Answer:
    """The answer to `post`, which is given what to call with the number of bytes it has sent. Raises what it raises."""
    sent = 0

    def count(size: int) -> None:
        nonlocal sent
        sent += size

    with ThreadPoolExecutor(max_workers=1) as executor:
        running = executor.submit(post, count)
        _wait(running, QUIET_S)
        if not running.done():
            _show(running, file.stat().st_size, lambda: sent, rows)
        return running.result()


def _wait(running: Future[Answer], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not running.done() and time.monotonic() < until:
        time.sleep(min(_TICK_S, 0.02))


def _show(running: Future[Answer], size: int, sent: Callable[[], int], rows: Rows | None) -> None:
    amount = TextColumn("{task.fields[told]}")
    with Progress(
        TextColumn("{task.description}"), BarColumn(), amount, TimeElapsedColumn(), console=CONSOLE, transient=True
    ) as progress:
        upload = progress.add_task("上传 upload", total=size, told="")
        taken = progress.add_task("读取并检查 reading", total=None, visible=False, told="")
        asked = time.monotonic()
        while not running.done():
            progress.update(upload, completed=sent(), told=f"{sent()}/{size} 字节 bytes")
            if sent() >= size:
                progress.update(taken, visible=True)  # nobody knows how many rows there are before all are read
                if rows is not None and time.monotonic() - asked >= _ASK_S:
                    asked = time.monotonic()
                    found = rows()
                    if found is not None:
                        told = f"{found[0]}/{found[1]} 行 rows"
                        progress.update(taken, completed=found[0], total=found[1], description="登记 recording", told=told)
            time.sleep(_TICK_S)
