"""
Where a request body is kept while it arrives: in memory up to 1 MiB, beyond that in a temporary file that is read as a map.

The file has no name and is ours alone; it goes with the last reader of the map. It lies in TMPDIR, which should be a disk.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import ExitStack
from mmap import ACCESS_READ, mmap
from types import TracebackType
from typing import IO, Final, Self

from gateway.errors import Refused

MEMORY_BYTES: Final = 1_048_576


class Spool:
    """One body; a context manager, so that nothing of a body that breaks off stays open."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._sha256 = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._stack.close()

    def add(self, chunk: bytes) -> None:
        """Takes what came next. Raises `Refused` `store.unavailable` when the disk is full."""
        self.size += len(chunk)
        self._sha256.update(chunk)
        self._memory += chunk
        if self.size <= MEMORY_BYTES:
            return
        try:
            if self._file is None:
                self._file = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  the stack closes it
            self._file.write(self._memory)
        except OSError:
            raise Refused("store.unavailable") from None
        self._memory.clear()

    def content(self) -> bytes | mmap:
        """The body: bytes, or a read-only map that outlives the spool. Raises `Refused` `store.unavailable`."""
        if self._file is None:
            return bytes(self._memory)
        try:
            self._file.flush()
            return mmap(self._file.fileno(), 0, access=ACCESS_READ)
        except OSError:
            raise Refused("store.unavailable") from None

    def sha256(self) -> bytes:
        """SHA-256 of what has come."""
        return self._sha256.digest()
