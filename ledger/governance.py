"""
Votes of the consortium: call data of every act, and how each proposal stands.

A proposal calls any contract with any data once ⌈2V/3⌉ of the members voting now approve; what it calls is `ledger.actions`' to
read. These views believe one node. Nobody acts alone here except to freeze its own member.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from certs.consensus.endorsement import needed
from certs.slots import code_word, member_word
from ledger.contracts import ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY, Refusal, artifact, decode_refusal, encode_call
from ledger.errors import RpcRefused
from ledger.members import uscc_of, voters
from ledger.quantities import data_bytes, field_of, quantity, to_data, to_quantity
from ledger.rpc import Call, ChainPort
from ledger.runs import latest_number
from ledger.views import view, views

PAGE: Final = 20  # proposals of one request
_TOO_FEW: Final = "ProposalApprovalsTooFew"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a member (USCC) asks to be called: `target` (20 bytes) with `data`."""

    proposer: str
    target: bytes
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed call and its vote, in the latest block.

    `target` has 20 bytes; `proposer` and `approvals` are USCCs, of the approvals only those of members that vote now, sorted.
    From block time `expires_at` (seconds since 1970) on it can be neither approved nor executed. `needed`: ⌈2V/3⌉ of the members
    voting now. `refusal`: why `execute` would fail in that block's state, None when it would go through. Its name is "" when the
    node gives no custom error; of ProposalCallFailed the second argument is the proposed call's own `Refusal`.
    `failure`: why the proposed call itself would fail if enough approved it now; None when it would go through, when the proposal
    is over, and when the node cannot tell.
    """

    id: int
    target: bytes
    data: bytes
    proposer: str
    expires_at: int
    executed: bool
    approvals: tuple[str, ...]
    needed: int
    refusal: Refusal | None
    failure: Refusal | None


def proposal(rpc: ChainPort, consortium: bytes, number: int) -> Proposal | None:
    """The proposal of this number, None when there is none. Raises `RpcRefused`, `NodeContradicts`."""
    block = latest_number(rpc)
    if not 1 <= number <= _count(rpc, consortium, block):
        return None
    return _read(rpc, consortium, [number], block)[0]


def proposals(rpc: ChainPort, consortium: bytes, *, below: int | None = None, most: int = PAGE) -> list[Proposal]:
    """Up to `most` proposals, the newest first, all at one block; of those numbered less than `below` where it is given.

    All live equally long, so those whose time is not over come before all others.
    """
    block = latest_number(rpc)
    last = _count(rpc, consortium, block)
    if below is not None:
        last = min(last, below - 1)
    return _read(rpc, consortium, range(last, max(0, last - most), -1), block)


def open_number(rpc: ChainPort, consortium: bytes, wanted: Proposed) -> int | None:
    """The number of the newest proposal of just this that is neither executed nor expired, or None."""
    block = latest_number(rpc)
    now = quantity(field_of(rpc.call("eth_getBlockByNumber", [to_quantity(block), False]), "timestamp"), "timestamp")
    for number, entry in _newest_first(rpc, consortium, block):
        if entry.expires_at <= now:
            return None  # and so is every older one
        if entry.proposed == wanted and not entry.executed:
            return number
    return None


def newest_number(rpc: ChainPort, consortium: bytes, wanted: Proposed) -> int | None:
    """The number of the newest proposal of just this, whatever became of it, or None."""
    entries = _newest_first(rpc, consortium, latest_number(rpc))
    return next((number for number, entry in entries if entry.proposed == wanted), None)


def propose_call(target: bytes, data: bytes) -> bytes:
    """Call data of propose, by a voter: `target` (20 bytes) is to be called with `data`. Proposing is not approving."""
    return _call("propose", to_data(target), data)


def approve_call(number: int) -> bytes:
    """Call data of approve, by a voter."""
    return _call("approve", number)


def withdraw_call(number: int) -> bytes:
    """Call data of withdraw: a voter takes its approval back."""
    return _call("withdraw", number)


def execute_call(number: int) -> bytes:
    """Call data of execute, by anyone."""
    return _call("execute", number)


def freeze_call() -> bytes:
    """Call data of freeze: the sender's own member stops anchoring and setting statuses, at once."""
    return _call("freeze")


def admit_call(member: str, *, code: str, signer: str, rights: int, scope: int) -> bytes:
    """What a proposal calls to admit a member (USCC), or to take a retired one back; `rights` are a sum, `scope` bits."""
    return _call("admit", member_word(member), code_word(code), signer, rights, scope)


def retire_call(member: str) -> bytes:
    """What a proposal calls to retire a member."""
    return _call("retire", member_word(member))


def set_rights_call(member: str, rights: int) -> bytes:
    """What a proposal calls to set a member's rights, the sum of VOTE 1, ANCHOR 2, STATUS 4, RECALL 8."""
    return _call("setRights", member_word(member), rights)


def set_scope_call(member: str, scope: int) -> bytes:
    """What a proposal calls to set what a member may anchor."""
    return _call("setScope", member_word(member), scope)


