"""The order of leaves in a batch: shuffled, and what is wrong before what corrects it."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.order import in_order


def test_without_pairs_the_shuffle_stands() -> None:
    assert in_order([3, 1, 2], []) == [3, 1, 2]


def test_a_pair_shares_out_its_own_places_and_no_other_leaf_moves() -> None:
    assert in_order([9, 2, 7, 1, 8], [("s", 1, 2)]) == [9, 1, 7, 2, 8]
    assert in_order([9, 1, 7, 2, 8], [("s", 1, 2)]) == [9, 1, 7, 2, 8]


def test_a_correction_of_a_correction_follows_both() -> None:
    assert in_order([3, 2, 1], [("s", 2, 3), ("s", 1, 2)]) == [1, 2, 3]


def test_a_circle_spoils_nobody_else_s_order() -> None:
    ordered = in_order([4, 3, 2, 1], [("liar", 1, 2), ("liar", 2, 1), ("s", 3, 4)])
    assert ordered == [3, 4, 2, 1]


def test_an_event_that_corrects_itself_is_a_circle() -> None:
    assert in_order([2, 1], [("s", 1, 1)]) == [2, 1]


@given(st.integers(2, 30), st.integers(0, 2**32))
def test_every_pair_is_kept_and_nothing_is_lost(count: int, seed: int) -> None:
    choose = random.Random(seed)
    shuffled = choose.sample(range(count), count)
    owns = {"s": list(range(0, count, 2)), "t": list(range(1, count, 2))}
    drawn = [choose.choice("st") for _ in range(count // 2)]
    pairs = [(who, *sorted(choose.sample(owns[who], 2))) for who in drawn if len(owns[who]) > 1]
    ordered = in_order(shuffled, pairs)
    assert sorted(ordered) == list(range(count))
    assert all(ordered.index(before) < ordered.index(after) for _, before, after in pairs)
    concerned = {id_ for _, *both in pairs for id_ in both}
    assert all(ordered.index(id_) == shuffled.index(id_) for id_ in shuffled if id_ not in concerned)
