"""Batches: compare-and-set, gapless reading, and paths out of the stored tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from certs.merkle import path_from, tree_levels
from certs.suites import hash_function
from gateway.store import batches
from gateway.store.batches import Closing
from gateway.store.errors import StateMoved
from tests.member_line import Bench, open_bench
from tests.world import MEMBER


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened


def closing(ids: list[int], seq: int = 1, *, leaves: int | None = None) -> Closing:
    h = hash_function(1)
    levels = tree_levels([h(bytes([at])) for at in range(leaves or len(ids))], h)
    return Closing(
        member=MEMBER,
        seq=seq,
        root=levels[-1][0],
        scope=2**63 | 1,
        suite=1,
        tree=b"".join(node for level in levels for node in level),
        event_ids=ids,
    )


def test_a_closed_batch_reads_back_as_it_was_written(bench: Bench) -> None:
    ids = bench.accept(3)
    with bench.database.write() as tx:
        batch_id = batches.close(tx, closing(ids), now=77)
    with bench.database.read() as tx:
        batch = batches.by_id(tx, batch_id)
        assert batch == batches.by_seq(tx, MEMBER, 1)
        assert (batch.scope, batch.size, batch.closed_at, batch.changed_at) == (2**63 | 1, 3, 77, 77)
        assert (batch.block_hash, batch.block_number, batch.transaction_hash) == (None, None, None)
    assert bench.event_states() == ["closed"] * 3


def test_an_event_that_is_not_open_cannot_be_closed(bench: Bench) -> None:
    ids = bench.accept(2)
    bench.run("update events set state = 'kept' where id = ?", ids[0])
    with pytest.raises(StateMoved), bench.database.write() as tx:
        batches.close(tx, closing(ids), now=0)
    assert (bench.event_states(), bench.states()) == (["kept", "open"], [])


def test_an_event_of_another_member_cannot_be_closed(bench: Bench) -> None:
    ids = bench.accept(1)
    bench.run("update events set member = 'X'")
    with pytest.raises(StateMoved), bench.database.write() as tx:
        batches.close(tx, closing(ids), now=0)


def test_a_seq_is_closed_once(bench: Bench) -> None:
    first, second = bench.accept(2)
    with bench.database.write() as tx:
        batches.close(tx, closing([first]), now=0)
    with pytest.raises(IntegrityError), bench.database.write() as tx:
        batches.close(tx, closing([second]), now=0)


def test_a_state_is_left_only_from_where_the_caller_read_it(bench: Bench) -> None:
    ids = bench.accept(1)
    with bench.database.write() as tx:
        batch_id = batches.close(tx, closing(ids), now=0)
    with bench.database.write() as tx:
        batches.move(tx, batch_id, source=("closed",), to="signed", now=5)
    with pytest.raises(StateMoved) as moved, bench.database.write() as tx:
        batches.move(tx, batch_id, source=("closed", "included"), to="final", now=6)
    assert moved.value.code == "store.batch.state"
    with bench.database.read() as tx:
        assert (batches.by_id(tx, batch_id).state, batches.by_id(tx, batch_id).changed_at) == ("signed", 5)


def test_batches_come_in_the_order_of_their_seq(bench: Bench) -> None:
    for seq, event in zip((3, 1, 2), bench.accept(3), strict=True):
        with bench.database.write() as tx:
            batches.close(tx, closing([event], seq), now=0)
    with bench.database.read() as tx:
        assert [batch.seq for batch in batches.in_states(tx, MEMBER, "closed", limit=2)] == [1, 2]
        assert [batch.seq for batch in batches.newest_in(tx, MEMBER, "closed", limit=2)] == [3, 2]
        assert batches.in_states(tx, MEMBER, "signed", limit=2) == []
        assert batches.in_states(tx, "X", "closed", limit=2) == []
        assert (batches.last_seq(tx, MEMBER), batches.last_seq(tx, "X")) == (3, 0)


@pytest.mark.parametrize("size", [*range(1, 18), 31, 33])
def test_a_path_read_from_the_stored_tree_is_the_tree_s_own(bench: Bench, size: int) -> None:
    ids = bench.accept(size)
    plan = closing(ids)
    with bench.database.write() as tx:
        batch_id = batches.close(tx, plan, now=0)
    h = hash_function(1)
    levels = tree_levels([h(bytes([at])) for at in range(size)], h)
    with bench.database.read() as tx:
        for index in range(size):
            assert batches.path(tx, batch_id, size=size, index=index) == path_from(levels, index)


def test_open_records_keep_the_order_asked_for_across_many(bench: Bench) -> None:
    ids = bench.accept(1_100)[::-1]
    with bench.database.read() as tx:
        assert [record.id for record in batches.open_records(tx, ids)] == ids


def test_a_record_that_is_no_longer_open_is_not_read(bench: Bench) -> None:
    ids = bench.accept(2)
    bench.run("update events set state = 'kept' where id = ?", ids[1])
    with bench.database.read() as tx, pytest.raises(StateMoved):
        batches.open_records(tx, ids)


def test_what_waits_is_counted_by_the_oldest_event_s_suite(bench: Bench) -> None:
    bench.accept(2, suite=2)
    bench.clock += 10
    bench.accept(3, first=2, suite=1)
    with bench.database.read() as tx:
        waiting = batches.waiting(tx, MEMBER)
        assert waiting == batches.OpenEvents(2, bench.clock - 10, 2)
        assert batches.open_ids(tx, MEMBER, 2, limit=10) == [1, 2]
        assert batches.open_ids(tx, MEMBER, 1, limit=2) == [3, 4]
        assert batches.waiting(tx, "X") is None
