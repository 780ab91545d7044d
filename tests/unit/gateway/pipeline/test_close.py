"""open → closed: when a batch closes, what it commits to, and what keeps events open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from certs.merkle import root_of
from certs.suites import hash_function
from certs.times import format_time
from gateway.pipeline.close import close_batch
from gateway.pipeline.errors import Held
from gateway.pipeline.line import Pace
from gateway.store import batches as stored
from gateway.store.errors import RowEdited
from gateway.store.events import insert_event
from gateway.store.tables import events
from tests.member_line import Bench, event_of
from tests.world import MEMBER


def leaves_in_order(bench: Bench) -> list[bytes]:
    with bench.database.read() as tx:
        return list(tx.execute(select(events.c.leaf).where(events.c.state == "closed").order_by(events.c.leaf_index)).scalars())


def batch(bench: Bench, seq: int = 1) -> stored.Batch:
    with bench.database.read() as tx:
        found = stored.by_seq(tx, MEMBER, seq)
    assert found is not None
    return found


def test_the_root_is_over_the_leaves_in_their_stored_order(bench: Bench) -> None:
    bench.accept(5)
    assert close_batch(bench.line())
    closed = batch(bench)
    assert (closed.state, closed.seq, closed.size, closed.suite) == ("closed", 1, 5, 1)
    assert closed.root == root_of(leaves_in_order(bench), hash_function(1))


def test_leaves_are_shuffled_by_the_given_hand(bench: Bench) -> None:
    ids = bench.accept(4)
    assert close_batch(bench.line(shuffle=list.reverse))
    with bench.database.read() as tx:
        order = list(tx.execute(select(events.c.id).order_by(events.c.leaf_index)).scalars())
    assert order == ids[::-1]


def test_the_scope_is_the_union_of_the_events(bench: Bench) -> None:
    bench.accept(1)
    with bench.database.write() as tx:
        insert_event(tx, event_of("milk", bench.clock, 1 << 7 | 1 << 34, **{"class": "dairy", "stage": "production"}))
    close_batch(bench.line())
    assert batch(bench).scope == 1 << 1 | 1 << 33 | 1 << 7 | 1 << 34


def test_nothing_waiting_closes_nothing(bench: Bench) -> None:
    assert not close_batch(bench.line())


def test_a_young_half_full_batch_waits_and_an_old_one_closes(bench: Bench) -> None:
    bench.pace = Pace(batch_events=3, batch_age_s=60)
    bench.accept(2)
    bench.clock += 59
    assert not close_batch(bench.line())
    bench.clock += 1
    assert close_batch(bench.line())


def test_events_of_before_the_clock_was_set_back_do_not_wait_for_it(bench: Bench) -> None:
    bench.pace = Pace(batch_events=3, batch_age_s=60)
    bench.accept(2)
    bench.clock -= 86_400
    assert close_batch(bench.line())


def test_a_full_batch_closes_at_once_and_leaves_the_rest(bench: Bench) -> None:
    bench.pace = Pace(batch_events=3, batch_age_s=60)
    bench.accept(3)
    line = bench.line()
    assert close_batch(line)
    bench.accept(4, first=3)
    assert close_batch(line)
    assert not close_batch(line)
    assert bench.event_states() == ["closed"] * 6 + ["open"]


def test_a_batch_has_one_suite(bench: Bench) -> None:
    bench.accept(2, first=0, suite=2)
    bench.accept(2, first=2, suite=1)
    line = bench.line()
    assert close_batch(line)
    assert close_batch(line)
    assert [(batch(bench, seq).suite, batch(bench, seq).size) for seq in (1, 2)] == [(2, 2), (1, 2)]


def test_events_that_are_kept_are_never_closed(bench: Bench) -> None:
    (row,) = bench.accept(1)
    bench.run("update events set state = 'kept' where id = ?", row)
    assert not close_batch(bench.line())


def test_only_so_many_batches_run_ahead_of_the_chain(bench: Bench) -> None:
    bench.pace = Pace(batch_events=1, batch_age_s=0, ahead=3)
    bench.accept(5)
    line = bench.line()
    assert [close_batch(line) for _ in range(5)] == [True, True, True, False, False]
    assert bench.seqs() == [1, 2, 3]


def test_a_refusal_of_the_contract_keeps_events_open(bench: Bench) -> None:
    bench.accept(2)
    bench.chain.refuse = "AnchoringIsPaused"
    with pytest.raises(Held) as held:
        close_batch(bench.line())
    assert (held.value.code, held.value.field) == ("pipeline.anchor.refused", "AnchoringIsPaused")
    assert (bench.event_states(), bench.states()) == (["open", "open"], [])


@pytest.mark.parametrize("name", ["AnchorAlreadySet", "AnchorOutOfOrder"])
def test_a_chain_that_moved_between_two_questions_is_asked_again_without_an_alarm(bench: Bench, name: str) -> None:
    bench.accept(1)
    bench.chain.refuse = name
    assert not close_batch(bench.line())
    assert bench.event_states() == ["open"]


def test_a_signer_of_nobody_closes_nothing(bench: Bench) -> None:
    bench.accept(1)
    bench.chain.members.clear()
    with pytest.raises(Held, match="SignerNotActing"):
        close_batch(bench.line())
    assert bench.event_states() == ["open"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ("public_body = replace(public_body, 'pork', 'beef')", "store.event.leaf"),
        ("bureaus_body = x'7b7d'", "store.event.leaf"),
        ("submitter_salt = zeroblob(32)", "store.event.leaf"),
        ("leaf = zeroblob(32)", "store.event.leaf"),
        ("scope = x'ffffffffffffffff'", "store.event.scope"),
        ("suite = 2", "store.event.leaf"),
    ],
)
def test_an_edited_row_is_noticed_before_closing_and_named(bench: Bench, edit: str, code: str) -> None:
    (_, edited) = bench.accept(2)
    edit = edit.replace("replace(public_body", "cast(replace(cast(public_body as text)").replace("'beef')", "'beef') as blob)")
    bench.run(f"update events set {edit} where id = ?", edited)
    bench.run("update events set suite = ? where id <> ?", 2 if "suite" in edit else 1, edited)
    with pytest.raises(RowEdited) as noticed:
        close_batch(bench.line())
    assert noticed.value.code == code
    assert noticed.value.field in ("1", "2")
    assert (bench.event_states(), bench.states()) == (["open", "open"], [])


def test_an_event_moved_to_another_member_by_hand_is_noticed(bench: Bench) -> None:
    (row,) = bench.accept(1)
    bench.run("update events set member = 'X' where id = ?", row)
    with pytest.raises(RowEdited) as noticed:
        close_batch(bench.line(member="X"))
    assert noticed.value.code == "store.event.member"


def test_a_row_edited_between_planning_and_closing_is_noticed(bench: Bench) -> None:
    """The closing transaction hashes what it reads, not what was read before the chain was asked."""
    (row,) = bench.accept(1)

    class Editing:
        def call(self, method: str, params: Sequence[Any] = ()) -> Any:
            bench.run("update events set submitter_body = x'7b7d' where id = ?", row)
            return bench.chain.call(method, params)

        def batch(self, calls: Any) -> list[Any]:
            return bench.chain.batch(calls)

    with pytest.raises(RowEdited):
        close_batch(bench.line(rpc=Editing()))
    assert (bench.event_states(), bench.states()) == (["open"], [])


def test_seq_goes_on_from_the_chain_when_the_store_is_behind(bench: Bench) -> None:
    bench.chain.write_head(MEMBER, 1, root=b"\1" * 32)
    bench.chain.write_head(MEMBER, 2, root=b"\2" * 32)
    bench.accept(1)
    assert close_batch(bench.line())
    assert bench.seqs() == [3]
    assert "pipeline.chain.ahead" in bench.log.events()


def test_seq_goes_on_from_the_store_when_the_chain_is_behind(bench: Bench) -> None:
    bench.pace = Pace(batch_events=1, batch_age_s=0)
    bench.accept(3)
    line = bench.line()
    for _ in range(3):
        assert close_batch(line)
    assert bench.seqs() == [1, 2, 3]
    assert "pipeline.chain.ahead" not in bench.log.events()


def test_a_halted_line_closes_nothing(bench: Bench) -> None:
    bench.accept(1)
    line = bench.line()
    close_batch(line)
    bench.run("update batches set state = 'halted'")
    bench.accept(1, first=9)
    assert not close_batch(line)


def test_an_event_ahead_of_the_chain_s_clock_waits_and_holds_nothing_back(bench: Bench) -> None:
    bench.accept(2)
    chain_time = bench.chain.world.blocks[-1].time
    with bench.database.write() as tx:
        insert_event(tx, event_of("ahead", bench.clock, time=format_time(chain_time + 301)))
        insert_event(tx, event_of("just in time", bench.clock, time=format_time(chain_time + 300)))
    line = bench.line()
    assert close_batch(line)
    assert (batch(bench).size, bench.event_states().count("open")) == (3, 1)
    assert "pipeline.event.ahead" in bench.log.events()
    assert not close_batch(line)
    bench.chain.mine()  # a second later
    assert close_batch(line)
    assert bench.event_states().count("open") == 0


def test_an_edited_body_that_is_not_even_json_is_an_edited_row_and_not_a_crash(bench: Bench) -> None:
    bench.accept(1)
    bench.run("update events set public_body = ?", b"{")
    with pytest.raises(RowEdited):
        close_batch(bench.line())
    assert bench.event_states() == ["open"]
