"""What this process is working on for its callers, so that the same is not begun a second time beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Underway:
    """Work that is going on, by its name: of what kind it is, and which."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: set[tuple[str, ...]] = set()

    @contextmanager
    def alone(self, *name: str) -> Iterator[bool]:
        """Whether nobody else works on this; while it is True nobody will."""
        with self._lock:
            is_first = name not in self._names
            self._names.add(name)
        try:
            yield is_first
        finally:
            if is_first:
                with self._lock:
                    self._names.remove(name)

    def has(self, *name: str) -> bool:
        """Whether somebody works on this now."""
        with self._lock:
            return name in self._names
