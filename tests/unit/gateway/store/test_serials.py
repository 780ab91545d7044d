"""The registry of serials and lots, and stored serial files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.store.serials import Registered, SerialFile, find_file, insert_file, register, registered, release
from tests.member_line import Bench, open_bench

UNIT = "01/09521234200024/21/A"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        opened.accept(2)
        yield opened


@pytest.fixture
def tx(bench: Bench) -> Iterator[Connection]:
    with bench.database.write() as opened:
        yield opened


def test_the_first_event_that_states_a_lot_is_kept_whoever_states_another(tx: Connection) -> None:
    register(tx, {UNIT: "L1"}, submitter="a", event=1)
    register(tx, {UNIT: "L2"}, submitter="a", event=2)
    register(tx, {UNIT: "L3"}, submitter="b", event=2)
    assert registered(tx, [UNIT]) == {UNIT: Registered("L1", "a", 1)}


def test_what_a_file_said_is_its_submitters_to_say_anew_and_nobody_elses(tx: Connection) -> None:
    register(tx, {UNIT: "L1"}, submitter="a", event=None)
    register(tx, {UNIT: "L2"}, submitter="b", event=1)
    assert registered(tx, [UNIT]) == {UNIT: Registered("L1", "a", None)}
    register(tx, {UNIT: "L3"}, submitter="a", event=None)
    assert registered(tx, [UNIT]) == {UNIT: Registered("L3", "a", None)}
    register(tx, {UNIT: "L3"}, submitter="a", event=1)
    assert registered(tx, [UNIT]) == {UNIT: Registered("L3", "a", 1)}


def test_what_an_event_said_is_forgotten_with_it_and_the_rest_is_not(tx: Connection) -> None:
    register(tx, {UNIT: "L1"}, submitter="a", event=1)
    register(tx, {UNIT + "2": "L1"}, submitter="a", event=2)
    release(tx, [1])
    assert list(registered(tx, [UNIT, UNIT + "2"])) == [UNIT + "2"]


def test_more_units_than_a_statement_has_parameters_are_kept_and_found(tx: Connection) -> None:
    lots = {f"{UNIT}{at}": "L" for at in range(1_201)}
    register(tx, lots, submitter="a", event=None)
    register(tx, lots, submitter="a", event=1)
    assert {unit: found.event for unit, found in registered(tx, lots).items()} == dict.fromkeys(lots, 1)


def test_a_file_is_found_by_its_hash_and_its_submitter_only(tx: Connection) -> None:
    file = SerialFile(b"\1" * 32, ("01/09521234200024/10/L/21/B", "01/09521234200024/10/L/21/A"), 3, 1)
    insert_file(tx, file, submitter="a", now=1)
    assert find_file(tx, "a", b"\1" * 32) == file
    assert find_file(tx, "b", b"\1" * 32) is None
    assert find_file(tx, "a", b"\2" * 32) is None
