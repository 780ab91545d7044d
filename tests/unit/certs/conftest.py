"""Captured blocks, read from tests/vectors/blocks; the two large ones are kept compressed."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BLOCKS = Path(__file__).parents[2] / "vectors" / "blocks"


@pytest.fixture(scope="session")
def block() -> Callable[[str], dict[str, Any]]:
    def read(name: str) -> dict[str, Any]:
        plain = BLOCKS / f"{name}.json"
        return json.loads(plain.read_bytes() if plain.exists() else gzip.decompress((BLOCKS / f"{name}.json.gz").read_bytes()))

    return read
