"""Votes on the embedded chain: every function by every role, how proposals stand, and what an executed one changes."""

from __future__ import annotations

import time
from contextlib import closing

import pytest
from eth_account import Account

from certs.staple import Status
from ledger.anchors import anchor_call, preflight
from ledger.contracts import CONSORTIUM, Refusal, artifact, decode_call
from ledger.deploy import Founder, Patience, deploy_consortium
from ledger.devchain.chain import DevChain
from ledger.errors import RpcRefused
from ledger.governance import (
    PAGE,
    Proposed,
    admit_call,
    announce_call,
    approve_call,
    execute_call,
    freeze_call,
    newest_number,
    open_number,
    pause_anchoring_call,
    proposal,
    proposals,
    propose_call,
    retire_call,
    rotate_signer_call,
    set_rights_call,
    set_scope_call,
    unfreeze_call,
    withdraw_call,
)
from ledger.members import Membership, anchoring, memberships, validator_set, voters
from ledger.registry import (
    batch_status,
    code_statuses,
    leaf_status,
    set_batch_call,
    set_batch_for_call,
    set_code_call,
    set_code_for_call,
    set_leaf_call,
    set_leaf_for_call,
)
from ledger.rpc import Rpc
from ledger.signers import KeystoreSigner
from tests.votes import approve, carry_out, proposal_count, propose, send_all

USCCS = [f"91310000MA2FL{number:04d}X" for number in range(9)]
CODES = ["VA", "VB", "VC", "VD", "NOV", "ANC", "FRZ", "RET"]
RIGHTS = [15, 15, 15, 15, 14, 2, 15, 15]  # four voters, two members without a vote, two voters: one frozen, one retired
SCOPE = 0xFFF | 0x3FF << 32
KEY = b"\x33" * 32
ROLES = {"voter": 0, "non-voter": 4, "frozen": 6, "retired": 7, "stranger": 8, "deployer": 9}
VOTERS = range(4)  # four of the five that are left: two thirds


def signer_of(number):
    return KeystoreSigner(Account.from_key(bytes([number + 50]) * 32))


SIGNERS = [signer_of(number) for number in range(10)]
SPARES = [signer_of(number).address for number in range(20, 24)]


class Bureaus:
    """A consortium of eight members on a served chain, and votes in it."""

    def __init__(self, chain, rpc):
        self.chain, self.rpc = chain, rpc
        founders = [
            Founder(member=uscc, code=code, signer=signer.address, rights=rights, scope=SCOPE)
            for uscc, code, signer, rights in zip(USCCS[:8], CODES, SIGNERS, RIGHTS, strict=False)
        ]
        addresses = [bytes.fromhex(address[2:]) for address in chain.validators]
        self.seats = list(zip(addresses, USCCS, strict=False))
        self.deployment = deploy_consortium(
            rpc, SIGNERS[9], engine="qbft", founders=founders, validators=self.seats, patience=Patience(time.sleep, 0.01)
        )
        self.consortium, self.registry = self.deployment.consortium, self.deployment.status_registry

    def act(self, who, data, *, to=None):
        (included,) = send_all(self.rpc, self.deployment, [(SIGNERS[who], to or self.consortium, data)])
        return included

    def decide(self, data, *, to=None, voters=VOTERS):
        done = carry_out(self.rpc, self.deployment, [SIGNERS[who] for who in voters], to or self.consortium, data)
        assert done.succeeded

    def propose(self, data, *, to=None, approvals=0):
        number = propose(self.rpc, self.deployment, SIGNERS[0], to or self.consortium, data)
        if approvals:
            approve(self.rpc, self.deployment, SIGNERS[:approvals], number)
        return number

    def refusal(self, role, data, *, to=None):
        who = ROLES[role]
        return preflight(self.rpc, sender=SIGNERS[who].address, to=to or self.consortium, data=data)

    def proposal(self, number):
        return proposal(self.rpc, self.consortium, number)

    def member(self, who):
        return memberships(self.rpc, self.consortium, [USCCS[who]])[0]


@pytest.fixture(scope="module")
def bureaus(world):
    """One member is retired, one has frozen itself, and the first has anchored a batch."""
    made = Bureaus(world.chain, world.rpc)
    made.decide(retire_call(USCCS[7]))
    assert made.act(6, freeze_call()).succeeded
    assert made.act(
        0, anchor_call(1, root=b"\x01" * 32, size=5, scope=1 | 1 << 33, suite=1), to=made.deployment.anchor_log
    ).succeeded
    return made


