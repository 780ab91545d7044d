"""
The demo's child processes: the embedded chain and the gateway, each a real process on loopback with a free port.

Only processes started here are ever ended, and they are ended by their handles.
"""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_STOP_S = 20.0


class DemoFailed(Exception):
    """A part of the demo did not come up; the message says which, and where its log is."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running child and the URL it listens on."""

    name: str
    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def stop(self) -> None:
        """Asks it to end, and waits."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(name: str, arguments: Sequence[str], log: Path, *, patience_s: float = 60.0) -> Child:
    """Starts `python -m …` and waits for its line `listening URL`. Raises `DemoFailed`."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,  # so that `select` sees every line that has not been read
            start_new_session=True,  # Ctrl-C reaches the demo, which then ends its children in order
        )
    url = _listening(process, time.monotonic() + patience_s)
    child = Child(name, process, url, log)
    if not url:
        child.stop()
        raise DemoFailed(f"{name} did not start; see {log}")
    return child


def _listening(process: subprocess.Popen[bytes], deadline: float) -> str:
    if process.stdout is None:
        return ""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not selector.select(timeout=0.2):
                continue
            line = process.stdout.readline().decode()
            if line.startswith("listening "):
                return line.split()[1]
            if not line:
                return ""
    return ""


def free_port() -> int:
    """A port that was free on loopback a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
