"""StatusRegistry on the embedded chain: set by the call data, read as words, and proven by a staple."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode

from certs.canonical import canonical
from certs.evm.header import parse_header
from certs.evm.log import Anchored
from certs.evm.trie import NodeSet
from certs.staple import Place as ProvenPlace
from certs.staple import Status, StatusWord, read_state
from certs.trust import load_bundle
from ledger.announcements import AnnouncedSet
from ledger.collect import NamedMember, Place, build_bundle, collect_staple
from ledger.contracts import STATUS_REGISTRY, artifact, decode_call
from ledger.errors import NodeContradicts
from ledger.quantities import to_data
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
from ledger.transactions import receipt

WHO = 3
KEY, OTHER_KEY = b"\x01" * 32, b"\x02" * 32
MEMBER_WORD = b"91310000MA1FL0003X" + bytes(14)


@pytest.fixture(scope="module")
def changes(world):
    """Bureau 3 anchors two batches, supersedes leaf (1, 0) by (2, 1), suspends batch 2 and recalls a code."""
    registry = world.deployment.status_registry
    for seq in (1, 2):
        world.anchor(WHO, seq)
    calls = [
        set_leaf_call(1, 0, status=Status.SUPERSEDED, reason=7, successor=(2, 1)),
        set_batch_call(2, status=Status.SUSPENDED, reason=8),
        set_code_call(KEY, status=Status.RECALLED, reason=9),
    ]
    done = [world.transact(WHO, registry, call) for call in calls]
    return [receipt(world.rpc, signed.hash) for signed in done]


def time_of(world, included):
    return int(world.rpc.call("eth_getBlockByNumber", [hex(included.block_number), False])["timestamp"], 16)


def proven(world, index, keys, *, seq):
    """What a verifier reads from a staple of now for a leaf of bureau 3, whose batches have three leaves and suite 1."""
    member = world.founders[WHO].member
    named = [NamedMember(member, world.founders[WHO].code, "某局")]
    first = [AnnouncedSet(world.deployment.set, None)]
    bundle = build_bundle(
        world.rpc, "qbft", world.deployment, network="development", name="n", prefix="SHFS", members=named, sets=first
    )
    staple = collect_staple(
        world.rpc, "qbft", world.deployment, Place(member, seq, index), code_keys=keys, validators=world.validators
    )
    anchored = Anchored(member, seq, bytes([WHO + 1]) * 31 + bytes([seq]), 3, 1 | 1 << 33, 1, world.founders[WHO].code)
    header = parse_header(bytes.fromhex(staple["headers"][0][2:]))
    nodes = NodeSet([bytes.fromhex(node[2:]) for node in staple["nodes"]])
    return read_state(load_bundle(canonical(bundle)), header.state_root, nodes, ProvenPlace(anchored, index, tuple(keys)))


def test_every_change_was_taken(changes):
    assert all(included.succeeded for included in changes)


def test_a_leafs_word_is_what_was_set(world, changes):
    word = leaf_status(world.rpc, world.deployment.status_registry, world.founders[WHO].member, 1, 0)
    assert word == StatusWord(Status.SUPERSEDED, 7, time_of(world, changes[0]), word.change, (2, 1))


def test_a_batchs_word_is_what_was_set(world, changes):
    word = batch_status(world.rpc, world.deployment.status_registry, world.founders[WHO].member, 2)
    assert word == StatusWord(Status.SUSPENDED, 8, time_of(world, changes[1]), word.change, None)


def test_code_words_come_in_order_and_numbered(world, changes):
    none, word = code_statuses(world.rpc, world.deployment.status_registry, [OTHER_KEY, KEY])
    assert none is None
    assert word == StatusWord(Status.RECALLED, 9, time_of(world, changes[2]), word.change, None)
    leaf = leaf_status(world.rpc, world.deployment.status_registry, world.founders[WHO].member, 1, 0)
    batch = batch_status(world.rpc, world.deployment.status_registry, world.founders[WHO].member, 2)
    assert [leaf.change, batch.change] == [word.change - 2, word.change - 1]


def test_a_place_without_a_word_is_none(world, changes):
    registry, member = world.deployment.status_registry, world.founders[WHO].member
    assert leaf_status(world.rpc, registry, member, 1, 1) is None
    assert batch_status(world.rpc, registry, member, 1) is None


def test_a_word_is_read_at_a_block(world, changes):
    registry, member = world.deployment.status_registry, world.founders[WHO].member
    assert batch_status(world.rpc, registry, member, 2, block=changes[1].block_number - 1) is None
    assert batch_status(world.rpc, registry, member, 2, block=changes[1].block_number) is not None


def test_a_staple_proves_the_words_that_were_read(world, changes):
    registry, member = world.deployment.status_registry, world.founders[WHO].member
    code = code_statuses(world.rpc, registry, [KEY])[0]
    superseded = proven(world, 0, [KEY, OTHER_KEY], seq=1)
    assert superseded.complete
    assert superseded.read() == (leaf_status(world.rpc, registry, member, 1, 0), code)
    suspended = proven(world, 0, [KEY], seq=2)
    assert suspended.read() == (batch_status(world.rpc, registry, member, 2), code)


def test_a_staple_proves_that_nothing_was_said(world, changes):
    silent = proven(world, 1, [OTHER_KEY], seq=1)
    assert (silent.complete, silent.read()) == (True, ())


def test_a_status_that_is_lifted_reads_active(world, changes):
    registry, member = world.deployment.status_registry, world.founders[WHO].member
    for status in (Status.SUSPENDED, Status.ACTIVE):
        done = world.transact(WHO, registry, set_leaf_call(2, 2, status=status, reason=0))
        assert receipt(world.rpc, done.hash).succeeded
        assert leaf_status(world.rpc, registry, member, 2, 2).status is status
    assert [word.status for word in proven(world, 2, [OTHER_KEY], seq=2).read()] == [Status.ACTIVE, Status.SUSPENDED]


@pytest.mark.parametrize(
    ("data", "function", "arguments"),
    [
        (set_leaf_call(1, 2, status=Status.REVOKED, reason=3), "setLeaf", (1, 2, 4, 3, 0, 0)),
        (set_leaf_call(1, 2, status=Status.SUPERSEDED, reason=3, successor=(5, 6)), "setLeaf", (1, 2, 3, 3, 5, 6)),
        (set_batch_call(1, status=Status.ACTIVE, reason=3), "setBatch", (1, 1, 3)),
        (set_code_call(KEY, status=Status.RECALLED, reason=3), "setCode", (KEY, 5, 3)),
        (
            set_leaf_for_call("91310000MA1FL0003X", 1, 2, status=Status.SUPERSEDED, reason=3, successor=(5, 6)),
            "setLeafFor",
            (MEMBER_WORD, 1, 2, 3, 3, 5, 6),
        ),
        (
            set_leaf_for_call("91310000MA1FL0003X", 1, 2, status=Status.SUSPENDED, reason=3),
            "setLeafFor",
            (MEMBER_WORD, 1, 2, 2, 3, 0, 0),
        ),
        (set_batch_for_call("91310000MA1FL0003X", 1, status=Status.REVOKED, reason=3), "setBatchFor", (MEMBER_WORD, 1, 4, 3)),
        (set_code_for_call("91310000MA1FL0003X", KEY, status=Status.ACTIVE, reason=3), "setCodeFor", (MEMBER_WORD, KEY, 1, 3)),
    ],
)
def test_call_data_is_of_the_function_with_its_arguments_in_order(data, function, arguments):
    assert decode_call(artifact(STATUS_REGISTRY), data) == (function, arguments)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ((6, 0, 1, 1, 0, 0), "status"),
        ((1, 0, 1, 1, 2, 0), "successor"),
        ((2, 0, 1, 1, 0, 1), "successor"),
        ((3, 0, 1, 1, 0, 0), "successor"),
    ],
)
def test_a_word_the_contract_never_writes_is_refused(function_port, entry, field):
    answer = to_data(encode(["(uint8,uint16,uint48,uint64,uint48,uint48)"], [entry]))
    with pytest.raises(NodeContradicts) as caught:
        batch_status(function_port(lambda method, params: answer), b"\x01" * 20, "91310000MA1FL0003X", 1)
    assert caught.value.field == field
