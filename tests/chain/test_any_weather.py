"""
A12: posts, blocks, lost transactions, reorganisations, rewinds, kills, older copies, flaps, clock jumps, signers, in any order.

Hypothesis draws the order. After every step the promises of `tests.chain.promises` hold, and in the end, in calm weather, all of
them. The slow run draws fresh numbers each time; hypothesis prints how a failure is run again, `--dump DIR` keeps every step.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from certs.number import parse_number
from certs.staple import Status
from tests.chain.dump import Dump
from tests.chain.promises import Seen, check_at_last, check_staples, unsettled
from tests.chain.sea import ARROWS, SIGNERS, Sea
from tests.chain.weather import FAULTS
from tests.member_line import leaf_ask
from tests.world import START

ROUNDS = 150  # of calm weather; a hundred events need some fifty


class AnyWeather(RuleBasedStateMachine):
    """One example is one sea."""

    dump_to: Path | None = None
    examples = 0

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.sea = Sea.launched(Path(self.directory.name))
        self.seen = Seen()
        self.last = "begin"
        type(self).examples += 1
        self.dump = Dump(self.dump_to and self.dump_to / f"example-{self.examples:04}")

    @initialize()
    def begin(self) -> None:
        self.sea.post()
        self.sea.work(3)

    # --- what users and operators do

    @rule(count=st.integers(1, 3))
    def post(self, count: int) -> None:
        self.sea.post(count)

    @precondition(lambda self: self.sea.bench.numbers())
    @rule(which=st.integers(0, 99), status=st.sampled_from([Status.SUSPENDED, Status.ACTIVE]))
    def ask_for_a_status(self, which: int, status: Status) -> None:
        numbers = self.sea.bench.numbers()
        number = parse_number(numbers[which % len(numbers)])
        self.sea.bench.ask(leaf_ask(status, seq=number.seq, index=number.index))

    @rule()
    def keep_a_copy(self) -> None:
        self.sea.keep()

    @precondition(lambda self: self.sea.copies)
    @rule(which=st.integers(0, 99), again=st.booleans())
    def restore(self, which: int, again: bool) -> None:
        self.sea.restore(which % len(self.sea.copies))
        if again:
            self.sea.post_again()

    @rule(to=st.integers(0, len(SIGNERS) - 1))
    def rotate_signer(self, to: int) -> None:
        self.sea.rotate(to)

    @precondition(lambda self: "halted" in self.sea.bench.states())
    @rule()
    def decide(self) -> None:
        self.sea.decide()

    # --- what the machine does

    @rule()
    def step(self) -> None:
        self.sea.step()
        check_staples(self.sea)

    @rule(rounds=st.integers(1, 8))
    def work(self, rounds: int) -> None:
        self.sea.work(rounds)

    @rule()
    def kill(self) -> None:
        self.sea.kill()

    @rule(arrow=st.sampled_from(ARROWS))
    def kill_after(self, arrow: str) -> None:
        self.sea.die_after = arrow
        self.sea.step()
        self.sea.die_after = ""

    @rule(number=st.integers(0, 25), fault=st.sampled_from(FAULTS))
    def flap(self, number: int, fault: str) -> None:
        self.sea.weather.in_turn(number, fault)
        self.sea.step()
        self.sea.weather.clear()

    @rule(seconds=st.sampled_from([-86_400, -60, -5, 5, 31, 61, 86_400]))
    def clock_jumps(self, seconds: int) -> None:
        self.sea.bench.clock += seconds

    # --- what the chain does

    @rule()
    def mine(self) -> None:
        self.sea.bench.chain.mine()

    @rule(which=st.integers(0, 9))
    def drop(self, which: int) -> None:
        """A transaction vanishes from the pool; 9: all of them."""
        pool = self.sea.bench.chain.pool
        self.sea.bench.chain.pool = [] if which == 9 else pool[:which] + pool[which + 1 :]

    @rule(count=st.integers(1, 3))
    def swallow(self, count: int) -> None:
        self.sea.bench.chain.swallow = count

    @rule(depth=st.integers(1, 4), left_out=st.sets(st.integers(0, 3)))
    def reorganise(self, depth: int, left_out: set[int]) -> None:
        self.sea.reorganise(depth, left_out=left_out)

    @rule(depth=st.integers(1, 40), forget=st.booleans())
    def rewind(self, depth: int, forget: bool) -> None:
        self.sea.rewind(depth, forget=forget)

    @rule(lag=st.integers(1, 5), steps=st.integers(1, 3))
    def stale(self, lag: int, steps: int) -> None:
        self.sea.bench.chain.lag = min(lag, self.sea.bench.chain.height - 3)
        self.sea.stirred, self.sea.noticed = True, False
        for _ in range(steps):
            self.sea.step()
        self.sea.bench.chain.lag = 0

    @rule()
    def foreign_transaction(self) -> None:
        self.sea.foreign_transaction()

    @precondition(lambda self: self.sea.foreign_heads < 3)
    @rule()
    def foreign_head(self) -> None:
        self.sea.foreign_head()

    # --- what must hold

    @invariant()
    def promises(self) -> None:
        self.seen.compare(self.sea)
        self.dump.step("step", self.sea.bench.chain, self.sea.bench.database)

    def teardown(self) -> None:
        try:
            self.calm()
            check_at_last(self.sea)
        finally:
            self.dump.step("end", self.sea.bench.chain, self.sea.bench.database)
            self.sea.close()
            self.directory.cleanup()

    def calm(self) -> None:
        """Fair weather, a right clock, a person at hand, and callers who ask again."""
        self.sea.weather.clear()
        self.sea.bench.chain.swallow = 0
        self.sea.bench.clock = max(self.sea.bench.clock, START + 100_000)
        self.sea.post_again()
        for _ in range(ROUNDS):
            self.sea.work(2)
            self.sea.bench.clock += 6
            self.sea.decide()
            self.seen.compare(self.sea)
            if not unsettled(self.sea):
                return
        alarms = {} if self.sea.worker is None else self.sea.worker.alarms
        raise AssertionError(f"never comes to rest: {unsettled(self.sea)} {alarms}")


HEALTH = list(HealthCheck)  # a sea is big and slow on purpose
# Many short seas find more than few long ones, which also take minutes to shrink; 80 take some three minutes.
QUICK = settings(max_examples=12, stateful_step_count=50, suppress_health_check=HEALTH)
SLOW = settings(max_examples=80, stateful_step_count=80, derandomize=False, print_blob=True, suppress_health_check=HEALTH)


def test_a12_in_any_weather_nothing_is_lost_or_doubled(dump_directory: Path | None) -> None:
    AnyWeather.dump_to = dump_directory
    run_state_machine_as_test(AnyWeather, settings=QUICK)


@pytest.mark.long
@pytest.mark.slow
def test_a12_in_long_bad_weather_nothing_is_lost_or_doubled(dump_directory: Path | None) -> None:
    AnyWeather.dump_to = dump_directory
    run_state_machine_as_test(AnyWeather, settings=SLOW)
