"""Acts as stored: the same ask once, one subject in order, states by compare-and-set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from certs.staple import Status
from gateway.store import acts
from gateway.store.errors import StateMoved
from tests.member_line import Bench, leaf_ask, open_bench, vote_ask
from tests.world import MEMBER, OTHER_MEMBER

BLOCK = {"block_number": 7, "block_hash": bytes(32)}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened


def move(bench: Bench, act: int, *states: str) -> None:
    for before, after in pairwise(states):
        columns = BLOCK if after == "included" else {"refusal": "X"} if after in ("refused", "failed") else {}
        with bench.database.write() as tx:
            acts.move(tx, act, source=(before,), to=after, now=bench.clock, **columns)


@pytest.mark.parametrize("way", [("queued",), ("queued", "signed"), ("queued", "signed", "included")])
def test_the_same_ask_is_the_same_act_while_it_is_on_its_way(bench: Bench, way: tuple[str, ...]) -> None:
    first = bench.ask(leaf_ask(Status.SUSPENDED))
    move(bench, first, *way)
    assert bench.ask(leaf_ask(Status.SUSPENDED), by="another key") == first
    assert bench.act(first).asked_by == "key"


@pytest.mark.parametrize("way", [("queued", "refused"), ("queued", "signed", "failed"), ("queued", "included", "final")])
def test_the_same_ask_of_a_settled_act_is_another_act(bench: Bench, way: tuple[str, ...]) -> None:
    first = bench.ask(leaf_ask(Status.SUSPENDED))
    move(bench, first, *way)
    assert bench.ask(leaf_ask(Status.SUSPENDED)) != first


def test_what_is_asked_for_again_after_something_else_is_another_act(bench: Bench) -> None:
    """Suspend, lift, suspend: the last must stand, so it is not the first."""
    first = bench.ask(leaf_ask(Status.SUSPENDED))
    bench.ask(leaf_ask(Status.ACTIVE))
    assert bench.ask(leaf_ask(Status.SUSPENDED)) not in (first, None)
    assert len(bench.act_states()) == 3


def test_asks_of_another_member_subject_or_content_are_others(bench: Bench) -> None:
    asked = leaf_ask(Status.SUSPENDED)
    ids = {
        bench.ask(one)
        for one in (asked, replace(asked, member=OTHER_MEMBER), leaf_ask(Status.SUSPENDED, index=1), replace(asked, data=b"x"))
    }
    assert len(ids) == 4


def test_only_the_oldest_unsettled_act_of_a_subject_is_ready(bench: Bench) -> None:
    first, second = bench.ask(leaf_ask(Status.SUSPENDED)), bench.ask(leaf_ask(Status.ACTIVE))
    other = bench.ask(vote_ask("approve", 1))
    bench.ask(replace(leaf_ask(Status.REVOKED), member=OTHER_MEMBER))

    def ready() -> list[int]:
        with bench.database.read() as tx:
            return [act.id for act in acts.ready(tx, MEMBER, limit=9)]

    assert ready() == [first, other]
    move(bench, first, "queued", "signed")
    assert ready() == [other]
    move(bench, first, "signed", "included")
    assert ready() == [second, other]


def test_a_state_is_left_only_by_who_read_it(bench: Bench) -> None:
    act = bench.ask(leaf_ask(Status.SUSPENDED))
    move(bench, act, "queued", "signed")
    with pytest.raises(StateMoved) as moved:
        move(bench, act, "queued", "signed")
    assert (moved.value.code, moved.value.field) == ("store.act.state", str(act))


def test_the_first_time_of_being_final_is_kept(bench: Bench) -> None:
    act = bench.ask(leaf_ask(Status.SUSPENDED))
    move(bench, act, "queued", "signed", "included", "final")
    first, bench.clock = bench.clock, bench.clock + 50
    with bench.database.write() as tx:
        acts.move(tx, act, source=("final",), to="signed", now=bench.clock, block_number=None, block_hash=None)
    move(bench, act, "signed", "included", "final")
    assert (bench.act(act).final_at, bench.act(act).changed_at) == (first, bench.clock)


@pytest.mark.parametrize(
    "edit",
    [
        "update acts set state = 'final'", "update acts set state = 'refused'", "update acts set refusal = 'X'",
        "update acts set kind = 'anchor'", "update acts set state = 'open'", "update acts set block_number = 1",
        "insert into attempts values (zeroblob(32), 'status', null, null, zeroblob(20), 0, x'00', 0)",
        "insert into attempts values (zeroblob(32), 'fill', null, 1, zeroblob(20), 0, x'00', 0)",
        "insert into attempts values (zeroblob(32), 'anchor', null, 1, zeroblob(20), 0, x'00', 0)",
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_is_refused_by_the_database(bench: Bench, edit: str) -> None:
    bench.ask(leaf_ask(Status.SUSPENDED))
    with pytest.raises(IntegrityError):
        bench.run(edit)


def test_links_are_of_the_newest_final_act_only(bench: Bench) -> None:
    asked = replace(leaf_ask(Status.SUPERSEDED), successor="SHFS-COM-2-0-X", content='{"number":"SHFS-COM-1-0-R"}')

    def links() -> tuple[str | None, list[str]]:
        with bench.database.read() as tx:
            return acts.successor_of(tx, MEMBER, "leaf 1 0"), acts.superseded_by(tx, "SHFS-COM-2-0-X")

    act = bench.ask(asked)
    assert links() == (None, [])
    move(bench, act, "queued", "signed", "included", "final")
    assert links() == ("SHFS-COM-2-0-X", ["SHFS-COM-1-0-R"])
    lifted = bench.ask(leaf_ask(Status.ACTIVE))
    assert links()[0] == "SHFS-COM-2-0-X"
    move(bench, lifted, "queued", "signed", "included", "final")
    assert links() == (None, [])
