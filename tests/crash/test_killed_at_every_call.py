"""All kill points of `test_broken_calls`, in a file of its own so that two cores share the work (RELIABILITY.md §7 B1)."""

from __future__ import annotations

import pytest

from tests.crash.breaking import STRACE, Breaker, check_points
from tests.crash.test_broken_calls import tried

pytestmark = [
    pytest.mark.crash, pytest.mark.slow, pytest.mark.long, pytest.mark.skipif(STRACE is None, reason="needs strace")
]  # fmt: skip


def test_killed_at_every_call_nothing_is_lost_or_doubled(
    breaker: Breaker, calls: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    check_points(capsys, "every signal=KILL", tried(breaker, calls, "signal=KILL", every=1))
