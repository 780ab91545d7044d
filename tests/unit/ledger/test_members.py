"""Consortium's reads on the embedded chain."""

from __future__ import annotations

import pytest

from certs.slots import CONSORTIUM_SET_SLOT, code_word, member_word
from ledger.errors import NodeContradicts, RpcRefused
from ledger.members import (
    Anchoring,
    Membership,
    acting,
    anchoring,
    code_of,
    member_of,
    memberships,
    uscc_of,
    validator_set,
    voters,
)
from ledger.quantities import to_data


def test_a_signer_serves_its_member_and_a_stranger_none(world):
    consortium = world.deployment.consortium
    assert member_of(world.rpc, consortium, world.signers[2].address) == world.founders[2].member
    assert member_of(world.rpc, consortium, world.deployer.address) is None


def test_a_member_anchors_under_its_code_and_scope(world):
    founder = world.founders[2]
    assert anchoring(world.rpc, world.deployment.consortium, founder.signer) == Anchoring(founder.member, "COM", founder.scope)


def test_who_may_not_anchor_is_told_why(world):
    consortium = world.deployment.consortium
    assert anchoring(world.rpc, consortium, world.founders[6].signer).name == "RightMissing"
    assert anchoring(world.rpc, consortium, world.deployer.address).name == "SignerNotActing"


def test_an_error_that_is_not_the_contracts_is_no_refusal(function_port):
    def refuse(method, params):
        raise RpcRefused(-32005)

    with pytest.raises(RpcRefused):
        anchoring(function_port(refuse), b"\x01" * 20, "0x" + "11" * 20)


def test_an_acting_signer_has_its_rights(world):
    consortium = world.deployment.consortium
    assert acting(world.rpc, consortium, world.founders[6].signer) == (world.founders[6].member, 5)
    assert acting(world.rpc, consortium, world.deployer.address) is None


def test_what_is_known_of_members_comes_in_their_order_and_nothing_of_a_stranger(world):
    last, stranger, first = memberships(
        world.rpc, world.deployment.consortium, [world.founders[6].member, "91310000MA1FL9999X", world.founders[0].member]
    )
    assert stranger is None
    assert last == Membership("CUS", 0, 5, True, False, world.founders[6].signer.lower())
    assert first == Membership("MR", world.founders[0].scope, 15, True, False, world.founders[0].signer.lower())


def test_all_founders_vote(world):
    assert voters(world.rpc, world.deployment.consortium) == sorted(founder.member for founder in world.founders)


def test_the_announced_set_is_the_chains(world):
    found = validator_set(world.rpc, world.deployment.consortium)
    assert list(found.validators) == world.validators
    assert found.epoch == 0


def test_slot_0_holds_the_commitment_of_the_set(world):
    answer = world.rpc.call("eth_getStorageAt", [to_data(world.deployment.consortium), to_data(CONSORTIUM_SET_SLOT), "latest"])
    assert answer == to_data(world.deployment.set.commitment())


@pytest.mark.parametrize("uscc", ["91310000MA1FL0000X", "1" * 18])
def test_a_member_word_reads_back(uscc):
    assert uscc_of(member_word(uscc)) == uscc


@pytest.mark.parametrize(
    "word",
    [
        bytes(32),
        b"1" * 32,
        b"1" * 17 + bytes(15),
        b"1" * 18 + bytes(13) + b"1",
        b"1" * 17 + b"-" + bytes(14),
        b"\xff" * 18 + bytes(14),
    ],
)
def test_a_word_that_is_no_member_is_refused(word):
    with pytest.raises(NodeContradicts):
        uscc_of(word)


@pytest.mark.parametrize("code", ["COM", "AB", "12345678"])
def test_a_code_word_reads_back(code):
    assert code_of(code_word(code)) == code


@pytest.mark.parametrize("word", [bytes(8), b"A\0B" + bytes(5), b"A-" + bytes(6), b"\xff" * 8])
def test_a_word_that_is_no_code_is_refused(word):
    with pytest.raises(NodeContradicts):
        code_of(word)
