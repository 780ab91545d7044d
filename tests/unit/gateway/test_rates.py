"""Token buckets, and whose bucket a request takes from."""

from __future__ import annotations

import threading
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rates import Buckets, Rate, whose_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def buckets(*, per_s: float = 2, burst: int = 3, max_buckets: int = 100) -> tuple[Buckets, Clock]:
    clock = Clock()
    return Buckets(Rate(per_s, burst), monotonic=clock, max_buckets=max_buckets), clock


def test_a_burst_is_given_at_once_and_then_one_has_to_wait() -> None:
    table, _ = buckets()
    assert [table.take("a") for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
    assert table.take("b") == 0


def test_waiting_as_long_as_was_said_is_enough_and_a_long_rest_gives_one_burst() -> None:
    table, clock = buckets()
    for _ in range(3):
        table.take("a")
    clock.now += table.take("a")
    assert table.take("a") == 0
    assert table.take("a") > 0
    clock.now += 3600
    assert [table.take("a") > 0 for _ in range(4)] == [False, False, False, True]


def test_asking_how_long_takes_nothing() -> None:
    table, _ = buckets(burst=1)
    assert [table.wait("a"), table.wait("a"), table.take("a"), table.wait("a")] == [0, 0, 0, 0.5]


def test_a_clock_moved_back_gives_nothing_and_locks_nobody_out() -> None:
    table, clock = buckets()
    for _ in range(3):
        table.take("a")
    clock.now -= 3600
    assert table.take("a") == 0.5
    clock.now += 0.5
    assert table.take("a") == 0
    assert table.take("a") == 0.5


def test_a_clock_that_swings_gives_no_more_than_its_forward_steps() -> None:
    table, clock = buckets(per_s=1, burst=1)
    given_out = sum(table.take("a") == 0 for clock.now in (5.0, 4.9, 5.0, 4.9, 5.0, 4.9))
    assert given_out == 1


def test_memory_is_bounded_and_who_asked_last_is_remembered() -> None:
    table, _ = buckets(burst=1, max_buckets=3)
    for name in ("a", "b", "c", "a", "d"):
        table.take(name)
    assert len(table) == 3
    assert (table.wait("a") > 0, table.wait("b")) == (True, 0)
    for at in range(10_000):
        table.take(str(at))
    assert len(table) == 3


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=60))
def test_never_more_than_the_burst_and_what_time_gives(steps: list[float]) -> None:
    table, clock = buckets()
    taken = 0
    for step in steps:
        clock.now += step
        taken += table.take("a") == 0
    assert taken <= 3 + 2 * sum(steps) + 1e-6


def test_threads_share_one_burst() -> None:
    table, _ = buckets(burst=50)
    taken: list[float] = []
    threads = [threading.Thread(target=lambda: taken.extend(table.take("a") for _ in range(30))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(wait == 0 for wait in taken) == 50


@pytest.mark.parametrize(
    ("peer", "forwarded", "whose"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # a stranger's word
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),  # what stands before was written by 198.51.100.1
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1"], "198.51.100.1"),  # two fields are one list
        ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, "], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:8080"], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("", ["1.2.3.4"], ""),
    ],
)
def test_the_address_is_the_sockets_unless_a_trusted_proxy_says_another(peer: str, forwarded: list[str], whose: str) -> None:
    assert whose_address(peer, forwarded, PROXIES) == whose
