"""One breaker a test file, and the calls of its unbroken scene."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.breaking import Breaker, breaking


@pytest.fixture(scope="module")
def breaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breaker]:
    with breaking(tmp_path_factory.mktemp("broken")) as made:
        yield made


@pytest.fixture(scope="module")
def calls(breaker: Breaker) -> dict[str, int]:
    """How many calls of each name the unbroken scene makes; the oracle holds for it too."""
    run = breaker.run("work")
    assert run.status == 0, run.said
    breaker.check(run)
    return dict(run.calls)