# Every function by every role.

BY_ROLE = {
    "propose": ("", "RightMissing", "", "SignerNotActing", "SignerNotActing", "SignerNotActing"),
    "approve": ("", "RightMissing", "", "SignerNotActing", "SignerNotActing", "SignerNotActing"),
    "withdraw": ("", "RightMissing", "ProposalNotApproved", "SignerNotActing", "SignerNotActing", "SignerNotActing"),
    "execute": ("",) * 6,
    "execute early": ("ProposalApprovalsTooFew",) * 6,
    "freeze": ("", "", "MemberIsFrozen", "SignerNotActing", "SignerNotActing", "SignerNotActing"),
    "anchor": ("", "", "MemberIsFrozen", "SignerNotActing", "SignerNotActing", "SignerNotActing"),
    "setLeaf": ("", "StatusPlaceMissing", *("StatusRightMissing",) * 4),
    "setBatch": ("", "StatusPlaceMissing", *("StatusRightMissing",) * 4),
    "setCode": ("", "", *("StatusRightMissing",) * 4),
}


@pytest.fixture(scope="module")
def acts(bureaus):
    """One call of each function that is refused or not by who sends it: (to, data)."""
    fresh = bureaus.propose(pause_anchoring_call(paused=True))
    approved = bureaus.propose(pause_anchoring_call(paused=True), approvals=4)
    log, registry = bureaus.deployment.anchor_log, bureaus.registry
    return {
        "propose": (bureaus.consortium, propose_call(bureaus.consortium, b"")),
        "approve": (bureaus.consortium, approve_call(fresh)),
        "withdraw": (bureaus.consortium, withdraw_call(approved)),
        "execute": (bureaus.consortium, execute_call(approved)),
        "execute early": (bureaus.consortium, execute_call(fresh)),
        "freeze": (bureaus.consortium, freeze_call()),
        "anchor": (log, None),  # the seq is the sender's
        "setLeaf": (registry, set_leaf_call(1, 4, status=Status.SUSPENDED, reason=1)),
        "setBatch": (registry, set_batch_call(1, status=Status.SUSPENDED, reason=1)),
        "setCode": (registry, set_code_call(b"\x34" * 32, status=Status.RECALLED, reason=1)),
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("function", BY_ROLE)
def test_what_each_role_may_do_and_why_not(bureaus, acts, function, role):
    to, data = acts[function]
    if data is None:
        data = anchor_call(2 if role == "voter" else 1, root=b"\x02" * 32, size=1, scope=1 | 1 << 33, suite=1)
    refused = bureaus.refusal(role, data, to=to)
    assert ("" if refused is None else refused.name) == dict(zip(ROLES, BY_ROLE[function], strict=True))[role]


PROPOSED = {
    "admit": admit_call(USCCS[8], code="NEW", signer=SPARES[0], rights=15, scope=SCOPE),
    "retire": retire_call(USCCS[7]),
    "setRights": set_rights_call(USCCS[5], 3),
    "setScope": set_scope_call(USCCS[5], 1 | 1 << 32),
    "rotateSigner": rotate_signer_call(USCCS[5], SPARES[1]),
    "unfreeze": unfreeze_call(USCCS[6]),
    "pauseAnchoring": pause_anchoring_call(paused=True),
    "announce": announce_call([(bytes([at + 1]) * 20, uscc) for at, uscc in enumerate(USCCS[:7])]),
}
PROPOSED_FOR = {
    "setLeafFor": set_leaf_for_call(USCCS[0], 1, 3, status=Status.REVOKED, reason=1),
    "setBatchFor": set_batch_for_call(USCCS[0], 1, status=Status.REVOKED, reason=1),
    "setCodeFor": set_code_for_call(USCCS[7], KEY, status=Status.RECALLED, reason=1),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("function", PROPOSED)
def test_no_role_alone_does_what_a_proposal_does(bureaus, function, role):
    assert decode_call(artifact(CONSORTIUM), PROPOSED[function])[0] == function
    assert bureaus.refusal(role, PROPOSED[function]).name == "CallerNotProposal"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("function", PROPOSED_FOR)
def test_no_role_alone_speaks_for_another_member(bureaus, function, role):
    assert bureaus.refusal(role, PROPOSED_FOR[function], to=bureaus.registry).name == "StatusCallerNotConsortium"


# How a proposal stands.


def test_a_proposal_shows_what_it_calls_who_made_it_and_how_many_it_needs(bureaus):
    data = set_scope_call(USCCS[5], SCOPE)
    number = bureaus.propose(data)
    found = bureaus.proposal(number)
    assert (found.id, found.target, found.data, found.proposer) == (number, bureaus.consortium, data, USCCS[0])
    assert (found.executed, found.approvals) == (False, ())
    assert found.needed == 4 == -(-2 * len(voters(bureaus.rpc, bureaus.consortium)) // 3)
    block = int(bureaus.rpc.call("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)
    assert block < found.expires_at <= block + 30 * 86_400


def test_an_approval_is_shown_until_it_is_withdrawn(bureaus):
    number = bureaus.propose(pause_anchoring_call(paused=False))
    approve(bureaus.rpc, bureaus.deployment, [SIGNERS[2], SIGNERS[0]], number)
    assert bureaus.proposal(number).approvals == (USCCS[0], USCCS[2])
    assert bureaus.act(0, withdraw_call(number)).succeeded
    assert bureaus.proposal(number).approvals == (USCCS[2],)


def test_approvals_are_sorted_whatever_order_the_contract_keeps(bureaus):
    bureaus.decide(set_rights_call(USCCS[1], 14))
    bureaus.decide(set_rights_call(USCCS[1], 15), voters=(0, 2, 3, 6))  # it votes again, behind the others
    number = bureaus.propose(pause_anchoring_call(paused=False))
    approve(bureaus.rpc, bureaus.deployment, [SIGNERS[who] for who in (6, 2, 1)], number)
    assert bureaus.proposal(number).approvals == (USCCS[1], USCCS[2], USCCS[6])


def test_a_frozen_member_votes(bureaus):
    number = bureaus.propose(pause_anchoring_call(paused=False))
    approve(bureaus.rpc, bureaus.deployment, [SIGNERS[6]], number)
    assert bureaus.proposal(number).approvals == (USCCS[6],)


def test_a_proposal_says_why_it_cannot_be_executed_and_when_it_can(bureaus):
    number = bureaus.propose(pause_anchoring_call(paused=False), approvals=3)
    assert bureaus.proposal(number).refusal == Refusal("ProposalApprovalsTooFew", (number, 3, 4))
    approve(bureaus.rpc, bureaus.deployment, [SIGNERS[3]], number)
    assert bureaus.proposal(number).refusal is None
    assert bureaus.act(9, execute_call(number)).succeeded
    done = bureaus.proposal(number)
    assert (done.executed, done.refusal) == (True, Refusal("ProposalAlreadyExecuted", (number,)))


def test_a_proposed_call_that_would_fail_says_why(bureaus):
    number = bureaus.propose(unfreeze_call(USCCS[1]), approvals=4)
    word = USCCS[1].encode() + bytes(14)
    assert bureaus.proposal(number).refusal == Refusal("ProposalCallFailed", (number, Refusal("MemberNotFrozen", (word,))))
    assert bureaus.proposal(number).failure == Refusal("MemberNotFrozen", (word,))


def test_the_reason_of_a_proposed_call_of_the_registry_is_named_too(bureaus):
    number = bureaus.propose(set_batch_for_call(USCCS[0], 9, status=Status.REVOKED, reason=1), to=bureaus.registry, approvals=4)
    name, (told, why) = bureaus.proposal(number).refusal.name, bureaus.proposal(number).refusal.arguments
    assert (name, told, why.name) == ("ProposalCallFailed", number, "StatusPlaceMissing")


def test_proposals_are_all_in_order(bureaus):
    bureaus.propose(pause_anchoring_call(paused=False))
    count = proposal_count(bureaus.rpc, bureaus.consortium)
    found = proposals(bureaus.rpc, bureaus.consortium, most=count)
    assert [one.id for one in found] == list(range(count, 0, -1))
    assert found[-3] == bureaus.proposal(3)
    assert found[-1].executed


def test_proposals_come_in_pages_and_a_page_asks_for_no_more(bureaus, function_port):
    while proposal_count(bureaus.rpc, bureaus.consortium) < PAGE + 2:
        bureaus.propose(pause_anchoring_call(paused=False))
    count = proposal_count(bureaus.rpc, bureaus.consortium)
    port = function_port(bureaus.rpc.call)
    assert [one.id for one in proposals(port, bureaus.consortium)] == list(range(count, count - PAGE, -1))
    assert len(port.asked) <= 3 * PAGE + 3  # the view, the execution and the call itself of each
    assert [one.id for one in proposals(port, bureaus.consortium, below=3)] == [2, 1]
    assert proposals(port, bureaus.consortium, below=1) == []
    assert proposals(port, bureaus.consortium, below=10**6, most=1)[0].id == count


def test_a_proposal_is_found_by_what_it_calls_and_the_newest_comes_first(bureaus, function_port):
    data = set_rights_call(USCCS[5], 6)  # no vote: the others need four
    wanted = Proposed(USCCS[0], bureaus.consortium, data)
    where = (bureaus.rpc, bureaus.consortium)
    assert (open_number(*where, wanted), newest_number(*where, wanted)) == (None, None)
    first, second = bureaus.propose(data), bureaus.propose(data)
    assert (open_number(*where, wanted), newest_number(*where, wanted)) == (second, second)
    for other in (Proposed(USCCS[1], *where[1:], data), Proposed(USCCS[0], bureaus.registry, data)):
        assert newest_number(*where, other) is None
    approve(bureaus.rpc, bureaus.deployment, SIGNERS[:4], second)
    assert bureaus.act(0, execute_call(second)).succeeded
    assert (open_number(*where, wanted), newest_number(*where, wanted)) == (first, second)
    port = function_port(bureaus.rpc.call)
    newest_number(port, bureaus.consortium, wanted)
    assert len(port.asked) <= PAGE + 2  # one page


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (retire_call(USCCS[0]), "MemberOperates"),
        (admit_call(USCCS[8], code="NEW", signer="0x" + "00" * 20, rights=1, scope=0), "SignerInvalid"),
        (unfreeze_call(USCCS[1]), "MemberNotFrozen"),
        (pause_anchoring_call(paused=False), None),
        (b"", ""),
    ],
)
def test_a_call_that_could_never_be_made_is_told_while_the_vote_is_open(bureaus, data, error):
    found = bureaus.proposal(bureaus.propose(data))
    assert found.refusal.name == "ProposalApprovalsTooFew"
    assert (found.failure.name if found.failure else None) == error


def test_a_node_that_cannot_try_the_call_says_nothing_about_it(bureaus, function_port):
    number = bureaus.propose(retire_call(USCCS[0]))

    def unable(method, params):
        if method == "eth_call" and params[0].get("from") == "0x" + bureaus.consortium.hex():
            raise RpcRefused(-32000)
        return bureaus.rpc.call(method, params)

    assert proposal(function_port(unable), bureaus.consortium, number).failure is None


@pytest.mark.parametrize("number", [0, 10**6])
def test_a_proposal_that_was_never_made_is_none(bureaus, number):
    assert bureaus.proposal(number) is None


def test_a_node_that_gives_no_custom_error_hides_no_proposal(bureaus, function_port):
    number = bureaus.propose(pause_anchoring_call(paused=False))

    def silent(method, params):
        if method == "eth_call" and params[0]["data"] == "0x" + execute_call(number).hex():
            raise RpcRefused(-32000)
        return bureaus.rpc.call(method, params)

    found = proposals(function_port(silent), bureaus.consortium)
    assert found[0].refusal == Refusal("")
    assert [one.refusal for one in found[1:]] == [one.refusal for one in proposals(bureaus.rpc, bureaus.consortium)[1:]]


def test_an_expired_proposal_says_so(tmp_path):
    skipped = [0.0]
    opened = DevChain.open(tmp_path / "chain", period_s=0.01, clock=lambda: time.time() + skipped[0])
    with opened as chain, closing(Rpc(chain.serve().url, chain_id=chain.chain_id, timeout_s=10)) as rpc:
        late = Bureaus(chain, rpc)
        number = late.propose(pause_anchoring_call(paused=True), approvals=4)
        expires_at = late.proposal(number).expires_at
        skipped[0] = 30 * 86_400 - 3_600
        chain.mine()
        assert late.proposal(number).refusal is None
        assert open_number(rpc, late.consortium, Proposed(USCCS[0], late.consortium, late.proposal(number).data)) == number
        skipped[0] = 30 * 86_400 + 3_600  # blocks made faster than one a second are ahead of the clock
        chain.mine()
        assert late.proposal(number).refusal == Refusal("ProposalExpired", (number, expires_at))
        wanted = Proposed(USCCS[0], late.consortium, pause_anchoring_call(paused=True))
        assert open_number(rpc, late.consortium, wanted) is None
        assert newest_number(rpc, late.consortium, wanted) == number
        assert late.refusal("voter", approve_call(number)).name == "ProposalExpired"


# What an executed proposal changes.


def test_a_member_is_admitted_voted_with_and_retired_again(bureaus):
    bureaus.decide(PROPOSED["admit"])
    assert bureaus.member(8) == Membership("NEW", SCOPE, 15, True, False, SPARES[0].lower())
    assert USCCS[8] in voters(bureaus.rpc, bureaus.consortium)
    bureaus.decide(retire_call(USCCS[8]))
    assert not bureaus.member(8).active
    assert USCCS[8] not in voters(bureaus.rpc, bureaus.consortium)


def test_what_a_retired_member_approved_no_longer_counts(bureaus):
    number = bureaus.propose(pause_anchoring_call(paused=False))
    bureaus.decide(admit_call(USCCS[7], code="RET", signer=SPARES[2], rights=15, scope=SCOPE))
    back = signer_of(22)
    approve(bureaus.rpc, bureaus.deployment, [back], number)
    assert bureaus.proposal(number).approvals == (USCCS[7],)
    bureaus.decide(retire_call(USCCS[7]))
    assert bureaus.proposal(number).approvals == ()


def test_rights_scope_and_signer_are_changed(bureaus):
    bureaus.decide(PROPOSED["setRights"])
    assert bureaus.member(5).rights == 3
    bureaus.decide(set_rights_call(USCCS[5], 2))
    bureaus.decide(PROPOSED["setScope"])
    bureaus.decide(PROPOSED["rotateSigner"])
    assert bureaus.member(5) == Membership("ANC", 1 | 1 << 32, 2, True, False, SPARES[1].lower())
    assert anchoring(bureaus.rpc, bureaus.consortium, SIGNERS[5].address).name == "SignerNotActing"


def test_a_member_freezes_itself_and_is_unfrozen_by_two_thirds(bureaus):
    assert bureaus.act(4, freeze_call()).succeeded
    assert bureaus.member(4).frozen
    bureaus.decide(unfreeze_call(USCCS[4]))
    assert not bureaus.member(4).frozen


def test_anchoring_is_paused_and_goes_on(bureaus):
    bureaus.decide(PROPOSED["pauseAnchoring"])
    assert anchoring(bureaus.rpc, bureaus.consortium, SIGNERS[0].address).name == "AnchoringIsPaused"
    bureaus.decide(pause_anchoring_call(paused=False))
    assert anchoring(bureaus.rpc, bureaus.consortium, SIGNERS[0].address).member == USCCS[0]


def test_a_set_is_announced_in_any_order_given(bureaus):
    first = validator_set(bureaus.rpc, bureaus.consortium)
    swapped = [(first.validators[0], USCCS[1]), (first.validators[1], USCCS[0]), *bureaus.seats[2:]]
    bureaus.decide(announce_call(list(reversed(swapped))))
    second = validator_set(bureaus.rpc, bureaus.consortium)
    assert (second.epoch, second.validators) == (1, first.validators)
    assert second.operators == (USCCS[1], USCCS[0], *first.operators[2:])


def test_two_thirds_set_statuses_for_a_member_that_is_gone(bureaus):
    where = (bureaus.rpc, bureaus.registry, USCCS[0], 1)
    for data in PROPOSED_FOR.values():
        bureaus.decide(data, to=bureaus.registry)
    assert leaf_status(*where, 3).status is Status.REVOKED
    assert batch_status(*where).status is Status.REVOKED
    assert code_statuses(bureaus.rpc, bureaus.registry, [KEY])[0].status is Status.RECALLED
    refused = bureaus.refusal("voter", set_code_call(KEY, status=Status.ACTIVE, reason=0), to=bureaus.registry)
    assert refused.name == "StatusKept"
