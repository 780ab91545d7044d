"""
StatusRegistry as the gateway uses it: the status words of a leaf, a batch and codes, at a block.

None means that no word was ever written, which is how "active" begins. These reads steer the gateway and its pages; what a
verifier believes is the same words proven by a staple (`ledger.collect`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from certs.slots import member_word
from ledger.contracts import STATUS_REGISTRY
from ledger.rpc import ChainPort
from ledger.views import LATEST, Block, view, views


@dataclass(frozen=True, slots=True)
class StatusWord:
    """One status word: `status` 1 active … 5 recalled, `time` in seconds since 1970, `change` its number in the registry."""

    status: int
    reason: int
    time: int
    change: int
    next_seq: int
    next_index: int


def leaf_status(
    rpc: ChainPort, registry: bytes, member: str, seq: int, index: int, *, block: Block = LATEST
) -> StatusWord | None:
    """The word of one leaf of a member's (USCC) batch."""
    return _word_of(view(rpc, STATUS_REGISTRY, registry, "leafStatus", [member_word(member), seq, index], block=block))


def batch_status(rpc: ChainPort, registry: bytes, member: str, seq: int, *, block: Block = LATEST) -> StatusWord | None:
    """The word of a whole batch."""
    return _word_of(view(rpc, STATUS_REGISTRY, registry, "batchStatus", [member_word(member), seq], block=block))


def code_statuses(
    rpc: ChainPort, registry: bytes, code_keys: Sequence[bytes], *, block: Block = LATEST
) -> list[StatusWord | None]:
    """The words of code keys (32 bytes each), in one batch and in their order."""
    found = views(rpc, STATUS_REGISTRY, registry, "codeStatus", [[key] for key in code_keys], block=block)
    return [_word_of(values) for values in found]


def _word_of(values: tuple[Any, ...]) -> StatusWord | None:
    (entry,) = values
    word = StatusWord(*entry)
    return None if word.status == 0 else word
