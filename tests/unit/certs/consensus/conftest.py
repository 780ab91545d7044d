"""Captured blocks, read from tests/vectors/blocks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BLOCKS = Path(__file__).parents[3] / "vectors" / "blocks"


@pytest.fixture(scope="session")
def block() -> Callable[[str], dict[str, Any]]:
    return lambda name: json.loads((BLOCKS / f"{name}.json").read_bytes())
