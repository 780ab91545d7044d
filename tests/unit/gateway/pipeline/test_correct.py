"""Corrections: the wrong event's certificate is superseded by the corrective event's, once, and only when that is possible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from certs.assemble import file_of
from certs.canonical import canonical
from certs.staple import Status
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.acts.statuses import CORRECTED
from gateway.pipeline.correct import queue_corrections
from gateway.pipeline.errors import Held
from gateway.rendering import certificate
from gateway.staples import Staples
from gateway.store import acts, corrections, tables
from gateway.store.errors import StateMoved
from gateway.store.events import insert_event
from gateway.trust import current_bundle
from tests.fake_contracts import STATUS
from tests.member_line import Bench, event_of, leaf_ask
from tests.world import MEMBER, SUBMITTER

OTHER = "91310118TE5T00032K"


def say(bench: Bench, text: str, *, event_id: str, submitter: str = SUBMITTER, corrects_with: list[str] | None = None) -> int:
    """An accepted event; with `corrects_with` it declares the event of its eventID wrong."""
    if not bench.event_states():
        bench.accept(0)  # the capture that events refer to
    event = event_of(text, bench.clock, submitter=submitter)
    event = replace(event, event_id=event_id, submitter=submitter, declares=corrects_with is not None)
    with bench.database.write() as tx:
        row = insert_event(tx, event)
        corrections.declare(tx, row, member=MEMBER, submitter=submitter, wrong_id=event_id, corrective_ids=corrects_with or [])
    return row


def run(bench: Bench) -> None:
    with bench.worker() as worker:
        bench.settle(worker, rounds=40)


def numbers(bench: Bench) -> dict[int, str]:
    with bench.database.read() as tx:
        return {row.event: row.number for row in tx.execute(select(tables.certificates))}


def links(bench: Bench) -> list[tuple[str, str]]:
    """(wrong, successor) of every act, by the numbers people know."""
    with bench.database.read() as tx:
        rows = tx.execute(select(tables.acts).order_by(tables.acts.c.id))
        return [(superseded, row.successor) for row in rows for superseded in acts.superseded_by(tx, row.successor)]


def verdict(bench: Bench, number: str) -> Verdict:
    consortium = bench.line().consortium
    staple = Staples(bench.database, bench.chain, consortium, monotonic=lambda: 0.0).current(number)
    made = certificate(bench.database, number, "public")
    assert made is not None
    bundle = load_bundle(canonical(current_bundle(bench.chain, consortium)))
    return verify(canonical(file_of(made, staple=staple)), bundle, now=bench.clock).verdict


def the_three(bench: Bench, order: str) -> dict[str, int]:
    """The wrong event, its declaration and the right one, stored in this order; their row ids."""
    makes = {
        "w": lambda: say(bench, "98 head", event_id="urn:x:a"),
        "d": lambda: say(bench, "98 head, wrong", event_id="urn:x:a", corrects_with=["urn:x:b"]),
        "r": lambda: say(bench, "100 head", event_id="urn:x:b"),
    }
    return {letter: makes[letter]() for letter in order}


@pytest.mark.parametrize("order", ["rdw", "dwr", "drw"])
def test_a_declaration_that_stands_before_the_event_calls_nothing_wrong(bench: Bench, order: str) -> None:
    """Intake takes none; declared beforehand, an event would get round what is counted of it."""
    rows = the_three(bench, order)
    run(bench)
    given = numbers(bench)
    assert bench.act_states() == []
    assert {verdict(bench, given[row]) for row in rows.values()} == {Verdict.VALID}


@pytest.mark.parametrize("order", ["wdr", "wrd", "rwd"])
def test_in_whatever_order_the_three_come_in_one_batch_the_wrong_one_is_superseded(bench: Bench, order: str) -> None:
    rows = the_three(bench, order)
    run(bench)
    given = numbers(bench)
    assert bench.act_states() == ["final"]
    assert links(bench) == [(given[rows["w"]], given[rows["r"]])]
    assert verdict(bench, given[rows["w"]]) is Verdict.SUPERSEDED
    assert verdict(bench, given[rows["r"]]) is Verdict.VALID
    assert verdict(bench, given[rows["d"]]) is Verdict.VALID


def test_events_of_later_batches_correct_those_of_earlier_ones(bench: Bench) -> None:
    wrong = say(bench, "98 head", event_id="urn:x:a")
    run(bench)
    right = say(bench, "100 head", event_id="urn:x:b")
    run(bench)
    assert bench.act_states() == []
    say(bench, "98 head, wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    run(bench)
    with bench.database.read() as tx:
        (act,) = acts.in_states(tx, MEMBER, "final", limit=9)
    given = numbers(bench)
    assert (act.asked_by, act.successor) == ("correction", given[right])
    assert links(bench) == [(given[wrong], given[right])]
    assert f'"reason":{CORRECTED}' in act.asked


def test_nothing_is_done_while_the_corrective_event_is_unknown_or_not_issued(bench: Bench) -> None:
    say(bench, "98 head", event_id="urn:x:a")
    say(bench, "98 head, wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    run(bench)
    assert not queue_corrections(bench.line())
    say(bench, "100 head", event_id="urn:x:b")
    assert not queue_corrections(bench.line())
    run(bench)
    assert bench.act_states() == ["final"]


def test_an_event_of_another_submitter_corrects_nothing_and_is_not_corrected(bench: Bench) -> None:
    say(bench, "98 head", event_id="urn:x:a")
    say(bench, "mine now", event_id="urn:x:b", submitter=OTHER)
    say(bench, "98 head, wrong", event_id="urn:x:a", submitter=OTHER, corrects_with=["urn:x:b"])
    say(bench, "wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    run(bench)
    assert bench.act_states() == []


def test_a_declaration_is_neither_the_wrong_event_nor_the_right_one(bench: Bench) -> None:
    say(bench, "98 head, wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    say(bench, "100 head, wrong", event_id="urn:x:b", corrects_with=["urn:x:a"])
    run(bench)
    assert bench.act_states() == []


def test_the_first_named_of_several_corrective_events_is_the_successor(bench: Bench) -> None:
    say(bench, "98 head", event_id="urn:x:a")
    say(bench, "wrong", event_id="urn:x:a", corrects_with=["urn:x:nowhere", "urn:x:c", "urn:x:b"])
    say(bench, "50 head", event_id="urn:x:b")
    third = say(bench, "50 more", event_id="urn:x:c")
    run(bench)
    assert [successor for _, successor in links(bench)] == [numbers(bench)[third]]


def test_a_correction_may_be_corrected(bench: Bench) -> None:
    rows = [say(bench, f"{head} head", event_id=f"urn:x:{head}") for head in (98, 100, 99)]
    say(bench, "98 is wrong", event_id="urn:x:98", corrects_with=["urn:x:100"])
    say(bench, "100 is wrong", event_id="urn:x:100", corrects_with=["urn:x:99"])
    run(bench)
    given = [numbers(bench)[row] for row in rows]
    assert sorted(links(bench)) == sorted([(given[0], given[1]), (given[1], given[2])])


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.REVOKED])
def test_a_declaration_does_not_touch_a_status_that_the_member_has_set(bench: Bench, status: Status) -> None:
    wrong = say(bench, "98 head", event_id="urn:x:a")
    run(bench)
    say(bench, "100 head", event_id="urn:x:b")
    run(bench)
    bench.ask(leaf_ask(status, index=place_of(bench, wrong)))
    run(bench)
    say(bench, "98 head, wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    run(bench)
    assert bench.act_states() == ["final"]
    assert verdict(bench, numbers(bench)[wrong]).name == status.name


def test_a_declaration_waits_for_a_status_that_is_on_its_way(bench: Bench) -> None:
    wrong = say(bench, "98 head", event_id="urn:x:a")
    run(bench)
    say(bench, "100 head", event_id="urn:x:b")
    run(bench)
    say(bench, "98 head, wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    bench.ask(leaf_ask(Status.SUSPENDED, index=place_of(bench, wrong)))
    run(bench)
    assert bench.act_states() == ["final"]
    assert verdict(bench, numbers(bench)[wrong]) is Verdict.SUSPENDED


def test_once_the_member_lifts_its_status_the_correction_goes_on(bench: Bench) -> None:
    wrong = say(bench, "98 head", event_id="urn:x:a")
    run(bench)
    say(bench, "100 head", event_id="urn:x:b")
    run(bench)
    bench.ask(leaf_ask(Status.SUSPENDED, index=place_of(bench, wrong)))
    run(bench)
    say(bench, "98 head, wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    run(bench)
    bench.ask(leaf_ask(Status.ACTIVE, index=place_of(bench, wrong)))
    run(bench)
    assert bench.act_states() == ["final", "final", "final"]
    assert verdict(bench, numbers(bench)[wrong]) is Verdict.SUPERSEDED


def test_corrections_that_must_wait_keep_none_behind_them_from_going(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.pipeline.correct.LOOK", 1)
    first = say(bench, "98 head", event_id="urn:x:a")
    second = say(bench, "97 head", event_id="urn:x:c")
    run(bench)
    say(bench, "100 head", event_id="urn:x:b")
    say(bench, "99 head", event_id="urn:x:d")
    run(bench)
    bench.ask(leaf_ask(Status.SUSPENDED, index=place_of(bench, first)))
    run(bench)
    say(bench, "98 is wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    say(bench, "97 is wrong", event_id="urn:x:c", corrects_with=["urn:x:d"])
    run(bench)
    assert bench.act_states() == ["final", "final"]
    assert verdict(bench, numbers(bench)[first]) is Verdict.SUSPENDED
    assert verdict(bench, numbers(bench)[second]) is Verdict.SUPERSEDED


def place_of(bench: Bench, row: int) -> int:
    """The leaf index of an issued event of the first batch."""
    with bench.database.read() as tx:
        return int(tx.execute(select(tables.events.c.leaf_index).where(tables.events.c.id == row)).scalar_one())


def test_an_earlier_certificate_takes_nobody_s_place(bench: Bench) -> None:
    say(bench, "100 head", event_id="urn:x:b")
    run(bench)
    say(bench, "98 head", event_id="urn:x:a")
    say(bench, "wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    run(bench)
    assert bench.act_states() == []


def test_a_member_without_the_right_is_an_alarm_until_it_has_it(bench: Bench) -> None:
    bench.chain.rights[MEMBER] = 15 & ~STATUS
    say(bench, "98 head", event_id="urn:x:a")
    say(bench, "wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    say(bench, "100 head", event_id="urn:x:b")
    run(bench)
    with pytest.raises(Held) as held:
        queue_corrections(bench.line())
    assert held.value.code == "pipeline.correction.right"
    assert bench.act_states() == []
    bench.chain.rights.clear()
    run(bench)
    assert bench.act_states() == ["final"]


def test_a_declaration_has_one_act_even_when_somebody_lifts_its_status_afterwards(bench: Bench) -> None:
    say(bench, "98 head", event_id="urn:x:a")
    say(bench, "wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    say(bench, "100 head", event_id="urn:x:b")
    run(bench)
    assert not queue_corrections(bench.line())
    with pytest.raises(StateMoved), bench.database.write() as tx:
        corrections.settle(tx, 3, 1)


def test_a_declaration_that_comes_while_the_batch_is_being_closed_is_not_missed(bench: Bench) -> None:
    """The order is made for the pairs that are known; a pair more, and nothing is written."""
    from gateway.pipeline.close import close_batch

    say(bench, "98 head", event_id="urn:x:a")
    say(bench, "100 head", event_id="urn:x:b")

    said: list[int] = []

    class Meddling:
        batch = staticmethod(bench.chain.batch)

        def call(self, method: str, params: Any = ()) -> Any:
            if method == "eth_call" and not said:
                said.append(say(bench, "wrong", event_id="urn:x:a", corrects_with=["urn:x:b"]))
            return bench.chain.call(method, params)

    with pytest.raises(StateMoved):
        close_batch(bench.line(rpc=Meddling()))
    assert bench.states() == []
    run(bench)
    assert bench.act_states() == ["final"]
