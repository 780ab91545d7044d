"""A person's decision about a halted batch: the chain's is accepted, ours waits again, and the line goes on above it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from certs.canonical import canonical
from certs.staple import Status
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Finding, Report
from gateway.fsck.run import audit
from gateway.pipeline.adopt import NotAdoptable, adopt, dispute_at
from gateway.pipeline.close import close_batch
from gateway.rendering import certificate
from gateway.store import adoptions, batches, certificates
from gateway.store.errors import StateMoved
from gateway.store.tables import attempts, corrections
from gateway.trust import current_bundle
from tests.member_line import Bench, leaf_ask
from tests.unit.gateway.pipeline.test_correct import say
from tests.unit.gateway.pipeline.test_follow import issued_bench
from tests.world import MEMBER

FOREIGN = b"\7" * 32
BY = "op@host"


def halted(bench: Bench, *, more: int = 0) -> None:
    """Three events in a signed batch, whose place another hand has taken; `more` events wait."""
    bench.accept(3)
    bench.chain.swallow = 10**6
    with bench.worker() as worker:
        worker.step()
        bench.chain.write_head(MEMBER, 1, root=FOREIGN, size=2)
        bench.accept(more, first=10)
        worker.step()
    bench.chain.swallow = 0
    assert bench.states() == ["halted"]


def decided(bench: Bench, seq: int = 1) -> Any:
    line = bench.line()
    return adopt(line, dispute_at(line, seq), by=BY)


def goes_on(bench: Bench) -> None:
    bench.clock += 5
    with bench.worker() as worker:
        bench.settle(worker, rounds=30)
        assert worker.alarms == {}


def refused(bench: Bench, seq: int) -> str:
    with pytest.raises(NotAdoptable) as error:
        dispute_at(bench.line(), seq)
    return error.value.code


def heads_that_differ(bench: Bench) -> list[tuple[str, str]]:
    found: list[Finding] = []
    consortium = bench.line().consortium
    audit(bench.database, Expected(consortium=consortium, hosts=(), served=[MEMBER]), bench.chain, Report(found.append))
    return [(f.table, f.what) for f in found if f.table in ("batches", "adoptions", "attempts", "certificates", "evidence")]


def test_our_events_get_a_later_seq_and_every_one_its_certificate(bench: Bench) -> None:
    halted(bench, more=1)
    adoption = decided(bench)
    assert (adoption.requeued, adoption.withdrawn, adoption.batch_id) == (3, 0, 1)
    assert bench.event_states() == ["open"] * 4
    goes_on(bench)
    assert (bench.seqs(), bench.states()) == ([1, 2], ["halted", "issued"])
    bundle = load_bundle(canonical(current_bundle(bench.chain, bench.line().consortium)))
    assert len(bench.numbers()) == 4
    for number in bench.numbers():
        made = certificate(bench.database, number, "public")
        assert verify(canonical(made), bundle, now=bench.clock).verdict is Verdict.AUTHENTIC
    assert heads_that_differ(bench) == []


def test_who_decided_what_and_when_is_kept_and_said(bench: Bench) -> None:
    halted(bench)
    bench.log.lines.clear()
    decided(bench)
    with bench.database.read() as tx:
        kept = adoptions.find(tx, MEMBER, 1)
    assert kept is not None
    assert (kept.adopted_by, kept.adopted_at, kept.root, kept.size) == (BY, bench.clock, FOREIGN, 2)
    assert (kept.signer, kept.nonce) == (bench.line().signer_bytes, 0)
    assert bench.log.events() == ["batch.adopted"]


def test_what_was_signed_for_the_halted_batch_is_kept(bench: Bench) -> None:
    """Its bytes may still be mined, and then they fail: the place is taken."""
    halted(bench)
    decided(bench)
    with bench.database.read() as tx:
        assert list(tx.execute(select(attempts.c.batch_id)).scalars()) == [1]
    goes_on(bench)
    assert bench.nonces() == [0, 1]


def test_certificates_of_a_batch_that_a_rewind_took_are_withdrawn(bench: Bench) -> None:
    issued_bench(bench, 1)
    (number,) = bench.numbers()
    bench.chain.rewind(3, forget=True)
    bench.chain.write_head(MEMBER, 1, root=FOREIGN)
    with bench.worker() as worker:
        worker.step()
        worker.step()
    assert bench.states() == ["halted"]
    with bench.database.read() as tx:
        assert certificates.rewound(tx)
        assert batches.any_halted(tx)
    assert decided(bench).withdrawn == 1
    with bench.database.read() as tx:
        assert certificates.find(tx, number) is None
        assert not certificates.rewound(tx)  # staples are given again
        assert not batches.any_halted(tx)
    goes_on(bench)
    assert (bench.states(), len(bench.numbers())) == (["halted", "issued"], 1)
    assert bench.numbers() != [number]
    assert heads_that_differ(bench) == []


def test_batches_closed_ahead_of_the_halted_one_go_on_at_their_places(bench: Bench) -> None:
    bench.accept(1)
    bench.chain.swallow = 10**6
    with bench.worker() as worker:
        worker.step()
        bench.accept(1, first=1)
        worker.step()
        bench.chain.write_head(MEMBER, 1, root=FOREIGN)
        worker.step()
    bench.chain.swallow = 0
    assert bench.states() == ["halted", "signed"]
    decided(bench)
    goes_on(bench)
    assert (bench.seqs(), bench.states()) == ([1, 2, 3], ["halted", "issued", "issued"])
    assert bench.chain.anchored_seqs() == [2, 3]


def test_a_batch_that_the_store_forgot_is_accepted_and_closes_the_gap(bench: Bench) -> None:
    bench.accept(2)
    bench.keep("old.db")
    with bench.worker() as worker:
        bench.settle(worker)
    bench.put_back("old.db")
    goes_on(bench)
    assert bench.seqs() == [2]
    assert set(heads_that_differ(bench)) == {("batches", "batch.gap")}
    adoption = decided(bench)
    assert (adoption.batch_id, adoption.requeued) == (None, 0)
    assert heads_that_differ(bench) == []


def test_corrections_that_rested_on_the_old_place_are_due_again(bench: Bench) -> None:
    say(bench, "98 head", event_id="urn:x:a")
    say(bench, "98 head, wrong", event_id="urn:x:a", corrects_with=["urn:x:b"])
    say(bench, "100 head", event_id="urn:x:b")
    with bench.worker() as worker:
        bench.settle(worker, rounds=40)
    bench.chain.rewind(3, forget=True)
    bench.chain.write_head(MEMBER, 1, root=FOREIGN, size=3)
    with bench.worker() as worker:
        worker.step()
        worker.step()
    assert decided(bench).withdrawn == 3
    with bench.database.read() as tx:
        assert list(tx.execute(select(corrections.c.act_id)).scalars()) == [None]


def test_acts_that_name_the_batch_or_its_leaves_are_shown(bench: Bench) -> None:
    halted(bench)
    first, _, third = (bench.ask(leaf_ask(Status.SUSPENDED, seq=seq, index=at)) for seq, at in ((1, 0), (11, 0), (1, 2)))
    assert dispute_at(bench.line(), 1).acts == (first, third)


# --- what is no decision


def test_a_batch_whose_place_is_empty_or_ours_again_goes_on_where_it_was(bench: Bench) -> None:
    halted(bench)
    bench.chain.rewind(3, forget=True)
    assert dispute_at(bench.line(), 1).goes_on
    assert decided(bench) is None
    goes_on(bench)
    assert (bench.seqs(), bench.states(), bench.chain.anchored_seqs()) == ([1], ["issued"], [1])
    bench.run("update batches set state = 'halted', transaction_hash = null, block_number = null, block_hash = null")
    assert decided(bench) is None
    goes_on(bench)
    assert bench.states() == ["issued"]


def test_only_a_halted_or_forgotten_place_is_decided_and_only_once(bench: Bench) -> None:
    assert refused(bench, 1) == "adopt.absent"
    halted(bench)
    decided(bench)
    assert refused(bench, 1) == "adopt.settled"
    goes_on(bench)
    assert refused(bench, 2) == "adopt.own"


def test_a_head_that_is_not_endorsed_yet_is_not_accepted(bench: Bench) -> None:
    bench.chain.world.seals = 4
    halted(bench)
    assert refused(bench, 1) == "adopt.unendorsed"


def test_what_changed_since_it_was_shown_is_not_decided(bench: Bench) -> None:
    halted(bench)
    line = bench.line()
    dispute = dispute_at(line, 1)
    bench.chain.rewind(3, forget=True)
    bench.chain.write_head(MEMBER, 1, root=b"\x08" * 32)
    with pytest.raises(NotAdoptable, match="moved"):
        adopt(line, dispute, by=BY)
    again = dispute_at(line, 1)
    bench.run("update batches set state = 'signed'")
    with pytest.raises(StateMoved):
        adopt(line, again, by=BY)
    assert bench.event_states() == ["closed"] * 3


def test_two_decisions_at_once_make_one(bench: Bench) -> None:
    halted(bench)
    line = bench.line()
    dispute = dispute_at(line, 1)
    adopt(line, dispute, by=BY)
    with pytest.raises(StateMoved):
        adopt(line, dispute, by=BY)
    assert bench.event_states() == ["open"] * 3


def test_a_halted_line_closes_nothing_until_it_is_decided(bench: Bench) -> None:
    halted(bench, more=1)
    assert not close_batch(bench.line())
    decided(bench)
    assert close_batch(bench.line())


def test_an_adopted_head_that_the_chain_loses_or_an_event_that_comes_back_is_found(bench: Bench) -> None:
    halted(bench)
    decided(bench)
    assert heads_that_differ(bench) == []
    bench.run("update events set state = 'closed', batch_id = 1, leaf_index = 0 where id = 1")
    assert heads_that_differ(bench) == [("batches", "batch.adopted")]
    bench.run("update events set state = 'open', batch_id = null, leaf_index = null where id = 1")
    bench.run("update adoptions set size = 3")
    assert heads_that_differ(bench) == [("adoptions", "chain.adopted")]
