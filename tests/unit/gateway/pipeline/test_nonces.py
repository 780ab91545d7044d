"""The next nonce, and holes among the waiting ones."""

from __future__ import annotations

import pytest

from gateway.pipeline.nonces import has_gap, next_nonce


@pytest.mark.parametrize(
    ("account", "waiting", "following", "gap"),
    [
        (0, [], 0, False),
        (7, [], 7, False),
        (7, [7, 8, 9], 10, False),
        (7, [8], 7, True),
        (7, [7, 9], 8, True),
        (7, [7, 7, 8], 9, False),  # a fee bump: two attempts of one nonce
        (3, [5, 4], 3, True),
    ],
)
def test_the_next_nonce_is_the_first_that_nobody_has(account: int, waiting: list[int], following: int, gap: bool) -> None:
    assert (next_nonce(account, waiting), has_gap(account, waiting)) == (following, gap)
