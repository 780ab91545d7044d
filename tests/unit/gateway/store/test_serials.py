"""The registry of serials and lots, and stored serial files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.store.serials import (
    Registered,
    SerialFile,
    binding_lots,
    find_file,
    insert_file,
    register,
    registered,
    release,
    stated_lots,
)
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


def say(tx: Connection, lots: dict[str, str], *, submitter: str = "a", event: int | None = None, binding: bool = False) -> None:
    register(tx, lots, submitter=submitter, event=event, binding=binding)


def test_the_first_event_by_which_a_submitter_states_a_lot_stands_for_that_submitter_alone(tx: Connection) -> None:
    say(tx, {UNIT: "L1"}, event=1)
    say(tx, {UNIT: "L2"}, event=2)
    say(tx, {UNIT: "L3"}, submitter="b", event=2)
    assert registered(tx, [UNIT], submitter="a") == {UNIT: Registered("L1", 1, binding=False)}
    assert registered(tx, [UNIT], submitter="b") == {UNIT: Registered("L3", 2, binding=False)}
    assert registered(tx, [UNIT], submitter="c") == {}
    assert stated_lots(tx, [UNIT]) == {UNIT: {"L1", "L3"}}


def test_what_a_file_said_is_its_submitters_to_say_anew(tx: Connection) -> None:
    say(tx, {UNIT: "L1"})
    say(tx, {UNIT: "L2"}, submitter="b")
    say(tx, {UNIT: "L3"})
    assert registered(tx, [UNIT], submitter="a") == {UNIT: Registered("L3", None, binding=False)}
    say(tx, {UNIT: "L3"}, event=1)
    assert registered(tx, [UNIT], submitter="a") == {UNIT: Registered("L3", 1, binding=False)}
    assert registered(tx, [UNIT], submitter="b") == {UNIT: Registered("L2", None, binding=False)}


def test_others_go_by_the_first_binding_statement_and_by_no_other(tx: Connection) -> None:
    say(tx, {UNIT: "EVIL"}, submitter="z", event=1)
    say(tx, {UNIT: "EVIL"}, submitter="y")
    assert binding_lots(tx, [UNIT]) == {}
    for submitter in "ab":
        say(tx, {UNIT: "L"}, submitter=submitter, event=1, binding=True)
        assert binding_lots(tx, [UNIT]) == {UNIT: "L"}
    say(tx, {UNIT: "M"}, submitter="0", event=2, binding=True)
    assert binding_lots(tx, [UNIT]) == {UNIT: "L"}


def test_the_same_lot_said_again_in_a_binding_way_binds_and_another_lot_does_not(tx: Connection) -> None:
    say(tx, {UNIT: "L"}, event=1)
    say(tx, {UNIT: "M"}, event=2, binding=True)
    assert binding_lots(tx, [UNIT]) == {}
    say(tx, {UNIT: "L"}, event=2, binding=True)
    say(tx, {UNIT: "L"}, event=1)
    assert registered(tx, [UNIT], submitter="a") == {UNIT: Registered("L", 2, binding=True)}


def test_what_an_event_said_is_forgotten_with_it_and_the_rest_is_not(tx: Connection) -> None:
    say(tx, {UNIT: "L1"}, event=1)
    say(tx, {UNIT + "2": "L1"}, event=2)
    release(tx, [1])
    assert list(registered(tx, [UNIT, UNIT + "2"], submitter="a")) == [UNIT + "2"]


def test_more_units_than_a_statement_has_parameters_are_kept_and_found(tx: Connection) -> None:
    lots = {f"{UNIT}{at}": "L" for at in range(1_201)}
    say(tx, lots)
    say(tx, lots, event=1, binding=True)
    assert {unit: found.event for unit, found in registered(tx, lots, submitter="a").items()} == dict.fromkeys(lots, 1)
    assert binding_lots(tx, lots) == lots


def test_a_file_is_found_by_its_hash_and_its_submitter_only(tx: Connection) -> None:
    file = SerialFile(b"\1" * 32, ("01/09521234200024/10/L/21/B", "01/09521234200024/10/L/21/A"), 3, 1)
    insert_file(tx, file, submitter="a", now=1)
    assert find_file(tx, "a", b"\1" * 32) == file
    assert find_file(tx, "b", b"\1" * 32) is None
    assert find_file(tx, "a", b"\2" * 32) is None
