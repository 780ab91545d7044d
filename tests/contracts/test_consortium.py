"""Consortium on a real EVM: what it is founded with, what slot 0 says, and that two thirds decide and nobody alone."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak
from web3 import Web3

VOTE, ANCHOR, STATUS, RECALL = 1, 2, 4, 8
FULL = (0x7 << 32) | 0x7
NEW = b"92310000000000000A".ljust(32, b"\0")
NEW_CODE = b"NEW".ljust(8, b"\0")
FIELDS = ("member", "code", "signer", "rights", "scope")


def set_hash(epoch: int, from_block: int, validators: list[str], operators: list[bytes]) -> bytes:
    return keccak(encode(["uint64", "uint64", "address[]", "bytes32[]"], [epoch, from_block, validators, operators]))


def address(number: int) -> str:
    return Web3.to_checksum_address(f"0x{number:040x}")


# The founding.


def test_the_founders_are_admitted_with_what_they_were_given(world: Any) -> None:
    admitted = world.events(world.consortium.events.MemberAdmitted(), world.founding)
    assert [tuple(entry[field] for field in FIELDS) for entry in admitted] == [seat.founder for seat in world.seats]
    calls = world.consortium.functions
    for seat in world.seats:
        assert calls.memberOf(seat.signer).call() == seat.member
        assert calls.members(seat.member).call() == (seat.code, seat.scope, seat.rights, True, False, seat.signer)
        assert calls.acting(seat.signer).call() == [seat.member, seat.rights]
        if seat.rights & ANCHOR:
            assert calls.anchoring(seat.signer).call() == [seat.member, seat.code, seat.scope]
    assert calls.voters().call() == [seat.member for seat in world.seats if seat.rights & VOTE]


def test_the_deployer_is_nobody(world: Any) -> None:
    assert world.consortium.functions.memberOf(world.stranger).call() == bytes(32)
    assert world.consortium.functions.acting(world.stranger).call() == [bytes(32), 0]
    assert world.refusal(world.consortium.functions.anchoring(world.stranger), world.stranger)[0] == "SignerNotActing"


def test_slot_zero_binds_the_first_set_which_is_in_force_from_the_next_block(world: Any) -> None:
    from_block = world.founding["blockNumber"] + 1
    said = {"epoch": 0, "fromBlock": from_block, "validators": world.validators, "operators": world.operators}
    assert world.events(world.consortium.events.ValidatorsChanged(), world.founding) == [said]
    assert world.consortium.functions.validatorSet().call() == list(said.values())
    assert world.word(world.consortium, 0) == set_hash(0, from_block, world.validators, world.operators)


def founding(world: Any, **change: Any) -> tuple[Any, ...]:
    """How a founding with one thing changed is refused."""
    founders = [list(seat.founder) for seat in world.seats]
    for field, value in change.pop("last", {}).items():
        founders[-1][FIELDS.index(field)] = value
    given = {"founders": founders, "validators": world.validators, "operators": world.operators} | change
    factory = world.w3.eth.contract(abi=world.consortium.abi, bytecode=world.bytecode("Consortium"))
    return world.refusal(factory.constructor(*given.values()), world.stranger)


@pytest.mark.parametrize(
    ("last", "error"),
    [
        ({"member": b"9131000000000000OG".ljust(32, b"\0")}, "MemberFormInvalid"),
        ({"member": b"91310000000000000g".ljust(32, b"\0")}, "MemberFormInvalid"),
        ({"member": b"9131000000000000G".ljust(32, b"\0")}, "MemberFormInvalid"),
        ({"member": b"913100000000000000G".ljust(32, b"\0")}, "MemberFormInvalid"),
        ({"member": b"91310000000000000G".ljust(31, b"\0") + b"\1"}, "MemberFormInvalid"),
        ({"member": b"91310000000000000A".ljust(32, b"\0")}, "MemberAlreadyActive"),
        ({"code": b"G".ljust(8, b"\0")}, "CodeFormInvalid"),
        ({"code": b"Ma".ljust(8, b"\0")}, "CodeFormInvalid"),
        ({"code": b"M\0A".ljust(8, b"\0")}, "CodeFormInvalid"),
        ({"code": b"MA".ljust(8, b"\0")}, "CodeTaken"),
        ({"signer": address(0)}, "SignerInvalid"),
        ({"rights": 16}, "RightsInvalid"),
        ({"scope": 0}, "ScopeInvalid"),
        ({"scope": 7}, "ScopeInvalid"),
        ({"scope": 7 << 32}, "ScopeInvalid"),
    ],
    ids=str,
)
def test_a_founder_of_the_wrong_form_is_refused(world: Any, last: dict[str, Any], error: str) -> None:
    assert founding(world, last=last)[0] == error


def test_two_founders_have_two_signers(world: Any) -> None:
    first = world.seats[0]
    assert founding(world, last={"signer": first.signer}) == ("SignerTaken", first.signer.lower(), first.member)


def test_three_voters_found_nothing(world: Any) -> None:
    assert founding(world, founders=[seat.founder for seat in world.seats[:3]]) == ("VotersTooFew", 3)


@pytest.mark.parametrize(
    ("validators", "operators", "error"),
    [
        ([], 0, ("ValidatorCountInvalid", 0)),
        (list(range(1, 66)), 65, ("ValidatorCountInvalid", 65)),
        ([0, 1, 2, 3], 4, ("ValidatorOrderInvalid", 0, address(0))),
        ([1, 3, 2, 4], 4, ("ValidatorOrderInvalid", 2, address(2))),
        ([1, 2, 2, 4], 4, ("ValidatorOrderInvalid", 2, address(2))),
        ([1, 2, 3, 4], 3, ("OperatorCountInvalid", 4, 3)),
    ],
)
def test_a_first_set_of_the_wrong_form_is_refused(
    world: Any, validators: list[int], operators: int, error: tuple[Any, ...]
) -> None:
    given = [world.seats[place % 7].member for place in range(operators)]
    assert founding(world, validators=[address(number) for number in validators], operators=given) == error


def test_operators_are_distinct_members(world: Any) -> None:
    one, two, three = world.operators[:3]
    assert founding(world, operators=[one, two, three, one]) == ("OperatorRepeated", one)
    assert founding(world, operators=[one, two, three, NEW]) == ("MemberNotActive", NEW)


# The vote.


def test_a_proposal_is_carried_out_once_two_thirds_approve(world: Any) -> None:
    calls, events = world.consortium.functions, world.consortium.events
    number = world.propose(world.consortium, "admit", NEW, NEW_CODE, world.spare, VOTE | ANCHOR, FULL, approvals=3)
    seen = calls.proposal(number).call()
    assert seen[:2] == (world.consortium.address, world.seats[0].member)
    assert (seen[3], seen[5]) == (False, [seat.member for seat in world.seats[:3]])
    assert world.refusal(calls.execute(number), world.stranger) == ("ProposalApprovalsTooFew", number, 3, 4)
    receipt = world.send(calls.approve(number), world.seats[6].signer)
    assert world.events(events.ProposalApproved(), receipt) == [{"id": number, "member": world.seats[6].member}]
    receipt = world.send(calls.execute(number), world.stranger)
    assert world.events(events.ProposalExecuted(), receipt) == [{"id": number, "result": b""}]
    assert calls.anchoring(world.spare).call() == [NEW, NEW_CODE, FULL]
    assert world.refusal(calls.execute(number), world.stranger) == ("ProposalAlreadyExecuted", number)


def test_proposing_is_not_approving_and_an_approval_is_taken_back(world: Any) -> None:
    calls = world.consortium.functions
    number = world.propose(world.consortium, "pauseAnchoring", True, approvals=0)
    voter = world.seats[0]
    assert calls.proposal(number).call()[5] == []
    assert world.refusal(calls.withdraw(number), voter.signer) == ("ProposalNotApproved", number, voter.member)
    world.send(calls.approve(number), voter.signer)
    assert world.refusal(calls.approve(number), voter.signer) == ("ProposalAlreadyApproved", number, voter.member)
    world.send(calls.withdraw(number), voter.signer)
    assert calls.proposal(number).call()[5] == []


def test_a_proposal_expires_after_thirty_days(world: Any) -> None:
    calls = world.consortium.functions
    number = world.propose(world.consortium, "pauseAnchoring", True)
    expires = calls.proposal(number).call()[2]
    receipt = receipt_of(world, number)
    (made,) = world.events(world.consortium.events.ProposalCreated(), receipt)
    assert made["expiresAt"] == expires == world.time_of(receipt) + 30 * 86_400
    world.tester.time_travel(expires)
    world.tester.mine_block()
    assert world.refusal(calls.execute(number), world.stranger) == ("ProposalExpired", number, expires)
    assert world.refusal(calls.approve(number), world.seats[5].signer) == ("ProposalExpired", number, expires)


def receipt_of(world: Any, number: int) -> Any:
    """The receipt of the transaction that made the proposal."""
    topic = keccak(text="ProposalCreated(uint64,bytes32,address,bytes,uint64)")
    (entry,) = world.w3.eth.get_logs({"fromBlock": 0, "topics": ["0x" + topic.hex(), f"0x{number:064x}"]})
    return world.w3.eth.get_transaction_receipt(entry["transactionHash"])


def test_a_failed_call_says_why_and_stays_open(world: Any) -> None:
    number = world.propose(world.consortium, "unfreeze", world.seats[0].member)
    name, told, why = world.refusal(world.consortium.functions.execute(number), world.stranger)
    assert (name, told, world.error(why)) == ("ProposalCallFailed", number, ("MemberNotFrozen", world.seats[0].member))
    world.send(world.consortium.functions.freeze(), world.seats[0].signer)
    world.send(world.consortium.functions.execute(number), world.stranger)


def governance(world: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """Every function that needs a proposal, with arguments that a proposal could use."""
    member = world.seats[6].member
    return [
        ("admit", (NEW, NEW_CODE, world.spare, VOTE, 0)),
        ("retire", (member,)),
        ("setRights", (member, VOTE)),
        ("setScope", (member, FULL)),
        ("rotateSigner", (member, world.spare)),
        ("unfreeze", (member,)),
        ("pauseAnchoring", (True,)),
        ("announce", (world.validators, world.operators)),
    ]


def test_no_account_alone_does_what_needs_two_thirds(world: Any) -> None:
    world.send(world.consortium.functions.freeze(), world.seats[6].signer)
    for name, arguments in governance(world):
        call = world.consortium.functions[name](*arguments)
        for caller in [*(seat.signer for seat in world.seats), world.stranger]:
            assert world.refusal(call, caller) == ("CallerNotProposal", caller.lower()), name


def test_a_proposal_does_each_of_them(world: Any) -> None:
    for name, arguments in governance(world):
        snapshot = world.tester.take_snapshot()
        world.send(world.consortium.functions.freeze(), world.seats[6].signer)
        receipt = world.decide(world.consortium, name, *arguments)
        assert len(receipt["logs"]) == 2, f"{name} has its event before ProposalExecuted"
        world.tester.revert_to_snapshot(snapshot)


def test_only_voters_propose_approve_and_withdraw(world: Any) -> None:
    calls, silent = world.consortium.functions, world.seats[4]
    number = world.propose(world.consortium, "pauseAnchoring", True)
    for call in (calls.propose(world.consortium.address, b""), calls.approve(number), calls.withdraw(number)):
        assert world.refusal(call, silent.signer) == ("RightMissing", silent.member, VOTE)
        assert world.refusal(call, world.stranger) == ("SignerNotActing", world.stranger.lower())


def test_voters_never_fall_below_four(world: Any) -> None:
    world.decide(world.consortium, "retire", world.seats[5].member)
    world.decide(world.consortium, "setRights", world.seats[6].member, ANCHOR)
    assert len(world.consortium.functions.voters().call()) == 4
    number = world.propose(world.consortium, "setRights", world.seats[3].member, 0)
    why = world.refusal(world.consortium.functions.execute(number), world.stranger)[2]
    assert world.error(why) == ("VotersTooFew", 3)


# Members and sets.


def test_a_stolen_key_is_frozen_rotated_and_the_member_goes_on(world: Any) -> None:
    calls, seat = world.consortium.functions, world.seats[0]
    world.send(calls.freeze(), seat.signer)
    assert calls.acting(seat.signer).call() == [seat.member, VOTE]
    world.decide(world.consortium, "rotateSigner", seat.member, world.spare)
    assert world.refusal(calls.anchoring(world.spare), world.spare) == ("MemberIsFrozen", seat.member)
    assert world.refusal(calls.freeze(), seat.signer) == ("SignerNotActing", seat.signer.lower())
    assert calls.memberOf(seat.signer).call() == seat.member
    # its own vote now comes from the new signer
    data = world.consortium.encode_abi("unfreeze", args=[seat.member])
    world.send(calls.propose(world.consortium.address, data), world.spare)
    number = calls.proposals().call()
    for signer in (world.spare, *(other.signer for other in world.seats[1:4])):
        world.send(calls.approve(number), signer)
    world.send(calls.execute(number), world.stranger)
    assert calls.anchoring(world.spare).call()[0] == seat.member


def test_slot_zero_follows_every_announcement(world: Any) -> None:
    grown = [*world.validators, address(0x3000)]
    receipt = world.decide(world.consortium, "announce", grown, [*world.operators, world.seats[4].member])
    from_block = receipt["blockNumber"] + 1
    assert world.word(world.consortium, 0) == set_hash(1, from_block, grown, [*world.operators, world.seats[4].member])
    shrunk = grown[1:]
    operators = [world.seats[6].member, *world.operators[1:]]
    receipt = world.decide(world.consortium, "announce", shrunk, operators)
    (said,) = world.events(world.consortium.events.ValidatorsChanged(), receipt)
    assert said == {"epoch": 2, "fromBlock": receipt["blockNumber"] + 1, "validators": shrunk, "operators": operators}
    assert world.consortium.functions.validatorSet().call() == list(said.values())
    assert world.word(world.consortium, 0) == set_hash(*said.values())


def test_a_set_changes_by_one_in_and_one_out(world: Any) -> None:
    number = world.propose(world.consortium, "announce", [address(1), address(2), *world.validators[2:]], world.operators)
    why = world.refusal(world.consortium.functions.execute(number), world.stranger)[2]
    assert world.error(why) == ("ValidatorsChangeTooLarge", 2, 2)


def test_who_operates_a_validator_is_not_retired(world: Any) -> None:
    number = world.propose(world.consortium, "retire", world.seats[3].member)
    why = world.refusal(world.consortium.functions.execute(number), world.stranger)[2]
    assert world.error(why) == ("MemberOperates", world.seats[3].member, 3)
