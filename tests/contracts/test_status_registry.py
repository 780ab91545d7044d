"""StatusRegistry on a real EVM: one packed word per leaf, batch and code at its slot, written by whom it may concern."""

from __future__ import annotations

from typing import Any

import pytest

ACTIVE, SUSPENDED, SUPERSEDED, REVOKED, RECALLED = range(1, 6)
STATUS, RECALL = 4, 8
FULL = (0x7 << 32) | 0x7
KEY = b"\x5a" * 32
BY_PROPOSAL = b"\xff" * 32
EMPTY = (0, 0, 0, 0, 0, 0)

LEAF = ["uint8", "bytes32", "uint64", "uint64"]
BATCH = ["uint8", "bytes32", "uint64"]
CODE = ["uint8", "bytes32"]


@pytest.fixture
def anchored(world: Any) -> Any:
    """Member 0 has batch 1 of five leaves and batch 2 of three."""
    for seq, size in ((1, 5), (2, 3)):
        world.send(world.log.functions.anchor(seq, KEY, size, FULL, 1), world.seats[0].signer)
    return world


def packed(entry: tuple[int, ...]) -> bytes:
    """PROTOCOL §5: uint8 status, uint16 reason, uint48 time, uint64 change, uint48 nextSeq, uint48 nextIndex, low bits first."""
    word, shift = 0, 0
    for value, bits in zip(entry, (8, 16, 48, 64, 48, 48), strict=True):
        word |= value << shift
        shift += bits
    return word.to_bytes(32, "big")


def test_before_anything_is_said_words_are_zero(anchored: Any) -> None:
    member, calls = anchored.seats[0].member, anchored.registry.functions
    assert calls.leafStatus(member, 1, 0).call() == EMPTY
    assert calls.batchStatus(member, 1).call() == EMPTY
    assert calls.codeStatus(KEY).call() == EMPTY
    assert calls.changes().call() == 0
    for types, values in ((LEAF, [1, member, 1, 0]), (BATCH, [2, member, 1]), (CODE, [3, KEY])):
        assert anchored.word(anchored.registry, anchored.slot(types, values)) == bytes(32)


def test_a_leafs_word_and_event(anchored: Any) -> None:
    member, calls = anchored.seats[0].member, anchored.registry.functions
    receipt = anchored.send(calls.setLeaf(1, 4, SUPERSEDED, 65_535, 2, 2), anchored.seats[0].signer)
    entry = (SUPERSEDED, 65_535, anchored.time_of(receipt), 1, 2, 2)
    assert calls.leafStatus(member, 1, 4).call() == entry
    assert anchored.word(anchored.registry, anchored.slot(LEAF, [1, member, 1, 4])) == packed(entry)
    (said,) = anchored.events(anchored.registry.events.LeafStatus(), receipt)
    assert said == {
        "member": member, "seq": 1, "index": 4, "status": SUPERSEDED, "reason": 65_535,
        "nextSeq": 2, "nextIndex": 2, "change": 1,
    }  # fmt: skip


def test_a_batchs_word_and_event(anchored: Any) -> None:
    member, calls = anchored.seats[0].member, anchored.registry.functions
    receipt = anchored.send(calls.setBatch(2, SUSPENDED, 300), anchored.seats[0].signer)
    entry = (SUSPENDED, 300, anchored.time_of(receipt), 1, 0, 0)
    assert calls.batchStatus(member, 2).call() == entry
    assert anchored.word(anchored.registry, anchored.slot(BATCH, [2, member, 2])) == packed(entry)
    (said,) = anchored.events(anchored.registry.events.BatchStatus(), receipt)
    assert said == {"member": member, "seq": 2, "status": SUSPENDED, "reason": 300, "change": 1}


def test_a_codes_word_and_event(anchored: Any) -> None:
    seat, calls = anchored.seats[3], anchored.registry.functions
    receipt = anchored.send(calls.setCode(KEY, RECALLED, 1), seat.signer)
    entry = (RECALLED, 1, anchored.time_of(receipt), 1, 0, 0)
    assert calls.codeStatus(KEY).call() == entry
    slot = anchored.slot(CODE, [3, KEY])
    assert anchored.word(anchored.registry, slot) == packed(entry)
    (said,) = anchored.events(anchored.registry.events.CodeStatus(), receipt)
    assert said == {"codeKey": KEY, "member": seat.member, "status": RECALLED, "reason": 1, "change": 1}


def test_changes_have_no_gap(anchored: Any) -> None:
    calls = anchored.registry.functions
    signer = anchored.seats[0].signer
    steps = (calls.setLeaf(1, 0, SUSPENDED, 0, 0, 0), calls.setBatch(1, SUSPENDED, 0), calls.setCode(KEY, RECALLED, 0))
    for number, call in enumerate(steps, start=1):
        anchored.send(call, signer)
        assert calls.changes().call() == number


def test_who_lacks_the_right_says_nothing(anchored: Any) -> None:
    calls = anchored.registry.functions
    leaf, batch, code = calls.setLeaf(1, 0, ACTIVE, 0, 0, 0), calls.setBatch(1, ACTIVE, 0), calls.setCode(KEY, RECALLED, 0)
    for seat in anchored.seats:
        for call, right in ((leaf, STATUS), (batch, STATUS), (code, RECALL)):
            if not seat.rights & right:
                assert anchored.refusal(call, seat.signer) == ("StatusRightMissing", seat.signer.lower(), right)
    for call, right in ((leaf, STATUS), (batch, STATUS), (code, RECALL)):
        assert anchored.refusal(call, anchored.stranger) == ("StatusRightMissing", anchored.stranger.lower(), right)


