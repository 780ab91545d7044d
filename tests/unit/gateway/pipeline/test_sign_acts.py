"""queued → signed, refused, recognised: the contract is asked first, and every attempt is saved before it is sent."""

from __future__ import annotations

import pytest
import rlp
from eth_account import Account
from sqlalchemy import select

from certs.staple import Status
from gateway.acts.prospects import PROPOSAL_CHANGED, digest_of
from gateway.acts.statuses import supersede
from gateway.pipeline.errors import Held
from gateway.pipeline.follow_acts import find_included_acts
from gateway.pipeline.sign_acts import sign_acts
from gateway.store.tables import attempts
from tests.fake_contracts import STATUS, FakeProposal
from tests.member_line import Bench, leaf_ask, propose_ask, vote_ask
from tests.world import MEMBER


@pytest.fixture
def anchored(bench: Bench) -> Bench:
    """Two certificates are issued at (1, 0) and (1, 1)."""
    bench.accept(2)
    with bench.worker() as worker:
        bench.settle(worker)
    assert bench.states() == ["issued"]
    return bench


def made(bench: Bench) -> list[tuple[str, int | None, int, bytes, bytes]]:
    with bench.database.read() as tx:
        rows = tx.execute(select(attempts).where(attempts.c.kind != "anchor").order_by(attempts.c.nonce))
        return [(row.kind, row.act_id, row.nonce, *(bytes(rlp.decode(row.raw)[at]) for at in (3, 5))) for row in rows]


def test_bytes_and_nonce_are_saved_before_anything_is_sent(anchored: Bench) -> None:
    sent = len(anchored.chain.sends)
    act = anchored.ask(leaf_ask(Status.SUSPENDED))
    assert sign_acts(anchored.line())
    ((kind, act_id, nonce, to, data),) = made(anchored)
    assert (kind, act_id, nonce, to, data) == ("status", act, 1, anchored.chain.world.registry, anchored.act(act).data)
    assert anchored.act(act).state == "signed"
    assert len(anchored.chain.sends) == sent


def test_a_vote_goes_to_the_consortium(anchored: Bench) -> None:
    anchored.ask(propose_ask(anchored.chain.world.registry))
    assert sign_acts(anchored.line())
    assert made(anchored)[0][3] == anchored.chain.world.consortium


def test_a_status_has_little_gas_and_a_vote_enough_for_the_largest_announcement(anchored: Bench) -> None:
    anchored.ask(leaf_ask(Status.SUSPENDED))
    anchored.ask(vote_ask("freeze", 0))
    sign_acts(anchored.line())
    with anchored.database.read() as tx:
        rows = tx.execute(select(attempts.c.kind, attempts.c.raw).where(attempts.c.kind != "anchor"))
        gas = {row.kind: int.from_bytes(rlp.decode(row.raw)[2], "big") for row in rows}
    assert gas == {"status": anchored.pace.status_gas, "vote": anchored.pace.vote_gas}


def test_acts_of_different_subjects_are_signed_together_and_share_the_nonces_of_anchors(anchored: Bench) -> None:
    anchored.ask(leaf_ask(Status.SUSPENDED))
    anchored.ask(leaf_ask(Status.SUSPENDED, index=1))
    assert sign_acts(anchored.line())
    assert [entry[2] for entry in made(anchored)] == [1, 2]
    assert anchored.nonces() == [0, 1, 2]


def test_a_status_that_came_back_waits_for_a_newer_one_on_its_way(anchored: Bench) -> None:
    """It is queued again by a rewind, and would undo the newer one."""
    older, newer = anchored.ask(leaf_ask(Status.ACTIVE)), anchored.ask(leaf_ask(Status.SUSPENDED))
    anchored.run("update acts set state = 'signed' where id = ?", newer)
    assert not sign_acts(anchored.line())
    assert (anchored.act(older).state, made(anchored)) == ("queued", [])


