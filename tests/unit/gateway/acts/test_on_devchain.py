"""Statuses and votes through desk, outbox and the real contracts on the embedded chain: every state and every refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from certs.assemble import file_of
from certs.canonical import canonical
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.acts.desk import Desk
from gateway.acts.proposal_words import proposal_views
from gateway.acts.roll import Roll
from gateway.acts.words import act_view
from gateway.errors import Refused
from gateway.pipeline.line import Line, Pace
from gateway.pipeline.worker import Worker
from gateway.rendering import certificate
from gateway.staples import Staples
from gateway.store.acts import Act
from gateway.store.database import Database, migrate, open_database
from gateway.store.events import insert_event
from gateway.store.tables import captures, certificates
from gateway.trust import current_bundle
from ledger.manifest import Deployment
from ledger.members import STATUS, VOTE, memberships
from tests.member_line import Log, event_of
from tests.served_chain import CODES, ServedChain, consortium_of, deploy, serve_chain, signer_of
from tests.world import LOT, OPERATORS

pytestmark = pytest.mark.slow

FSO, DC, AMR, COM, EDU, AGR, GRN = range(7)
DEADLINE_S = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedChain]:
    with serve_chain(tmp_path_factory.mktemp("chain"), period_s=0.02) as chain:
        yield chain


@dataclass
class Bureaus:
    """Seven bureaus with a gateway, a store and a line each in one: whoever asks is a member's number."""

    chain: ServedChain
    deployment: Deployment
    database: Database
    stack: ExitStack
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.consortium = consortium_of(self.deployment)
        self.desk = Desk(
            self.database,
            self.chain.rpc,
            self.consortium,
            signers={uscc: signer_of(who).address for who, uscc in enumerate(OPERATORS)},
            now=lambda: int(time.time()),
        )

    def start(self, directory: Path) -> None:
        for who, uscc in enumerate(OPERATORS):
            line = Line(
                member=uscc,
                signer=signer_of(who),
                database=self.database,
                rpc=self.chain.rpc,
                consortium=self.consortium,
                now=lambda: int(time.time()),
                shuffle=list.reverse,
                log=Log(),
                pace=Pace(batch_age_s=0),
            )
            self.workers.append(self.stack.enter_context(Worker(line, lock_directory=directory, monotonic=time.monotonic)))

    def settle(self, *asked: Act) -> list[Act]:
        """Runs the lines of these acts until they are settled; how they ended."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            for who in {OPERATORS.index(act.member) for act in asked}:
                self.workers[who].step()
            found = [act for act in (self.desk.find(act.id) for act in asked) if act is not None]
            if all(act.state in ("final", "refused", "failed") for act in found):
                return found
            time.sleep(0.01)
        raise AssertionError([worker.alarms for worker in self.workers])

    def issue(self, who: int, *texts: str) -> list[str]:
        """Certificates of a member; their numbers in the order of their leaves."""
        with self.database.write() as tx:
            for text in texts:
                event = event_of(text, 0)
                event.record.public.body["member"] = OPERATORS[who]
                insert_event(tx, replace(event, member=OPERATORS[who]))
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            self.workers[who].step()
            with self.database.read() as tx:
                query = select(certificates.c.number).where(certificates.c.number.contains(f"-{CODES[who]}-"))
                found = list(tx.execute(query.order_by(certificates.c.batch_id, certificates.c.leaf_index)).scalars())
            if len(found) >= len(texts):
                return found
        raise AssertionError(self.workers[who].alarms)

    def status(self, who: int, **content: Any) -> Act:
        return self.desk.ask_status(OPERATORS[who], {"reason": 7, **content}, by="key")

    def propose(self, who: int, action: str, **arguments: Any) -> int:
        (act,) = self.settle(self.desk.ask_proposal(OPERATORS[who], {"action": action, "arguments": arguments}, by="key"))
        assert act.proposal is not None
        return act.proposal

    def vote(self, vote: str, number: int, *whos: int) -> list[Act]:
        return self.settle(*(self.desk.ask_vote(OPERATORS[who], vote, number, by="key") for who in whos))

    def carry_out(self, action: str, **arguments: Any) -> None:
        number = self.propose(FSO, action, **arguments)
        self.vote("approve", number, FSO, DC, AMR, EDU, AGR, GRN)  # enough of eight voters
        (done,) = self.vote("execute", number, GRN)
        assert done.state == "final"

    def shown(self, number: int) -> dict[str, Any]:
        return proposal_views([self.desk.proposal(number)], self.desk)[0]

    def verdict(self, number: str) -> Verdict:
        staple = Staples(self.database, self.chain.rpc, self.consortium, monotonic=time.monotonic).current(number)
        made = certificate(self.database, number, "public")
        assert made is not None
        bundle = load_bundle(canonical(current_bundle(self.chain.rpc, self.consortium)))
        return verify(canonical(file_of(made, staple=staple)), bundle, now=int(time.time())).verdict


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/gateway.db")
    migrate(opened)
    with opened.write() as tx:
        values = {"id": "c", "owner": "x", "document_sha256": bytes(32), "error_behaviour": "rollback"}
        tx.execute(insert(captures).values(**values, created_at=0, finished_at=0, result="[]"))
    yield opened
    opened.close()


@pytest.fixture
def bureaus(served: ServedChain, database: Database, tmp_path: Path) -> Iterator[Bureaus]:
    with ExitStack() as stack:
        made = Bureaus(served, deploy(served.chain, served.rpc), database, stack)
        made.start(tmp_path)
        yield made


def refused(ask: Any) -> str:
    with pytest.raises(Refused) as error:
        ask()
    return error.value.faults[0].code if error.value.faults else error.value.code


def test_a_certificate_goes_through_every_status(bureaus: Bureaus) -> None:
    number, later = bureaus.issue(COM, "first", "second")
    for status, verdict in (
        ({"status": "suspended"}, Verdict.SUSPENDED),
        ({"status": "active"}, Verdict.VALID),
        ({"status": "superseded", "successor": later}, Verdict.SUPERSEDED),
        ({"status": "revoked"}, Verdict.REVOKED),
    ):
        (act,) = bureaus.settle(bureaus.status(COM, number=number, **status))
        assert (act.state, bureaus.verdict(number)) == ("final", verdict)
    assert refused(lambda: bureaus.status(COM, number=number, status="active")) == "status.revoked"
    assert bureaus.verdict(later) is Verdict.VALID


def test_a_batch_and_a_lot_turn_every_certificate_they_touch(bureaus: Bureaus) -> None:
    numbers = bureaus.issue(COM, "first", "second")
    bureaus.settle(bureaus.status(COM, batch=1, status="suspended"))
    assert {bureaus.verdict(number) for number in numbers} == {Verdict.SUSPENDED}
    (act,) = bureaus.settle(bureaus.status(AMR, code=LOT, status="recalled"))
    assert {bureaus.verdict(number) for number in numbers} == {Verdict.RECALLED}
    assert "等于公开" in act_view(act, bureaus.consortium, bureaus.desk.roll.known)["does"]["zh"]


def test_what_a_vote_set_only_a_vote_lifts(bureaus: Bureaus) -> None:
    (number,) = bureaus.issue(COM, "only")
    bureaus.carry_out("setLeafFor", number=number, status="suspended", reason=3)
    assert bureaus.verdict(number) is Verdict.SUSPENDED
    assert refused(lambda: bureaus.status(COM, number=number, status="active")) == "status.kept"
    bureaus.carry_out("setLeafFor", number=number, status="active", reason=3)
    assert bureaus.verdict(number) is Verdict.VALID


def test_another_member_s_recall_is_not_ours_to_lift(bureaus: Bureaus) -> None:
    bureaus.settle(bureaus.status(AMR, code=LOT, status="recalled"))
    assert refused(lambda: bureaus.status(COM, code=LOT, status="active")) == "status.kept"


def test_rights_are_asked_before_anything_is_queued(bureaus: Bureaus) -> None:
    (number,) = bureaus.issue(COM, "only")
    bureaus.carry_out("setRights", member="COM", rights=["ANCHOR"])
    assert refused(lambda: bureaus.status(COM, number=number, status="suspended")) == "status.right"
    assert refused(lambda: bureaus.status(COM, code=LOT, status="recalled")) == "status.recall_right"
    assert refused(lambda: bureaus.vote("approve", 1, COM)) == "vote.right"
    proposal = {"action": "unfreeze", "arguments": {"member": "COM"}}
    assert refused(lambda: bureaus.desk.ask_proposal(OPERATORS[COM], proposal, by="key")) == "vote.right"


def test_a_right_lost_between_the_asking_and_the_block_is_a_refusal_with_its_name(bureaus: Bureaus) -> None:
    (number,) = bureaus.issue(COM, "only")
    proposed = bureaus.propose(FSO, "setRights", member="COM", rights=["ANCHOR"])
    bureaus.vote("approve", proposed, FSO, DC, AMR, EDU, AGR)
    act = bureaus.status(COM, number=number, status="suspended")
    bureaus.vote("execute", proposed, FSO)  # the line of COM stands still meanwhile
    (ended,) = bureaus.settle(act)
    assert (ended.state, ended.refusal, ended.transaction_hash) == ("refused", "StatusRightMissing", None)
    view = act_view(ended, bureaus.consortium, bureaus.desk.roll.known)
    assert view["refusal"] == {
        "error": "StatusRightMissing",
        "text": {"zh": "该成员单位没有改状态的权限（STATUS）", "en": "The member does not hold the right STATUS"},
    }


def test_a_vote_from_proposing_to_executing_says_at_each_step_who_is_missing(bureaus: Bureaus) -> None:
    number = bureaus.propose(COM, "setRights", member="EDU", rights=["VOTE", "STATUS"])
    shown = bureaus.shown(number)
    assert (shown["state"], shown["needed"], shown["missing"], shown["approvals"]) == ("open", 5, 5, [])
    assert shown["proposer"] == {"uscc": OPERATORS[COM], "code": "COM", "name": "COM"}
    assert shown["does"]["zh"].endswith("改为：表决、改状态（失去上链、召回）")
    bureaus.vote("approve", number, FSO, DC, AMR, COM)
    bureaus.vote("withdraw", number, DC)
    shown = bureaus.shown(number)
    assert ([one["code"] for one in shown["approvals"]], shown["missing"]) == (["FSO", "AMR", "COM"], 2)
    assert refused(lambda: bureaus.vote("execute", number, FSO)) == "proposal.approvals"
    bureaus.vote("approve", number, DC, AGR)
    assert bureaus.shown(number)["state"] == "passed"
    bureaus.vote("execute", number, GRN)
    assert bureaus.shown(number)["state"] == "executed"
    (known,) = memberships(bureaus.chain.rpc, bureaus.deployment.consortium, [OPERATORS[EDU]])
    assert known is not None
    assert known.rights == VOTE | STATUS
    assert refused(lambda: bureaus.vote("withdraw", number, DC)) == "proposal.executed"


def test_the_same_vote_twice_is_one_effect_and_one_transaction(bureaus: Bureaus) -> None:
    number = bureaus.propose(COM, "pauseAnchoring", paused=True)
    (first,) = bureaus.vote("approve", number, COM)
    (second,) = bureaus.vote("approve", number, COM)
    assert (first.state, second.state, second.transaction_hash) == ("final", "final", None)
    assert len(bureaus.shown(number)["approvals"]) == 1
    assert bureaus.propose(COM, "pauseAnchoring", paused=True) == number


def test_a_proposal_that_would_fail_says_with_what(bureaus: Bureaus) -> None:
    number = bureaus.propose(COM, "unfreeze", member="EDU")
    shown = bureaus.shown(number)
    assert (shown["state"], shown["wouldFail"]) == ("open", "ProposalCallFailed/MemberNotFrozen")
    assert shown["wouldFailText"] == {"zh": "该成员单位未被冻结", "en": "The member is not frozen"}
    bureaus.vote("approve", number, FSO, DC, AMR, EDU, AGR)
    shown = bureaus.shown(number)
    assert (shown["state"], shown["wouldFail"]) == ("blocked", "ProposalCallFailed/MemberNotFrozen")
    (ended,) = bureaus.vote("execute", number, FSO)
    assert (ended.state, ended.refusal) == ("refused", "ProposalCallFailed/MemberNotFrozen")
    view = act_view(ended, bureaus.consortium, bureaus.desk.roll.known)
    assert view["refusal"]["text"]["zh"] == "该成员单位未被冻结"


def test_a_frozen_member_votes_and_does_nothing_else(bureaus: Bureaus) -> None:
    (number,) = bureaus.issue(COM, "only")
    (act,) = bureaus.settle(bureaus.desk.ask_freeze(OPERATORS[COM], by="key"))
    assert act.state == "final"
    assert refused(lambda: bureaus.status(COM, number=number, status="suspended")) == "member.frozen"
    (again,) = bureaus.settle(bureaus.desk.ask_freeze(OPERATORS[COM], by="key"))
    assert (again.state, again.transaction_hash) == ("final", None)
    proposed = bureaus.propose(COM, "unfreeze", member="COM")
    bureaus.vote("approve", proposed, COM, FSO, DC, AMR, EDU)
    bureaus.vote("execute", proposed, COM)
    (act,) = bureaus.settle(bureaus.status(COM, number=number, status="suspended"))
    assert act.state == "final"


def test_a_signer_that_was_rotated_away_acts_no_more(bureaus: Bureaus) -> None:
    bureaus.carry_out("rotateSigner", member="COM", signer=signer_of(20).address)
    assert refused(lambda: bureaus.status(COM, code=LOT, status="suspended")) == "member.signer"
    assert refused(lambda: bureaus.desk.ask_freeze(OPERATORS[COM], by="key")) == "member.signer"


def test_members_are_admitted_and_retired_in_our_words(bureaus: Bureaus) -> None:
    uscc = "91310110TE5T00411H"
    bureaus.carry_out(
        "admit", member=uscc, code="NEW", signer=signer_of(30).address, rights=["VOTE", "ANCHOR"], classes=["dairy"],
        stages=["retail"],
    )  # fmt: skip
    (known,) = memberships(bureaus.chain.rpc, bureaus.deployment.consortium, [uscc])
    assert known is not None
    assert (known.code, known.active, known.scope) == ("NEW", True, 1 << 7 | 1 << 37)
    bureaus.carry_out("setScope", member="NEW", classes=["dairy", "oil"], stages=["retail"])
    number = bureaus.propose(FSO, "retire", member="NEW")
    assert f"成员单位 NEW（{uscc}） 退出联盟" in bureaus.shown(number)["does"]["zh"]
    assert bureaus.shown(number)["needed"] == 6  # of eight voters
    bureaus.vote("approve", number, FSO, DC, AMR, EDU, AGR, GRN)
    bureaus.vote("execute", number, FSO)
    (known,) = memberships(bureaus.chain.rpc, bureaus.deployment.consortium, [uscc])
    assert known is not None
    assert not known.active
    assert bureaus.desk.words().members["NEW"] == uscc, "its code stays its own"


def test_founders_that_no_settings_list_are_on_the_roll(bureaus: Bureaus) -> None:
    names = Roll(replace(bureaus.consortium, members=())).names(bureaus.chain.rpc)
    assert names.codes == dict(zip(CODES, OPERATORS, strict=True))
    assert names.labels[OPERATORS[COM]] == "COM"


def test_an_announcement_shows_against_the_set_of_now_who_goes_out(bureaus: Bureaus) -> None:
    now = bureaus.deployment.set
    pairs = zip(now.validators, now.operators, strict=True)
    seats = [{"address": "0x" + address.hex(), "operator": operator} for address, operator in pairs]
    does = bureaus.shown(bureaus.propose(FSO, "announce", validators=seats[:-1]))["does"]["zh"]
    assert f"；退出：{seats[-1]['address']}（" in does and "加入" not in does
    retire = bureaus.shown(bureaus.propose(FSO, "retire", member="GRN"))
    assert retire["wouldFail"] == "ProposalCallFailed/MemberOperates"


def test_what_is_unknown_is_not_there(bureaus: Bureaus) -> None:
    assert refused(lambda: bureaus.vote("approve", 1, COM)) == "request.not_found"
    assert bureaus.desk.find(99) is None
    assert refused(lambda: bureaus.status(COM, number="SHFS-COM-9-0-2", status="suspended")) in (
        "ask.form",
        "certificate.unknown",
    )
    assert refused(lambda: bureaus.status(COM, batch=9, status="suspended")) == "status.place"


def test_certificates_from_before_and_after_a_change_of_validators_are_valid(
    served: ServedChain, database: Database, tmp_path: Path
) -> None:
    """On the consortium that the chain follows: its seventh validator leaves by vote."""
    with ExitStack() as stack:
        bureaus = Bureaus(served, served.deployment, database, stack)
        bureaus.start(tmp_path)
        (before,) = bureaus.issue(COM, "before")
        first = served.deployment.set
        seats = [
            {"address": "0x" + address.hex(), "operator": operator}
            for address, operator in zip(first.validators, first.operators, strict=True)
        ]
        bureaus.carry_out("announce", validators=seats[:-1])
        _, after = bureaus.issue(COM, "after", "and more")[:2]
        assert [len(one.set.validators) for one in bureaus.consortium.sets(served.rpc)] == [7, 6]
        assert {bureaus.verdict(number) for number in (before, after)} == {Verdict.VALID}
        bureaus.settle(bureaus.status(COM, number=before, status="revoked"))
        assert bureaus.verdict(before) is Verdict.REVOKED
