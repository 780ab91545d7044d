"""
Consortium as the gateway uses it: who acts for which member, who votes, and the validator set announced last.

On the chain a member is a bytes32 (18 characters of its USCC, 14 zero bytes) and its code a bytes8; here both are text.
A word that is not of that form is `NodeContradicts`. The set history that certificates rest on is proven, never read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from certs.slots import member_word
from certs.trust import ValidatorSet
from ledger.contracts import CONSORTIUM, Refusal, artifact, decode_refusal
from ledger.errors import NodeContradicts, RpcRefused
from ledger.rpc import ChainPort
from ledger.views import LATEST, Block, view, views

USCC_CHARACTERS: Final = 18
VOTE, ANCHOR, STATUS, RECALL = 1, 2, 4, 8  # rights (PROTOCOL.md §5)


@dataclass(frozen=True, slots=True)
class Anchoring:
    """For whom a signer anchors now: the member's USCC, its code, and the scope it may anchor."""

    member: str
    code: str
    scope: int


@dataclass(frozen=True, slots=True)
class Membership:
    """What the consortium knows of a member: `rights` are a sum, `scope` bits, `signer` 0x and 40 lower-case digits.

    Of a retired one (`active` False) rights and signer are those it had last.
    """

    code: str
    scope: int
    rights: int
    active: bool
    frozen: bool
    signer: str


def member_of(rpc: ChainPort, consortium: bytes, signer: str, *, block: Block = LATEST) -> str | None:
    """The USCC of the member that the address serves or has served, or None for a stranger."""
    (word,) = view(rpc, CONSORTIUM, consortium, "memberOf", [signer], block=block)
    return None if word == bytes(32) else uscc_of(word)


def anchoring(rpc: ChainPort, consortium: bytes, signer: str, *, block: Block = LATEST) -> Anchoring | Refusal:
    """For whom the signer may anchor now, or why it may not. Raises `RpcRefused` for an error that is not the contract's."""
    try:
        word, code, scope = view(rpc, CONSORTIUM, consortium, "anchoring", [signer], block=block)
    except RpcRefused as refused:
        if refused.data is None:
            raise
        return decode_refusal([artifact(CONSORTIUM)], refused.data)
    return Anchoring(member=uscc_of(word), code=code_of(code), scope=scope)


def acting(rpc: ChainPort, consortium: bytes, signer: str, *, block: Block = LATEST) -> tuple[str, int] | None:
    """(USCC, rights) the signer acts with now, or None when it acts for no active member."""
    word, rights = view(rpc, CONSORTIUM, consortium, "acting", [signer], block=block)
    return None if word == bytes(32) else (uscc_of(word), rights)


def memberships(rpc: ChainPort, consortium: bytes, members: Sequence[str], *, block: Block = LATEST) -> list[Membership | None]:
    """What is known of members (USCC), in one batch and in their order; None for one that was never admitted."""
    found = views(rpc, CONSORTIUM, consortium, "members", [[member_word(member)] for member in members], block=block)
    return [_membership_of(*entry) for (entry,) in found]


def voters(rpc: ChainPort, consortium: bytes, *, block: Block = LATEST) -> list[str]:
    """The USCCs of the members that may vote now, sorted."""
    (words,) = view(rpc, CONSORTIUM, consortium, "voters", block=block)
    return sorted(uscc_of(word) for word in words)


def validator_set(rpc: ChainPort, consortium: bytes, *, block: Block = LATEST) -> ValidatorSet:
    """The set announced last. In the block that announces it, it is not yet in force: compare `from_block`."""
    epoch, from_block, validators, operators = view(rpc, CONSORTIUM, consortium, "validatorSet", block=block)
    return ValidatorSet(
        epoch=epoch,
        from_block=from_block,
        validators=tuple(bytes.fromhex(address.removeprefix("0x")) for address in validators),
        operators=tuple(uscc_of(word) for word in operators),
    )


def uscc_of(word: bytes) -> str:
    """The USCC in a bytes32. Raises `NodeContradicts` for any other form."""
    uscc = word[:USCC_CHARACTERS].decode("ascii", "replace")
    if not uscc.isalnum() or member_word(uscc) != word:
        raise NodeContradicts("ledger.node.form", "member")
    return uscc


def code_of(word: bytes) -> str:
    """The code in a bytes8. Raises `NodeContradicts` for any other form."""
    code = word.rstrip(b"\0").decode("ascii", "replace")
    if not code.isalnum():
        raise NodeContradicts("ledger.node.form", "code")
    return code


def _membership_of(code: bytes, scope: int, rights: int, active: bool, frozen: bool, signer: str) -> Membership | None:
    if code == bytes(8):
        return None
    return Membership(code_of(code), scope, rights, active, frozen, signer)