def test_an_act_waits_for_an_older_one_of_its_subject(anchored: Bench) -> None:
    """Else one that failed and came back would undo what was asked for later."""
    anchored.ask(leaf_ask(Status.SUSPENDED))
    anchored.ask(leaf_ask(Status.ACTIVE))
    line = anchored.line()
    assert sign_acts(line)
    assert not sign_acts(line)
    assert anchored.act_states() == ["signed", "queued"]
    with anchored.worker() as worker:
        anchored.settle(worker)
    assert anchored.act_states() == ["final", "final"]
    assert anchored.chain.contracts._view_leafStatus(MEMBER.encode(), 1, 0)[0][0] == Status.ACTIVE


def test_what_the_contract_refuses_is_refused_by_name_and_burns_no_nonce(anchored: Bench) -> None:
    anchored.chain.rights[MEMBER] = 15 & ~STATUS
    act = anchored.ask(leaf_ask(Status.SUSPENDED))
    assert sign_acts(anchored.line())
    assert (anchored.act(act).state, anchored.act(act).refusal) == ("refused", "StatusRightMissing")
    assert (made(anchored), anchored.act(act).block_number) == ([], None)
    assert not sign_acts(anchored.line())


@pytest.mark.parametrize("error", ["StatusKept", "StatusRevoked", "StatusSuccessorInvalid"])
def test_every_error_of_the_contract_is_kept(anchored: Bench, error: str) -> None:
    anchored.chain.refuse_act = error
    act = anchored.ask(leaf_ask(Status.SUSPENDED))
    sign_acts(anchored.line())
    assert anchored.act(act).refusal == error


def test_a_place_that_the_chain_lost_is_waited_for(anchored: Bench) -> None:
    act = anchored.ask(leaf_ask(Status.SUSPENDED, seq=2))
    with pytest.raises(Held) as held:
        sign_acts(anchored.line())
    assert (held.value.code, held.value.field) == ("pipeline.act.waiting", "StatusPlaceMissing")
    assert (anchored.act(act).state, made(anchored)) == ("queued", [])


def test_an_act_that_waits_holds_no_other_back(anchored: Bench) -> None:
    anchored.ask(leaf_ask(Status.SUSPENDED, seq=2))
    anchored.ask(leaf_ask(Status.SUSPENDED))
    assert sign_acts(anchored.line())
    assert anchored.act_states() == ["queued", "signed"]


def test_a_status_that_stands_as_asked_is_final_without_a_transaction(anchored: Bench) -> None:
    first = anchored.ask(leaf_ask(Status.SUSPENDED))
    with anchored.worker() as worker:
        anchored.settle(worker)
        again = anchored.ask(leaf_ask(Status.SUSPENDED))
        anchored.settle(worker)
    assert again != first
    assert (anchored.act(again).state, anchored.act(again).transaction_hash) == ("final", None)
    assert anchored.act(again).block_number == anchored.chain.height
    assert (len(made(anchored)), anchored.chain.contracts.now.changes) == (1, 1)


@pytest.mark.parametrize("other", [leaf_ask(Status.SUSPENDED, reason=8), leaf_ask(Status.ACTIVE)])
def test_a_status_that_differs_in_one_field_is_written(anchored: Bench, other: object) -> None:
    anchored.ask(leaf_ask(Status.SUSPENDED))
    with anchored.worker() as worker:
        anchored.settle(worker)
        anchored.ask(other)  # type: ignore[arg-type]
        anchored.settle(worker)
    assert anchored.chain.contracts.now.changes == 2


def test_another_successor_is_written(bench: Bench) -> None:
    bench.accept(3)
    with bench.worker() as worker:
        bench.settle(worker)
        for index in (1, 2, 2):
            bench.ask(supersede(MEMBER, ("a", 1, 0), (f"b{index}", 1, index)))
            bench.settle(worker)
    assert bench.act_states() == ["final"] * 3
    assert bench.chain.contracts.now.changes == 2
    assert bench.chain.contracts._view_leafStatus(MEMBER.encode(), 1, 0)[0][4:] == (1, 2)


