"""
Staples (状态证明): state proofs → the anchor is still there, and what its status is (PROTOCOL.md §5, §6).

A staple's header is endorsed by the bundle's *last* set, so retired keys cannot forge history. It must show AnchorLog's entry and
StatusRegistry's words of the leaf, the batch and every code key, present or absent; a word it does not answer counts as unknown,
never as absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from certs.errors import CannotCheck, VerificationError
from certs.evm.log import Anchored
from certs.evm.state import account, storage_word
from certs.evm.trie import MissingNode, NodeSet
from certs.slots import anchor_slots, batch_status_slot, code_status_slot, leaf_status_slot
from certs.trust import Bundle


class Status(IntEnum):
    """The Status enum of IStatusRegistry."""

    ACTIVE = 1
    SUSPENDED = 2
    SUPERSEDED = 3
    REVOKED = 4
    RECALLED = 5


LEAF_STATUSES = frozenset({Status.ACTIVE, Status.SUSPENDED, Status.SUPERSEDED, Status.REVOKED})
BATCH_STATUSES = frozenset({Status.ACTIVE, Status.SUSPENDED, Status.REVOKED})
CODE_STATUSES = frozenset({Status.ACTIVE, Status.SUSPENDED, Status.RECALLED})


@dataclass(frozen=True, slots=True)
class StatusWord:
    """One entry of StatusRegistry. `time` is seconds; `successor` is (seq, index) where the status is superseded."""

    status: Status
    reason: int
    time: int
    change: int
    successor: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a certificate lies: the proven log's member and seq, its leaf index, and the code keys it depends on."""

    anchored: Anchored
    index: int
    code_keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ProvenStatus:
    """What a staple shows: the anchor's recorded block number, the status words found, each with the statuses that what it is
    about can have, and whether every required one was answered. The words are not read yet: see `ProvenStatus.read`."""

    anchor_block: int
    words: tuple[tuple[bytes, frozenset[Status]], ...]
    complete: bool
    here: tuple[int, int]

    def read(self) -> tuple[StatusWord, ...]:
        """The words, unpacked. Raises `CannotCheck` `staple.word` for one that is out of range."""
        return tuple(read_word(word, allowed, self.here) for word, allowed in self.words)


def read_state(bundle: Bundle, state_root: bytes, nodes: NodeSet, place: Place) -> ProvenStatus:
    """Walks every word a staple owes under an endorsed state root.

    Raises `VerificationError` for accounts, head words, walks and unused nodes.
    """
    log = account(nodes, state_root, bundle.contracts.anchor_log)
    if log is None or log.code_hash != bundle.contracts.code_hashes[1]:
        raise VerificationError("staple.anchor.account", "/staple")
    anchor_block = _read_anchor(nodes, log.storage_root, place.anchored)
    registry = account(nodes, state_root, bundle.contracts.status_registry)
    if registry is None or registry.code_hash != bundle.contracts.code_hashes[2]:
        raise VerificationError("staple.registry.account", "/staple")
    raw, complete = _read_words(nodes, registry.storage_root, place)
    if nodes.unused():
        raise VerificationError("staple.nodes.unused", "/staple/nodes")
    return ProvenStatus(anchor_block, tuple(raw), complete, (place.anchored.seq, place.index))


def _read_anchor(nodes: NodeSet, storage_root: bytes, anchored: Anchored) -> int:
    """Compares both head words with the log; returns the block number the contract recorded."""
    root_slot, packed_slot = anchor_slots(anchored.member, anchored.seq)
    root = storage_word(nodes, storage_root, root_slot)
    packed = storage_word(nodes, storage_root, packed_slot)
    if root is None or packed is None:
        raise VerificationError("staple.anchor.absent", "/staple")
    word = int.from_bytes(packed, "big")
    size, block, suite, scope, rest = (
        word & 2**48 - 1,
        word >> 48 & 2**48 - 1,
        word >> 96 & 255,
        word >> 104 & 2**64 - 1,
        word >> 168,
    )
    if (root, size, suite, scope, rest) != (anchored.root, anchored.size, anchored.suite, anchored.scope, 0):
        raise VerificationError("staple.anchor.differs", "/staple")
    return block


def _read_words(nodes: NodeSet, storage_root: bytes, place: Place) -> tuple[list[tuple[bytes, frozenset[Status]]], bool]:
    member, seq = place.anchored.member, place.anchored.seq
    owed = [(leaf_status_slot(member, seq, place.index), LEAF_STATUSES), (batch_status_slot(member, seq), BATCH_STATUSES)]
    owed += [(code_status_slot(key), CODE_STATUSES) for key in place.code_keys]
    found, complete = [], True
    for slot, allowed in owed:
        try:
            word = storage_word(nodes, storage_root, slot)
        except MissingNode:
            complete = False
            continue
        if word is not None:
            found.append((word, allowed))
    return found, complete


def read_word(word: bytes, allowed: frozenset[Status], here: tuple[int, int]) -> StatusWord:
    """Unpacks a status word, from the low bits: uint8 status, uint16 reason, uint48 time, uint64 change, uint48 nextSeq, uint48
    nextIndex. Raises `CannotCheck` `staple.word` for anything StatusRegistry never writes."""
    value = int.from_bytes(word, "big")
    status, reason, time, change = value & 255, value >> 8 & 2**16 - 1, value >> 24 & 2**48 - 1, value >> 72 & 2**64 - 1
    following = (value >> 136 & 2**48 - 1, value >> 184 & 2**48 - 1)
    if value >> 232 or status not in allowed or change == 0:
        raise CannotCheck("staple.word", "/staple")
    if status == Status.SUPERSEDED:
        if following <= here:
            raise CannotCheck("staple.word", "/staple")
    elif following != (0, 0):
        raise CannotCheck("staple.word", "/staple")
    return StatusWord(Status(status), reason, time, change, following if status == Status.SUPERSEDED else None)


def worst_first(words: Sequence[StatusWord]) -> list[StatusWord]:
    """The adverse words, worst first: recalled, revoked, suspended, superseded."""
    order = (Status.RECALLED, Status.REVOKED, Status.SUSPENDED, Status.SUPERSEDED)
    return sorted((word for word in words if word.status in order), key=lambda word: order.index(word.status))
