"""Parts for tests of the chain's weather: where they write what they saw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chain.parts import Wired, wired


@pytest.fixture
def dump_directory(request: pytest.FixtureRequest) -> Path | None:
    """Where this test writes every step, with `--dump DIR`; None without."""
    directory: str | None = request.config.getoption("--dump")
    return None if directory is None else Path(directory) / re.sub(r"[^\w-]+", "-", request.node.name)


@pytest.fixture
def line(tmp_path: Path, dump_directory: Path | None) -> Iterator[Wired]:
    """One member's line, whose node is a fake chain behind a real port."""
    with wired(tmp_path, dump_directory) as opened:
        yield opened
