"""AnchorLog on a real EVM: exactly once, in order, within scope, at the slots that verifiers walk to, for at most 100,000 gas."""

from __future__ import annotations

from typing import Any

import pytest

ROOT = b"\xa5" * 32  # no zero byte: the dearest call data
FULL = (0x7 << 32) | 0x7
GAS_LIMIT = 100_000


def anchor(world: Any, seq: int, /, **change: Any) -> Any:
    good = {"seq": seq, "root": ROOT, "size": 5, "scope": FULL, "suite": 1} | change
    return world.log.functions.anchor(*good.values())


def test_an_anchor_is_logged_with_every_field(world: Any) -> None:
    receipt = world.send(anchor(world, 1, suite=2), world.seats[0].signer)
    (logged,) = world.events(world.log.events.Anchored(), receipt)
    assert logged == {
        "member": world.seats[0].member,
        "seq": 1,
        "root": ROOT,
        "size": 5,
        "scope": FULL,
        "suite": 2,
        "code": world.seats[0].code,
    }
    assert world.log.functions.head(world.seats[0].member, 1).call() == [ROOT, 5, receipt["blockNumber"], 2, FULL]


def test_a_head_is_two_words_at_its_slot(world: Any) -> None:
    member = world.seats[0].member
    sent = {"size": 2**48 - 2, "scope": (0x5 << 32) | 0x6, "suite": 254}
    receipt = world.send(anchor(world, 1, **sent), world.seats[0].signer)
    slot = world.slot(["bytes32", "uint64"], [member, 1])
    packed = sent["size"] | receipt["blockNumber"] << 48 | sent["suite"] << 96 | sent["scope"] << 104
    assert world.word(world.log, slot) == ROOT
    assert world.word(world.log, slot + 1) == packed.to_bytes(32, "big")
    assert world.word(world.log, slot + 2) == bytes(32)
    assert world.word(world.log, world.slot(["bytes32", "uint64"], [member, 2])) == bytes(32)
    assert world.word(world.log, 0) == bytes(32)


def test_no_anchor_costs_more_than_the_limit(world: Any) -> None:
    used = [
        world.send(anchor(world, seq, size=2**48 - 1), seat.signer)["gasUsed"]
        for seq in range(1, 5)
        for seat in (world.seats[0], world.seats[6])
    ]
    assert max(used) <= GAS_LIMIT, used


def test_an_anchor_happens_once_and_in_order(world: Any) -> None:
    one, other = world.seats[0], world.seats[1]
    assert world.refusal(anchor(world, 2), one.signer) == ("AnchorOutOfOrder", one.member, 2)
    world.send(anchor(world, 1), one.signer)
    assert world.refusal(anchor(world, 1), one.signer) == ("AnchorAlreadySet", one.member, 1)
    assert world.refusal(anchor(world, 3), one.signer) == ("AnchorOutOfOrder", one.member, 3)
    world.send(anchor(world, 2), one.signer)
    assert world.refusal(anchor(world, 1, root=b"\1" * 32), one.signer) == ("AnchorAlreadySet", one.member, 1)
    assert world.refusal(anchor(world, 2), other.signer) == ("AnchorOutOfOrder", other.member, 2)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"root": bytes(32)}, ("AnchorRootMissing", 1)),
        ({"size": 0}, ("AnchorSizeOutOfRange", 0)),
        ({"size": 2**48}, ("AnchorSizeOutOfRange", 2**48)),
        ({"suite": 0}, ("AnchorSuiteMissing", 1)),
        ({"seq": 0}, ("AnchorSeqOutOfRange", 0)),
        ({"seq": 2**48}, ("AnchorSeqOutOfRange", 2**48)),
        ({"scope": 0}, ("AnchorScopeIncomplete", 0)),
        ({"scope": 7}, ("AnchorScopeIncomplete", 7)),
        ({"scope": 7 << 32}, ("AnchorScopeIncomplete", 7 << 32)),
        ({"scope": FULL | 8}, ("AnchorScopeExceeded", FULL | 8, FULL)),
        ({"scope": FULL | 8 << 32}, ("AnchorScopeExceeded", FULL | 8 << 32, FULL)),
    ],
    ids=str,
)
def test_what_is_out_of_range_is_refused(world: Any, change: dict[str, Any], error: tuple[Any, ...]) -> None:
    name, *arguments = world.refusal(anchor(world, 1, **change), world.seats[0].signer)
    without_member = [argument for argument in arguments if argument != world.seats[0].member]
    assert (name, *without_member) == error


def test_who_may_not_anchor_is_refused(world: Any) -> None:
    first, voter = world.seats[0], world.seats[5]
    assert world.refusal(anchor(world, 1), world.stranger) == ("SignerNotActing", world.stranger.lower())
    assert world.refusal(anchor(world, 1), voter.signer) == ("RightMissing", voter.member, 2)
    world.send(world.consortium.functions.freeze(), first.signer)
    assert world.refusal(anchor(world, 1), first.signer) == ("MemberIsFrozen", first.member)
    world.decide(world.consortium, "pauseAnchoring", True)
    assert world.refusal(anchor(world, 1), world.seats[6].signer) == ("AnchoringIsPaused",)


def test_a_failed_anchor_leaves_nothing(world: Any) -> None:
    call = anchor(world, 2)
    sent = call.transact({"from": world.seats[0].signer, "gas": 200_000})
    receipt = world.w3.eth.get_transaction_receipt(sent)
    assert (receipt["status"], receipt["logs"]) == (0, [])
    assert world.log.functions.head(world.seats[0].member, 2).call() == [bytes(32), 0, 0, 0, 0]


def test_a_retired_member_comes_back_and_its_seq_continues(world: Any) -> None:
    seat = world.seats[4]
    world.send(anchor(world, 1), seat.signer)
    world.decide(world.consortium, "retire", seat.member)
    assert world.refusal(anchor(world, 2), seat.signer) == ("SignerNotActing", seat.signer.lower())
    world.decide(world.consortium, "admit", seat.member, seat.code, world.spare, 2, FULL)
    world.send(anchor(world, 2), world.spare)
    assert world.refusal(anchor(world, 1), world.spare) == ("AnchorAlreadySet", seat.member, 1)


def test_the_log_names_its_consortium(world: Any) -> None:
    assert world.log.functions.consortium().call() == world.consortium.address
