"""AnchorLog through its bindings on the embedded chain."""

from __future__ import annotations

import pytest

from certs.slots import member_word
from ledger.anchors import Head, anchor_call, anchor_transaction, head, heads, preflight
from ledger.contracts import Refusal
from ledger.errors import NodeContradicts, RpcRefused
from ledger.transactions import receipt

SCOPE = 1 | 1 << 33


@pytest.fixture(scope="module")
def anchored(world):
    """Bureaus 0 and 1 anchor: (0, 1), (0, 2), (1, 1)."""
    return {place: world.anchor(*place) for place in [(0, 1), (0, 2), (1, 1)]}


def ask(world, who, seq, **changed):
    wanted = {"root": b"\x01" * 32, "size": 3, "scope": SCOPE, "suite": 1, **changed}
    return preflight(
        world.rpc, sender=world.signers[who].address, to=world.deployment.anchor_log, data=anchor_call(seq, **wanted)
    )


def test_a_head_is_what_was_anchored(world, anchored):
    included = receipt(world.rpc, anchored[0, 2].hash)
    assert included.succeeded
    assert head(world.rpc, world.deployment.anchor_log, world.founders[0].member, 2) == Head(
        root=b"\x01" * 31 + b"\x02", size=3, block_number=included.block_number, suite=1, scope=SCOPE
    )


def test_anchoring_costs_less_than_100k_gas(world, anchored):
    assert all(receipt(world.rpc, signed.hash).gas_used <= 100_000 for signed in anchored.values())


def test_heads_come_in_the_order_they_were_asked_for(world, anchored):
    first, second = world.founders[0].member, world.founders[1].member
    found = heads(world.rpc, world.deployment.anchor_log, [(second, 1), (first, 9), (first, 1)])
    assert [h and h.root for h in found] == [b"\x02" * 31 + b"\x01", None, b"\x01" * 32]


def test_a_head_is_absent_before_its_block(world, anchored):
    included = receipt(world.rpc, anchored[1, 1].hash)
    place = (world.deployment.anchor_log, world.founders[1].member, 1)
    assert head(world.rpc, *place, block=included.block_number - 1) is None
    assert head(world.rpc, *place, block=included.block_number) is not None


def test_an_address_without_code_has_no_heads(world):
    with pytest.raises(NodeContradicts):
        head(world.rpc, b"\x01" * 20, world.founders[0].member, 1)


def test_a_next_anchor_passes_the_preflight(world, anchored):
    assert ask(world, 0, 3) is None
    assert head(world.rpc, world.deployment.anchor_log, world.founders[0].member, 3) is None


def test_a_repeated_seq_reverts_and_the_preflight_says_why(world, anchored):
    word = member_word(world.founders[0].member)
    assert ask(world, 0, 2) == Refusal("AnchorAlreadySet", (word, 2))
    before = head(world.rpc, world.deployment.anchor_log, world.founders[0].member, 2)
    again = world.anchor(0, 2, root=b"\x77" * 32)
    assert not receipt(world.rpc, again.hash).succeeded
    assert head(world.rpc, world.deployment.anchor_log, world.founders[0].member, 2) == before


@pytest.mark.parametrize(
    ("who", "seq", "changed", "name"),
    [
        (0, 4, {}, "AnchorOutOfOrder"),
        (0, 0, {}, "AnchorSeqOutOfRange"),
        (0, 3, {"root": bytes(32)}, "AnchorRootMissing"),
        (0, 3, {"size": 0}, "AnchorSizeOutOfRange"),
        (0, 3, {"suite": 0}, "AnchorSuiteMissing"),
        (0, 3, {"scope": 1}, "AnchorScopeIncomplete"),
        (0, 3, {"scope": SCOPE | 1 << 31}, "AnchorScopeExceeded"),
        (6, 1, {}, "RightMissing"),
    ],
)
def test_the_preflight_names_the_error(world, anchored, who, seq, changed, name):
    assert ask(world, who, seq, **changed).name == name


def test_a_stranger_is_told_that_it_acts_for_nobody(world):
    refusal = preflight(
        world.rpc,
        sender=world.deployer.address,
        to=world.deployment.anchor_log,
        data=anchor_call(1, root=b"\x01" * 32, size=1, scope=SCOPE, suite=1),
    )
    assert refusal.name == "SignerNotActing"


def test_an_error_without_revert_data_is_no_word_of_the_contract(function_port):
    def refuse(method, params):
        raise RpcRefused(-32005)

    with pytest.raises(RpcRefused):
        preflight(function_port(refuse), sender="0x" + "11" * 20, to=b"\x01" * 20, data=b"")


def test_a_revert_without_words_is_still_a_refusal(function_port):
    def refuse(method, params):
        raise RpcRefused(3, b"")

    assert preflight(function_port(refuse), sender="0x" + "11" * 20, to=b"\x01" * 20, data=b"") == Refusal("")


def test_the_transaction_behind_a_head_is_found_whoever_sent_it(world, anchored):
    for (who, seq), signed in anchored.items():
        member = world.founders[who].member
        number = head(world.rpc, world.deployment.anchor_log, member, seq).block_number
        assert anchor_transaction(world.rpc, world.deployment.anchor_log, member, seq, block_number=number) == signed.hash


def test_a_block_without_the_anchor_has_no_such_transaction(world, anchored):
    number = receipt(world.rpc, anchored[0, 1].hash).block_number
    member = world.founders[0].member
    assert anchor_transaction(world.rpc, world.deployment.anchor_log, member, 1, block_number=number - 1) is None
    assert anchor_transaction(world.rpc, world.deployment.anchor_log, member, 3, block_number=number) is None


@pytest.mark.parametrize("answer", [None, {}, [{}], [{"transactionHash": "0x00"}], [{"transactionHash": "0x" + "11" * 32}] * 2])
def test_logs_of_another_shape_contradict(function_port, answer):
    with pytest.raises(NodeContradicts):
        anchor_transaction(function_port(lambda method, params: answer), b"\x01" * 20, "91310000MA1FL0000X", 1, block_number=1)
