"""Every function, done and refused, has the same status, gas and logs on eth-tester and on the embedded chain."""

from __future__ import annotations

import pytest

from tests.contracts.acts import ADDRESSES, Act, every_act
from tests.contracts.evms import Came, HandClock, Oracle, embedded

pytestmark = pytest.mark.slow

Run = list[tuple[Act, Came, Came]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Each act, and what came of it there and here; the embedded chain is given eth-tester's time."""
    oracle = Oracle()
    clock = HandClock(oracle.tester.get_block_by_number(0)["timestamp"])
    with embedded(tmp_path_factory.mktemp("chain"), clock) as ours:
        come: Run = []
        for act in every_act():
            there = oracle.act(act)
            clock.now = there.time
            come.append((act, there, ours.act(act)))
    return come


def test_both_say_the_same_of_every_act(run: Run) -> None:
    assert [(act.name, there) for act, there, _ in run] == [(act.name, here) for act, _, here in run]


def test_what_was_to_be_refused_was_and_nothing_else(run: Run) -> None:
    assert [(act.name, came.status) for act, came, _ in run] == [(act.name, int(not act.refused)) for act, _, _ in run]


def test_the_contracts_lie_where_the_acts_look_for_them(run: Run) -> None:
    assert [came.created for _, came, _ in run if came.created] == [address.lower() for address in ADDRESSES.values()]
