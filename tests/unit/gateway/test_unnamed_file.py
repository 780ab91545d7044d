"""Temporary files: no name in the directory, and a path that only their process can use."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from gateway.unnamed_file import unnamed_file


def test_a_file_without_a_name_is_opened_anew_by_its_path_and_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with unnamed_file() as (file, path):
        file.write(b"rows")
        file.flush()
        assert list(tmp_path.iterdir()) == []
        assert os.fstat(file.fileno()).st_nlink == 0
        with path.open("rb") as first, path.open("rb") as second:
            assert (first.read(2), second.read(), first.read()) == (b"ro", b"rows", b"ws")
        path.write_bytes(b"other")
        file.seek(0)
        assert file.read() == b"other"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match=str(path)):
        path.read_bytes()
