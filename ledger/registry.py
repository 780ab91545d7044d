"""
StatusRegistry as the gateway uses it: call data that sets a status, and the words of a leaf, a batch and codes at a block.

None means that no word was ever written, which is how "active" begins. These reads steer the gateway and its pages; what a
verifier believes is the same words proven by a staple (`ledger.collect`). The …_for_call functions make what a proposal calls,
for a member that is gone or cheats. Setting a code's status is publication: its key can be guessed from the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certs.slots import member_word
from certs.staple import Status, StatusWord
from ledger.contracts import STATUS_REGISTRY, artifact, encode_call
from ledger.errors import NodeContradicts
from ledger.rpc import ChainPort
from ledger.views import LATEST, Block, view, views

Successor = tuple[int, int]  # (seq, index) of the leaf that takes the place of a superseded one
_NO_SUCCESSOR: Successor = (0, 0)


def set_leaf_call(seq: int, index: int, *, status: Status, reason: int, successor: Successor | None = None) -> bytes:
    """Call data of setLeaf, for a leaf of the sender's member. `successor` goes with SUPERSEDED and with nothing else."""
    return _call("setLeaf", seq, index, status, reason, *(successor or _NO_SUCCESSOR))


def set_batch_call(seq: int, *, status: Status, reason: int) -> bytes:
    """Call data of setBatch, for a batch of the sender's member."""
    return _call("setBatch", seq, status, reason)


def set_code_call(code_key: bytes, *, status: Status, reason: int) -> bytes:
    """Call data of setCode. `code_key`: 32 bytes."""
    return _call("setCode", code_key, status, reason)


def set_leaf_for_call(
    member: str, seq: int, index: int, *, status: Status, reason: int, successor: Successor | None = None
) -> bytes:
    """Call data of setLeafFor: `set_leaf_call` for a leaf of `member` (USCC), by proposal."""
    return _call("setLeafFor", member_word(member), seq, index, status, reason, *(successor or _NO_SUCCESSOR))


def set_batch_for_call(member: str, seq: int, *, status: Status, reason: int) -> bytes:
    """Call data of setBatchFor: `set_batch_call` for a batch of `member` (USCC), by proposal."""
    return _call("setBatchFor", member_word(member), seq, status, reason)


def set_code_for_call(member: str, code_key: bytes, *, status: Status, reason: int) -> bytes:
    """Call data of setCodeFor: `set_code_call` in the name of `member` (USCC), by proposal."""
    return _call("setCodeFor", member_word(member), code_key, status, reason)


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


def _call(function: str, *arguments: Any) -> bytes:
    return encode_call(artifact(STATUS_REGISTRY), function, arguments)


def _word_of(values: tuple[Any, ...]) -> StatusWord | None:
    """The entry as `certs.staple` has it. Raises `NodeContradicts` for what the contract never writes."""
    ((status, reason, time, change, *following),) = values
    if status == 0:
        return None
    try:
        known = Status(status)
    except ValueError:
        raise NodeContradicts("ledger.node.form", "status") from None
    successor = (following[0], following[1])
    if (known is Status.SUPERSEDED) == (successor == _NO_SUCCESSOR):
        raise NodeContradicts("ledger.node.form", "successor")
    return StatusWord(known, reason, time, change, successor if known is Status.SUPERSEDED else None)
