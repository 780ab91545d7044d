"""The store against the chain: what it lacks, what it holds and the chain does not, and what a node cannot know yet."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from certs.slots import leaf_status_slot
from gateway.cli.fsck import exit_code
from gateway.fsck.findings import DIFFERS, MISSING, UNCHECKED
from ledger.transactions import UnsignedTransaction, send, sign
from tests.service import AGR, COM
from tests.unit.gateway.fsck.conftest import Audited
from tests.unit.gateway.fsck.test_run import of

FOREIGN = b"\7" * 32


def named(audited: Audited, kind: str) -> list[tuple[str, str, str]]:
    return [(finding.table, finding.row, finding.what) for finding in audited.audit() if finding.kind == kind]


def test_batches_on_the_chain_that_the_store_lacks_are_named(audited: Audited) -> None:
    for seq in (3, 4, 5):
        audited.bench.chain.write_head(COM, seq, root=FOREIGN)
    assert named(audited, MISSING) == [("batches", "COM 3–5", "chain.lacking")]
    assert audited.audit(offline=True) == []


def test_batches_of_members_that_others_serve_are_theirs(audited: Audited) -> None:
    audited.bench.chain.write_head(AGR, 1, root=FOREIGN)
    assert audited.audit() == []


def test_an_older_copy_lacks_what_was_closed_since(audited: Audited) -> None:
    audited.edit("delete from certificates where batch_id = 2")
    audited.edit("delete from evidence where batch_id = 2")
    audited.edit("delete from attempts where batch_id = 2")
    audited.edit("update events set state = 'open', batch_id = null, leaf_index = null where batch_id = 2")
    audited.edit("delete from batches where id = 2")
    assert ("batches", "COM 2", "chain.lacking") in named(audited, MISSING)


def rewritten(audited: Audited, seq: int) -> None:
    """Another batch stands at a place, as after a rewind."""
    log = audited.bench.chain.world.log_address
    storage = copy.deepcopy(audited.bench.chain.chain[-1].storage)
    audited.bench.chain.world.storage = storage
    audited.bench.chain.world.set_head(seq=seq, root=FOREIGN, size=1, scope=3, suite=1, member=COM)
    assert storage[log]
    audited.bench.chain.mine()


def test_another_batch_at_our_place_is_found(audited: Audited) -> None:
    rewritten(audited, 1)
    assert named(audited, DIFFERS) == [("batches", "1 (COM 1)", "chain.foreign")]


def test_a_halted_batch_waits_for_a_person(audited: Audited) -> None:
    rewritten(audited, 2)
    audited.edit(
        "update batches set state = 'halted', transaction_hash = null, block_number = null, block_hash = null where seq = 2"
    )
    assert named(audited, DIFFERS) == [("batches", "2 (COM 2)", "chain.halted")]


def test_a_batch_that_the_chain_lost_is_found(audited: Audited) -> None:
    chain = audited.bench.chain
    height = chain.height
    chain.rewind(3, forget=True)
    while chain.height < height:
        chain.mine()
    found = named(audited, DIFFERS)
    assert {("batches", "1 (COM 1)", "chain.absent"), ("batches", "2 (COM 2)", "chain.absent")} <= set(found)
    assert ("acts", "act.absent") in of(audited.audit(), DIFFERS)


def test_a_node_that_is_behind_knows_nothing_of_what_came_later(audited: Audited) -> None:
    audited.bench.chain.lag = audited.bench.chain.height - 3
    report, found = audited.report()
    assert {finding.kind for finding in found} == {UNCHECKED}
    assert {("batches", "chain.behind"), ("acts", "chain.behind")} <= of(found, UNCHECKED)
    assert exit_code(report) == 7


def test_a_batch_of_another_block_is_found(audited: Audited) -> None:
    audited.edit("update batches set block_number = block_number - 1 where seq = 1")
    assert ("batches", "chain.block") in of(audited.audit(), DIFFERS)


def test_closed_and_signed_batches_need_not_be_on_the_chain(audited: Audited) -> None:
    for state in ("closed", "signed"):
        found = move_back(audited, state)
        assert ("batches", "chain.absent") not in found
        assert ("batches", "chain.foreign") not in found


def move_back(audited: Audited, state: str) -> set[tuple[str, str]]:
    chain = audited.bench.chain
    chain.rewind(3, forget=True)
    audited.edit(f"update batches set state = '{state}', transaction_hash = null, block_number = null, block_hash = null")
    return of(audited.audit(), DIFFERS)


def test_a_transaction_of_our_key_that_the_store_never_made_is_found(audited: Audited) -> None:
    bench = audited.bench
    nonce = bench.nonces()[-1] + 1
    stranger = UnsignedTransaction(chain_id=bench.chain.world.chain_id, nonce=nonce, gas=21_000, to=bytes(20), data=b"")
    send(bench.chain, sign(bench.signer, stranger).raw)
    bench.chain.mine()
    ((table, row, what),) = named(audited, MISSING)
    assert (table, what) == ("attempts", "attempt.nonce")
    assert row == f"{bench.signer.address.lower()} nonce {nonce}"


def set_word(audited: Audited, seq: int, index: int, status: int, **more: Any) -> None:
    chain = audited.bench.chain
    chain.world.set_status(leaf_status_slot(COM, seq, index), status, **more)
    chain.mine()


def test_a_status_that_another_hand_changed_later_is_its_own(audited: Audited) -> None:
    """A vote may lift what the member has set, and the act was done all the same."""
    set_word(audited, 2, 0, 2, change=3)
    assert audited.audit() == []


def test_a_status_that_the_chain_shows_otherwise_is_found(audited: Audited) -> None:
    word = audited.bench.chain.world.storage[audited.bench.chain.world.registry]
    slot = leaf_status_slot(COM, 2, 0)
    word[slot] = word[slot] ^ 3  # active to suspended, at the old time
    audited.bench.chain.mine()
    assert of(audited.audit(), DIFFERS) == {("acts", "act.word")}


def test_a_status_that_the_chain_does_not_hold_is_found(audited: Audited) -> None:
    del audited.bench.chain.world.storage[audited.bench.chain.world.registry][leaf_status_slot(COM, 2, 0)]
    audited.bench.chain.mine()
    assert of(audited.audit(), DIFFERS) == {("acts", "act.word_absent")}


def test_a_proposal_of_another_number_is_found(audited: Audited) -> None:
    audited.edit("update acts set proposal = 7 where proposal = 1")
    assert of(audited.audit(), DIFFERS) == {("acts", "act.proposal")}


def test_an_edit_to_no_member_and_no_place_ends_no_audit(audited: Audited) -> None:
    for edit in ("member = 'x'", "seq = -5"):
        audited.edit(f"update batches set {edit} where id = 1")
        assert ("evidence", "evidence.batch") in of(audited.audit(), DIFFERS)


@pytest.mark.parametrize(
    "asked",
    [
        "{}", "[]", "null", "x", '{"action":"setLeaf"}', '{"action":"setBatch","batch":-1,"reason":1,"status":"active"}',
        '{"action":"setBatch","batch":1,"reason":"1","status":"active"}', '{"action":"approve","proposal":"x"}',
        '{"action":"dance","proposal":1}', '{"action":"propose"}', '{ "action": "freeze" }',
    ],
)  # fmt: skip
def test_words_that_are_no_ask_are_found_whatever_they_are(audited: Audited, asked: str) -> None:
    audited.edit("update acts set asked = ? where id = 2", asked)
    assert of(audited.audit(), DIFFERS) == {("acts", "act.asked")}