def test_an_open_proposal_of_ours_is_not_proposed_twice(anchored: Bench) -> None:
    target = anchored.chain.world.registry
    for _ in range(2):
        act = anchored.ask(propose_ask(target))
        with anchored.worker() as worker:
            anchored.settle(worker)
    assert len(anchored.chain.contracts.now.proposals) == 1
    assert (anchored.act(act).state, anchored.act(act).proposal) == ("final", 1)


def test_the_same_call_is_proposed_anew_once_the_first_proposal_is_over(anchored: Bench) -> None:
    target = anchored.chain.world.registry
    anchored.ask(propose_ask(target))
    with anchored.worker() as worker:
        anchored.settle(worker)
        anchored.chain.contracts.now.proposals[0].executed = True
        act = anchored.ask(propose_ask(target))
        anchored.settle(worker)
    assert (anchored.act(act).proposal, len(anchored.chain.contracts.now.proposals)) == (2, 2)


@pytest.mark.parametrize(
    ("vote", "error"),
    [
        ("approve", "ProposalAlreadyApproved"), ("withdraw", "ProposalNotApproved"), ("execute", "ProposalAlreadyExecuted"),
        ("freeze", "MemberIsFrozen"),
    ],
)  # fmt: skip
def test_a_vote_whose_effect_is_there_is_final_without_a_transaction(bench: Bench, vote: str, error: str) -> None:
    bench.chain.contracts.now.proposals.append(FakeProposal("0x" + "11" * 20, b"", MEMBER, 2**40))
    bench.chain.refuse_act = error
    act = bench.ask(vote_ask(vote, 1))
    with bench.worker() as worker:
        bench.settle(worker)
    assert (bench.act(act).state, bench.act(act).transaction_hash, made(bench)) == ("final", None, [])


def test_an_approval_that_was_given_before_the_execution_is_final(bench: Bench) -> None:
    """The contract says only that it was executed."""
    bench.chain.contracts.now.proposals.append(FakeProposal("0x" + "11" * 20, b"", MEMBER, 2**40, True, {MEMBER}))
    bench.chain.refuse_act = "ProposalAlreadyExecuted"
    act = bench.ask(vote_ask("approve", 1))
    with bench.worker() as worker:
        bench.settle(worker)
    assert bench.act(act).state == "final"


def test_a_vote_is_for_what_was_shown_and_not_for_a_number(bench: Bench) -> None:
    """After a rewind another proposal may have the number."""
    target = bytes.fromhex("11" * 20)
    bench.chain.contracts.now.proposals.append(FakeProposal("0x" + target.hex(), b"other", MEMBER, 2**40))
    wrong = bench.ask(vote_ask("approve", 1, calls=digest_of(target, b"what was shown")))
    sign_acts(bench.line())
    assert (bench.act(wrong).state, bench.act(wrong).refusal) == ("refused", PROPOSAL_CHANGED)
    bench.ask(vote_ask("approve", 1, calls=digest_of(target, b"other")))
    sign_acts(bench.line())
    assert bench.act_states() == ["refused", "signed"]


def test_an_error_without_a_name_is_a_failure(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fake_chain._custom_error", lambda _name: b"\1\2\3\4")
    act = bench.ask(vote_ask("execute", 1))
    sign_acts(bench.line())
    assert (bench.act(act).state, bench.act(act).refusal) == ("failed", "")


def test_an_act_is_signed_anew_by_the_next_signer(anchored: Bench) -> None:
    from ledger.signers import KeystoreSigner

    anchored.ask(leaf_ask(Status.SUSPENDED))
    sign_acts(anchored.line())
    fresh = KeystoreSigner(Account.from_key(b"\x22" * 32))
    anchored.chain.members[fresh.address] = anchored.chain.members.pop(anchored.signer.address)
    anchored.signer = fresh
    line = anchored.line()
    assert find_included_acts(line)
    assert sign_acts(line)
    with anchored.worker() as worker:
        anchored.settle(worker)
    assert (anchored.act_states(), anchored.chain.contracts.now.changes) == (["final"], 1)