def rotate_signer_call(member: str, signer: str) -> bytes:
    """What a proposal calls to give a member another signer (address)."""
    return _call("rotateSigner", member_word(member), signer)


def unfreeze_call(member: str) -> bytes:
    """What a proposal calls to end a member's freeze."""
    return _call("unfreeze", member_word(member))


def pause_anchoring_call(*, paused: bool) -> bytes:
    """What a proposal calls to stop all anchoring, or to let it go on."""
    return _call("pauseAnchoring", paused)


def announce_call(validators: Sequence[tuple[bytes, str]]) -> bytes:
    """What a proposal calls to announce a validator set: (address, operator's USCC), in any order."""
    ordered = sorted(validators)
    return _call("announce", [to_data(address) for address, _ in ordered], [member_word(operator) for _, operator in ordered])


def _call(function: str, *arguments: Any) -> bytes:
    return encode_call(artifact(CONSORTIUM), function, arguments)


def _count(rpc: ChainPort, consortium: bytes, block: int) -> int:
    (count,) = view(rpc, CONSORTIUM, consortium, "proposals", block=block)
    return int(count)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A proposal as the contract's view has it."""

    proposed: Proposed
    expires_at: int
    executed: bool
    approvals: tuple[str, ...]


def _newest_first(rpc: ChainPort, consortium: bytes, block: int) -> Iterator[tuple[int, _Entry]]:
    """Every proposal with its number, a page at a time: whoever has seen enough asks no further."""
    for last in range(_count(rpc, consortium, block), 0, -PAGE):
        numbers = range(last, max(0, last - PAGE), -1)
        yield from zip(numbers, _entries(rpc, consortium, numbers, block), strict=True)


def _entries(rpc: ChainPort, consortium: bytes, numbers: Sequence[int], block: int) -> list[_Entry]:
    entries = []
    for (found,) in views(rpc, CONSORTIUM, consortium, "proposal", [[number] for number in numbers], block=block):
        target, proposer, expires_at, executed, data, approvals = found
        proposed = Proposed(uscc_of(proposer), data_bytes(target, "target", length=20), data)
        entries.append(_Entry(proposed, expires_at, executed, tuple(sorted(uscc_of(word) for word in approvals))))
    return entries


def _read(rpc: ChainPort, consortium: bytes, numbers: Sequence[int], block: int) -> list[Proposal]:
    entries = _entries(rpc, consortium, numbers, block)
    refusals = _refusals(rpc, consortium, numbers, block)
    failures = _failures(rpc, consortium, [(entry.proposed, why) for entry, why in zip(entries, refusals, strict=True)], block)
    threshold = needed(len(voters(rpc, consortium, block=block)))
    return [
        Proposal(
            id=number,
            target=entry.proposed.target,
            data=entry.proposed.data,
            proposer=entry.proposed.proposer,
            expires_at=entry.expires_at,
            executed=entry.executed,
            approvals=entry.approvals,
            needed=threshold,
            refusal=refusal,
            failure=failure,
        )
        for number, entry, refusal, failure in zip(numbers, entries, refusals, failures, strict=True)
    ]


def _refusals(rpc: ChainPort, consortium: bytes, numbers: Sequence[int], block: int) -> list[Refusal | None]:
    """What executing each would end with. A call that a node cannot finish is refused like any: it hides no other proposal."""
    calls = [{"to": to_data(consortium), "data": to_data(execute_call(number))} for number in numbers]
    answers = rpc.batch([_call_at(call, block) for call in calls])
    return [_refusal_of(answer.data or b"") if isinstance(answer, RpcRefused) else None for answer in answers]


def _failures(
    rpc: ChainPort, consortium: bytes, found: Sequence[tuple[Proposed, Refusal | None]], block: int
) -> list[Refusal | None]:
    """What each proposed call would end with. Of those that lack approvals the call itself is tried, as the consortium's.

    An answer without revert data is no word of a contract: nothing is said then.
    """
    lacking = [proposed for proposed, why in found if why is not None and why.name == _TOO_FEW]
    calls = [{"from": to_data(consortium), "to": to_data(one.target), "data": to_data(one.data)} for one in lacking]
    answers = iter(rpc.batch([_call_at(call, block) for call in calls]) if calls else [])
    failures: list[Refusal | None] = []
    for _, why in found:
        if why is not None and why.name == _TOO_FEW:
            answer = next(answers)
            failures.append(_decoded(answer.data) if isinstance(answer, RpcRefused) and answer.data is not None else None)
        else:
            failures.append(why.arguments[1] if why is not None and why.name == "ProposalCallFailed" else None)
    return failures


def _call_at(call: dict[str, str], block: int) -> Call:
    return "eth_call", [call, to_quantity(block)]


def _refusal_of(data: bytes) -> Refusal:
    refusal = _decoded(data)
    if refusal.name == "ProposalCallFailed":
        number, reason = refusal.arguments
        return Refusal(refusal.name, (number, _decoded(reason)))
    return refusal


def _decoded(data: bytes) -> Refusal:
    return decode_refusal([artifact(name) for name in (CONSORTIUM, ANCHOR_LOG, STATUS_REGISTRY)], data)
