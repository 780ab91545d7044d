"""A store belongs to one chain and one set of contracts for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store import pinned
from gateway.store.errors import StoreElsewhere
from tests.member_line import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened


def test_facts_are_written_once_and_compared_after(bench: Bench) -> None:
    facts = bench.line().consortium.facts()
    for _ in range(2):
        with bench.database.write() as tx:
            pinned.pin(tx, facts)
    with bench.database.read() as tx:
        assert pinned.read(tx) == facts


def test_a_fact_that_differs_is_refused_by_name_and_nothing_is_written(bench: Bench) -> None:
    with bench.database.write() as tx:
        pinned.pin(tx, {"chainId": "1"})
    with pytest.raises(StoreElsewhere) as error, bench.database.write() as tx:
        pinned.pin(tx, {"prefix": "SHFS", "chainId": "2"})
    assert (error.value.code, error.value.field) == ("store.pinned", "chainId")
    with bench.database.read() as tx:
        assert pinned.read(tx) == {"chainId": "1"}


def test_a_fact_of_a_later_edition_is_added(bench: Bench) -> None:
    with bench.database.write() as tx:
        pinned.pin(tx, {"chainId": "1"})
        pinned.pin(tx, {"chainId": "1", "prefix": "SHFS"})
        assert pinned.read(tx) == {"chainId": "1", "prefix": "SHFS"}