def test_a_frozen_member_says_nothing_and_a_pause_stops_nobody(anchored: Any) -> None:
    call, seat = anchored.registry.functions.setLeaf(1, 0, SUSPENDED, 0, 0, 0), anchored.seats[0]
    anchored.decide(anchored.consortium, "pauseAnchoring", True)
    anchored.send(call, seat.signer)
    anchored.send(anchored.consortium.functions.freeze(), seat.signer)
    assert anchored.refusal(call, seat.signer) == ("StatusRightMissing", seat.signer.lower(), STATUS)


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ((1, 5, SUSPENDED, 0, 0), "StatusPlaceMissing"),
        ((3, 0, SUSPENDED, 0, 0), "StatusPlaceMissing"),
        ((0, 0, SUSPENDED, 0, 0), "StatusPlaceMissing"),
        ((1, 1, SUPERSEDED, 1, 1), "StatusSuccessorInvalid"),
        ((1, 1, SUPERSEDED, 1, 0), "StatusSuccessorInvalid"),
        ((2, 0, SUPERSEDED, 1, 4), "StatusSuccessorInvalid"),
        ((1, 1, SUPERSEDED, 0, 0), "StatusSuccessorInvalid"),
        ((1, 1, SUPERSEDED, 2, 3), "StatusPlaceMissing"),
        ((1, 1, SUPERSEDED, 2**48, 0), "StatusPlaceMissing"),
        ((1, 1, REVOKED, 2, 0), "StatusSuccessorInvalid"),
        ((1, 1, 0, 0, 0), "StatusNotApplicable"),
        ((1, 1, RECALLED, 0, 0), "StatusNotApplicable"),
    ],
)
def test_a_leaf_status_that_means_nothing_is_refused(anchored: Any, place: tuple[int, ...], error: str) -> None:
    seq, index, status, next_seq, next_index = place
    call = anchored.registry.functions.setLeaf(seq, index, status, 0, next_seq, next_index)
    assert anchored.refusal(call, anchored.seats[0].signer)[0] == error


def test_revoked_is_for_ever(anchored: Any) -> None:
    calls, signer = anchored.registry.functions, anchored.seats[0].signer
    anchored.send(calls.setLeaf(1, 0, REVOKED, 0, 0, 0), signer)
    anchored.send(calls.setBatch(1, REVOKED, 0), signer)
    assert anchored.refusal(calls.setLeaf(1, 0, ACTIVE, 0, 0, 0), signer)[0] == "StatusRevoked"
    assert anchored.refusal(calls.setBatch(1, ACTIVE, 0), signer)[0] == "StatusRevoked"


def test_a_recall_is_lifted_by_whom_made_it_or_by_proposal(anchored: Any) -> None:
    calls, maker, other = anchored.registry.functions, anchored.seats[3], anchored.seats[6]
    anchored.send(calls.setCode(KEY, RECALLED, 0), maker.signer)
    assert anchored.refusal(calls.setCode(KEY, ACTIVE, 0), other.signer)[0] == "StatusKept"
    anchored.send(calls.setCode(KEY, ACTIVE, 0), maker.signer)
    anchored.send(calls.setCode(KEY, RECALLED, 0), maker.signer)
    anchored.decide(anchored.registry, "setCodeFor", maker.member, KEY, ACTIVE, 0)
    assert calls.codeStatus(KEY).call()[0] == ACTIVE


def test_raising_anothers_suspension_gives_nobody_the_right_to_lift_it(anchored: Any) -> None:
    calls, first, second = anchored.registry.functions, anchored.seats[3], anchored.seats[6]
    anchored.send(calls.setCode(KEY, SUSPENDED, 0), first.signer)
    anchored.send(calls.setCode(KEY, RECALLED, 0), second.signer)
    for seat in (first, second):
        name, _, keeper = anchored.refusal(calls.setCode(KEY, ACTIVE, 0), seat.signer)
        assert (name, keeper) == ("StatusKept", BY_PROPOSAL)


def test_two_thirds_speak_for_a_member_that_is_gone_and_for_nobody_less(anchored: Any) -> None:
    calls, seat = anchored.registry.functions, anchored.seats[0]
    for call in (
        calls.setLeafFor(seat.member, 1, 0, REVOKED, 0, 0, 0),
        calls.setBatchFor(seat.member, 1, REVOKED, 0),
        calls.setCodeFor(seat.member, KEY, RECALLED, 0),
    ):
        for caller in (seat.signer, anchored.stranger):
            assert anchored.refusal(call, caller) == ("StatusCallerNotConsortium", caller.lower())
    anchored.decide(anchored.registry, "setLeafFor", seat.member, 1, 0, REVOKED, 9, 0, 0)
    anchored.decide(anchored.registry, "setBatchFor", seat.member, 2, SUSPENDED, 9)
    assert calls.leafStatus(seat.member, 1, 0).call()[0] == REVOKED
    assert anchored.refusal(calls.setBatch(2, ACTIVE, 0), seat.signer)[::2] == ("StatusKept", BY_PROPOSAL)


def test_the_registry_names_its_contracts(world: Any) -> None:
    assert world.registry.functions.consortium().call() == world.consortium.address
    assert world.registry.functions.anchorLog().call() == world.log.address
