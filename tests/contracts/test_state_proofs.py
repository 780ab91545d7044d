"""
The words that verifiers walk to, proven by `eth_getProof` of the embedded chain and read by the verifier's own code.

Every kind of entry: both words of a head, a leaf, a batch and a code, and Consortium's slot 0; present, absent beside others, and
absent from a contract that has stored nothing. Values fill their fields, so that a word packed otherwise cannot look right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode

from certs.evm.keccak import keccak256
from certs.evm.state import Account, account, storage_word
from certs.evm.trie import EMPTY_ROOT, NodeSet
from certs.slots import CONSORTIUM_SET_SLOT, anchor_slots, batch_status_slot, code_status_slot, leaf_status_slot
from certs.staple import BATCH_STATUSES, CODE_STATUSES, LEAF_STATUSES, Status, StatusWord, read_word
from ledger.contracts import ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY, artifact, decode_result, encode_call
from tests.contracts.acts import (
    ADDRESSES,
    CODE_KEY,
    MEMBERS,
    OTHER_KEY,
    RECALLED,
    REVOKED,
    ROOT,
    SUPERSEDED,
    SUSPENDED,
    WHOLE,
    Act,
    Votes,
    anchoring,
    call,
    founding,
)  # fmt: skip
from tests.contracts.evms import Came, Embedded, HandClock, embedded

USCC, OTHER_USCC = MEMBERS[0][:18].decode(), MEMBERS[1][:18].decode()
FAR = 2**48 - 2
HERE = (1, FAR - 1)
FOUNDED = 3


class Proven:
    """A chain with the founding on it; asks for a proof and walks it."""

    def __init__(self, evm: Embedded) -> None:
        self.evm = evm

    def acts(self, *acts: Act) -> list[Came]:
        """All must succeed."""
        come = [self.evm.act(act) for act in acts]
        assert all(came.status == 1 for came in come)
        return come

    def height(self) -> int:
        return int(self.evm.rpc.call("eth_blockNumber"), 16)

    def words(self, contract: str, slots: Sequence[bytes], *, at: int | None = None) -> list[bytes | None]:
        """The words proven at these slots under the block's own state root; every node sent is needed, none is missing."""
        return self._walk(contract, slots, at)[1]

    def account(self, contract: str, *, at: int | None = None) -> Account:
        """The contract's account, proven."""
        return self._walk(contract, [], at)[0]

    def _walk(self, contract: str, slots: Sequence[bytes], at: int | None) -> tuple[Account, list[bytes | None]]:
        tag = hex(self.height() if at is None else at)
        asked: Any = self.evm.rpc.call("eth_getProof", [ADDRESSES[contract], ["0x" + slot.hex() for slot in slots], tag])
        block: Any = self.evm.rpc.call("eth_getBlockByNumber", [tag, False])
        sent = {*asked["accountProof"], *(node for entry in asked["storageProof"] for node in entry["proof"])}
        nodes = NodeSet([bytes.fromhex(node[2:]) for node in sent])
        state_root = bytes.fromhex(block["stateRoot"][2:])
        assert state_root == keccak256(bytes.fromhex(asked["accountProof"][0][2:]))
        held = account(nodes, state_root, bytes.fromhex(ADDRESSES[contract][2:]))
        assert held is not None
        found = [storage_word(nodes, held.storage_root, slot) for slot in slots]
        assert nodes.unused() == 0
        assert [int(entry["value"], 16) for entry in asked["storageProof"]] == [int.from_bytes(word or b"") for word in found]
        return held, found

    def view(self, contract: str, function: str, *arguments: Any) -> tuple[Any, ...]:
        """What the contract itself answers."""
        data = encode_call(artifact(contract), function, arguments)
        answer = self.evm.rpc.call("eth_call", [{"to": ADDRESSES[contract], "data": "0x" + data.hex()}, "latest"])
        return decode_result(artifact(contract), function, bytes.fromhex(answer[2:]))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proven]:
    """Founded in blocks 1 to 3, then the batches of `anchoring` and one status; tests add to it and take nothing away."""
    place: Path = tmp_path_factory.mktemp("chain")
    with embedded(place, HandClock(1_795_000_000)) as evm:
        proven = Proven(evm)
        proven.acts(*founding(), *(act for act in anchoring() if not act.refused))
        proven.acts(call(0, STATUS_REGISTRY, "setLeaf", 1, 9, SUSPENDED, 1, 0, 0))
        yield proven


def test_before_the_first_anchor_and_status_both_contracts_prove_that_they_hold_nothing(chain: Proven) -> None:
    for contract in (ANCHOR_LOG, STATUS_REGISTRY):
        assert chain.account(contract, at=FOUNDED).storage_root == EMPTY_ROOT
        assert chain.account(contract).storage_root != EMPTY_ROOT
    assert chain.words(ANCHOR_LOG, anchor_slots(USCC, 1), at=FOUNDED) == [None, None]
    assert chain.words(STATUS_REGISTRY, [leaf_status_slot(USCC, 1, 9)], at=FOUNDED) == [None]


def test_a_head_is_proven_word_by_word(chain: Proven) -> None:
    root, packed = chain.words(ANCHOR_LOG, anchor_slots(USCC, 3))
    assert root == ROOT
    number = chain.view(ANCHOR_LOG, "head", MEMBERS[0], 3)[2]
    assert packed == (2**48 - 1 | number << 48 | 255 << 96 | WHOLE << 104).to_bytes(32, "big")


