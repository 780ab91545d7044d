"""
Whether there is room for more events: how many wait for a batch, and what is left on the store's disk.

It is asked before a body is read, and what it found is believed for a moment, so that a flood costs one count a moment.
Only the intake stops: certificates are served, batches are closed and anchored.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from gateway.errors import Refused
from gateway.settings import Limits
from gateway.store.batches import count_open
from gateway.store.database import Database

BELIEVED_S: Final = 2.0
RETRY_S: Final = 30.0  # a batch is closed, or an operator makes room


def free_bytes(path: Path) -> int:
    """What is left for us on the disk of `path`."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


class Room:
    """The answer of one store. On PostgreSQL the disk is the server's own affair."""

    def __init__(
        self,
        db: Database,
        limits: Limits,
        members: Collection[str],
        *,
        monotonic: Callable[[], float],
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._db = db
        self._members = members
        self._limits = limits
        self._monotonic = monotonic
        self._free = free
        self._lock = threading.Lock()
        self._known: tuple[float, str] | None = None  # when it was found, and the code of what is missing, or ""

    def require(self) -> None:
        """Raises `Refused` `intake.backlog` or `intake.disk`, both 503."""
        with self._lock:
            now = self._monotonic()
            if self._known is None or not 0 <= now - self._known[0] < BELIEVED_S:
                self._known = (now, self._missing())
            code = self._known[1]
        if code:
            raise Refused(code, retry_s=RETRY_S)

    def _missing(self) -> str:
        if self._db.path is not None and self._free(self._db.path) < self._limits.free_bytes:
            return "intake.disk"
        with self._db.read() as tx:
            is_full = count_open(tx, self._members, most=self._limits.open_events) >= self._limits.open_events
        return "intake.backlog" if is_full else ""
