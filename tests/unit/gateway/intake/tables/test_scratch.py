"""The scratch file of an import."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from gateway.intake.tables.scratch import open_scratch


def test_a_scratch_file_has_no_name_while_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with open_scratch() as scratch:
        assert [scratch.first_line("a", line) for line in (2, 3)] == [2, 2]
        assert list(tmp_path.iterdir()) == []
