"""StatusRegistry's reads on the embedded chain."""

from __future__ import annotations

import pytest

from ledger.contracts import STATUS_REGISTRY, artifact, encode_call
from ledger.registry import batch_status, code_statuses, leaf_status
from ledger.transactions import receipt

SUSPENDED, SUPERSEDED, RECALLED = 2, 3, 5
KEY, OTHER_KEY = b"\x01" * 32, b"\x02" * 32


@pytest.fixture(scope="module")
def changes(world):
    """Bureau 3 anchors two batches, supersedes leaf (1, 0) by (2, 1), suspends batch 2 and recalls a code."""
    registry = world.deployment.status_registry
    for seq in (1, 2):
        world.anchor(3, seq)
    calls = [("setLeaf", [1, 0, SUPERSEDED, 7, 2, 1]), ("setBatch", [2, SUSPENDED, 8]), ("setCode", [KEY, RECALLED, 9])]
    done = [world.transact(3, registry, encode_call(artifact(STATUS_REGISTRY), *call)) for call in calls]
    return [receipt(world.rpc, signed.hash) for signed in done]


def test_every_change_was_taken(changes):
    assert all(included.succeeded for included in changes)


def test_a_leafs_word_is_what_was_set(world, changes):
    word = leaf_status(world.rpc, world.deployment.status_registry, world.founders[3].member, 1, 0)
    assert (word.status, word.reason, word.next_seq, word.next_index) == (SUPERSEDED, 7, 2, 1)
    assert word.time > 0


def test_a_batchs_word_is_what_was_set(world, changes):
    word = batch_status(world.rpc, world.deployment.status_registry, world.founders[3].member, 2)
    assert (word.status, word.reason) == (SUSPENDED, 8)


def test_code_words_come_in_order_and_numbered(world, changes):
    none, word = code_statuses(world.rpc, world.deployment.status_registry, [OTHER_KEY, KEY])
    assert none is None
    assert (word.status, word.reason) == (RECALLED, 9)
    assert word.change > batch_status(world.rpc, world.deployment.status_registry, world.founders[3].member, 2).change


def test_a_place_without_a_word_is_none(world, changes):
    registry, member = world.deployment.status_registry, world.founders[3].member
    assert leaf_status(world.rpc, registry, member, 1, 1) is None
    assert batch_status(world.rpc, registry, member, 1) is None


def test_a_word_is_read_at_a_block(world, changes):
    registry, member = world.deployment.status_registry, world.founders[3].member
    assert batch_status(world.rpc, registry, member, 2, block=changes[1].block_number - 1) is None
    assert batch_status(world.rpc, registry, member, 2, block=changes[1].block_number) is not None
