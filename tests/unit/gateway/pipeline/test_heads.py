"""How far a member reaches on the chain, found from any guess."""

from __future__ import annotations

import pytest

from gateway.pipeline.heads import last_on_chain
from tests.fake_chain import FakeChain
from tests.world import MEMBER


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    chain = FakeChain({})
    for seq in range(1, 14):
        chain._write(MEMBER, seq, b"\1" * 32, 1, 1, 1)
    chain.mine()
    return chain


@pytest.mark.parametrize("guess", [*range(30), 1000, 2**40])
def test_any_guess_finds_the_last_seq(chain: FakeChain, guess: int) -> None:
    assert last_on_chain(chain, chain.world.log_address, MEMBER, guess=guess) == 13


@pytest.mark.parametrize("guess", [0, 1, 7])
def test_a_member_without_batches_is_at_zero(chain: FakeChain, guess: int) -> None:
    assert last_on_chain(chain, chain.world.log_address, "11310000TE5TB0067B", guess=guess) == 0


def test_a_right_guess_costs_one_round_trip(chain: FakeChain) -> None:
    asked: list[int] = []

    class Counting:
        def call(self, method: str, params: object = ()) -> object:
            raise AssertionError("one batch is enough")

        def batch(self, calls: object) -> list[object]:
            asked.append(1)
            return chain.batch(calls)  # type: ignore[arg-type]

    assert last_on_chain(Counting(), chain.world.log_address, MEMBER, guess=13) == 13
    assert asked == [1]
