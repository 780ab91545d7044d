"""Where a body is kept while it arrives."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import Refused
from gateway.routes.spool import MEMORY_BYTES, Spool


def spooled(*chunks: bytes) -> tuple[bytes | mmap, Spool]:
    with Spool() as spool:
        for chunk in chunks:
            spool.add(chunk)
        return spool.content(), spool


def test_a_small_body_stays_in_memory_and_a_larger_one_becomes_a_map() -> None:
    for size, kind in ((0, bytes), (MEMORY_BYTES, bytes), (MEMORY_BYTES + 1, mmap), (3 * MEMORY_BYTES, mmap)):
        raw = (b"0123456789abcdef" * (size // 16 + 1))[:size]
        content, spool = spooled(raw[: size // 3], b"", raw[size // 3 :])
        assert type(content) is kind
        assert (content[:], spool.size, spool.sha256()) == (raw, size, hashlib.sha256(raw).digest())


def test_a_map_outlives_the_spool_and_cannot_be_written() -> None:
    content, _ = spooled(b"x" * (MEMORY_BYTES + 1))
    assert isinstance(content, mmap)
    with pytest.raises(TypeError):
        content[0] = 1


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path


def test_the_file_has_no_name_and_goes_when_a_body_breaks_off(directory: Path) -> None:
    with pytest.raises(ConnectionError), Spool() as spool:
        spool.add(b"x" * (MEMORY_BYTES + 1))
        assert list(directory.iterdir()) == []
        raise ConnectionError
    with pytest.raises(ValueError, match="closed"):
        spool.add(b"x")


def test_a_full_disk_is_the_stores_trouble_and_not_the_senders(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(Refused) as refused, Spool() as spool:
        spool.add(b"x" * (MEMORY_BYTES + 1))
    assert refused.value.code == "store.unavailable"
