"""
Says what a long set-up step is doing, on standard error: there Python never fails on a terminal that cannot show Chinese.

On a terminal one line is rewritten every second; in a log a line is written every ten.
"""

from __future__ import annotations

import re
import sys
import threading
from types import TracebackType

# The second form is what pip says of a file in a wheelhouse.
_COLLECTING = re.compile(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)|Processing (?:.*/)?([\w.]+)-[^/]*$")


def say(text: str) -> None:
    """Writes one line to standard error at once."""
    print(text, file=sys.stderr, flush=True)


class Progress:
    """A `with` block around a pip run of `total` packages; `note` is given each line that pip prints."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total = label, total
        self._collected: set[str] = set()
        self._doing = ""
        self._seconds = 0
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Progress:
        say(self._label)
        self._ticker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        self._ticker.join()
        if sys.stderr.isatty():
            print(end="\r\x1b[K", file=sys.stderr, flush=True)

    def note(self, line: str) -> None:
        """Takes one line of pip's output."""
        if found := _COLLECTING.match(line):
            self._doing = found[1] or found[2]
            self._collected.add(self._doing)
        elif line.startswith("Installing collected packages"):
            self._doing = "解包 / unpacking"

    def line(self) -> str:
        """What would be shown now."""
        return f"  {self._seconds:3d} s  {len(self._collected)}/{self._total}  {self._doing}"

    def _tick(self) -> None:
        while not self._done.wait(1.0):
            self._seconds += 1
            if sys.stderr.isatty():
                print(end=f"\r\x1b[K{self.line()}", file=sys.stderr, flush=True)
            elif self._seconds % 10 == 0:
                say(self.line())