def test_the_least_head_is_proven_too(chain: Proven) -> None:
    root, packed = chain.words(ANCHOR_LOG, anchor_slots(MEMBERS[4][:18].decode(), 1))
    number = chain.view(ANCHOR_LOG, "head", MEMBERS[4], 1)[2]
    assert (root, packed) == (
        b"\1".rjust(32, b"\0"),
        (1 | number << 48 | 1 << 96 | (1 << 32 | 1) << 104).to_bytes(32, "big"),
    )


@pytest.mark.parametrize(("member", "seq"), [(USCC, 4), (USCC, 0), (USCC, 2**48 - 1), (OTHER_USCC, 1)])
def test_a_head_that_is_not_there_is_proven_absent(chain: Proven, member: str, seq: int) -> None:
    assert chain.words(ANCHOR_LOG, anchor_slots(member, seq)) == [None, None]


def test_a_head_was_absent_at_the_height_before_its_block(chain: Proven) -> None:
    number = chain.view(ANCHOR_LOG, "head", MEMBERS[0], 2)[2]
    assert chain.words(ANCHOR_LOG, anchor_slots(USCC, 2), at=number - 1) == [None, None]
    assert chain.words(ANCHOR_LOG, anchor_slots(USCC, 2), at=number)[0] == ROOT


def test_a_leafs_word_is_proven_and_read(chain: Proven) -> None:
    (came,) = chain.acts(call(0, STATUS_REGISTRY, "setLeaf", *HERE, SUPERSEDED, 65_535, 3, FAR))
    (word,) = chain.words(STATUS_REGISTRY, [leaf_status_slot(USCC, *HERE)])
    assert word is not None
    (count,) = chain.view(STATUS_REGISTRY, "changes")
    assert read_word(word, LEAF_STATUSES, HERE) == StatusWord(Status.SUPERSEDED, 65_535, came.time, count, (3, FAR))


def test_a_batchs_word_is_proven_and_read(chain: Proven) -> None:
    (came,) = chain.acts(call(0, STATUS_REGISTRY, "setBatch", 3, REVOKED, 258))
    (word,) = chain.words(STATUS_REGISTRY, [batch_status_slot(USCC, 3)])
    assert word is not None
    (count,) = chain.view(STATUS_REGISTRY, "changes")
    assert read_word(word, BATCH_STATUSES, (3, 0)) == StatusWord(Status.REVOKED, 258, came.time, count, None)


def test_a_codes_word_is_proven_and_read_and_each_change_replaces_it(chain: Proven) -> None:
    for sender, status in ((3, SUSPENDED), (6, RECALLED)):
        (came,) = chain.acts(call(sender, STATUS_REGISTRY, "setCode", CODE_KEY, status, 2))
        (word,) = chain.words(STATUS_REGISTRY, [code_status_slot(CODE_KEY)])
        assert word is not None
        (count,) = chain.view(STATUS_REGISTRY, "changes")
        assert read_word(word, CODE_STATUSES, (1, 0)) == StatusWord(Status(status), 2, came.time, count, None)


@pytest.mark.parametrize(
    "slot",
    [
        leaf_status_slot(USCC, 1, 0),
        leaf_status_slot(USCC, 3, 0),
        leaf_status_slot(OTHER_USCC, *HERE),
        batch_status_slot(USCC, 1),
        batch_status_slot(OTHER_USCC, 3),
        code_status_slot(OTHER_KEY),
        code_status_slot(bytes(32)),
    ],
    ids=["leaf", "leaf of a batch with a status", "another's leaf", "batch", "another's batch", "code", "code zero"],
)
def test_what_was_never_said_is_proven_absent_beside_what_was(chain: Proven, slot: bytes) -> None:
    assert chain.words(STATUS_REGISTRY, [slot]) == [None]


def test_one_proof_answers_all_that_a_staple_asks(chain: Proven) -> None:
    chain.acts(call(0, STATUS_REGISTRY, "setBatch", 2, SUSPENDED, 1))
    slots = [leaf_status_slot(USCC, 2, 0), batch_status_slot(USCC, 2), code_status_slot(OTHER_KEY)]
    leaf, batch, code = chain.words(STATUS_REGISTRY, slots)
    assert (leaf, code) == (None, None)
    assert batch is not None
    assert read_word(batch, BATCH_STATUSES, (2, 0)).status is Status.SUSPENDED


def test_slot_zero_of_the_consortium_is_proven_to_be_the_announced_set_before_and_after_changes(chain: Proven) -> None:
    def proven_set() -> tuple[Any, ...]:
        said = chain.view(CONSORTIUM, "validatorSet")
        digest = keccak256(encode(["uint64", "uint64", "address[]", "bytes32[]"], said))
        assert chain.words(CONSORTIUM, [CONSORTIUM_SET_SLOT]) == [digest]
        return said

    assert proven_set()[0] == 0
    chain.acts(*(act for act in Votes().every_act() if not act.refused))
    assert proven_set()[0] == 2


def test_the_code_of_each_contract_is_proven_by_its_hash(chain: Proven) -> None:
    for contract in (CONSORTIUM, ANCHOR_LOG, STATUS_REGISTRY):
        code = chain.evm.rpc.call("eth_getCode", [ADDRESSES[contract], "latest"])
        assert chain.account(contract).code_hash == keccak256(bytes.fromhex(code[2:]))
