"""
Temporary files without a name: what is in them is gone with the process, however it ends, and nobody else can open them.

Libraries that want a path get the one by which this process alone reaches its own open file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def unnamed_file() -> Iterator[tuple[IO[bytes], Path]]:
    """An empty file in TMPDIR, open for reading and writing, and a path that opens it anew while it is open here.

    The path is Linux's (proc(5), /proc/pid/fd): each opening has a place of its own in the file.
    """
    with tempfile.TemporaryFile() as file:
        yield file, Path(f"/proc/self/fd/{file.fileno()}")
