"""
The two events a verifier reads: Anchored (AnchorLog) and ValidatorsChanged (Consortium) (PROTOCOL.md §5, §6).

Signature, topic count, word count, ranges and zero padding are exact: solc writes one spelling, every other is refused. Which
contract emitted the log is the caller's to compare.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from certs.errors import VerificationError
from certs.evm.keccak import keccak256
from certs.evm.receipt import Log

ANCHORED = keccak256(b"Anchored(bytes32,uint64,bytes32,uint64,uint64,uint8,bytes8)")
VALIDATORS_CHANGED = keccak256(b"ValidatorsChanged(uint64,uint64,address[],bytes32[])")

_MEMBER = re.compile(rb"[0-9A-HJ-NPQRTUWXY]{18}\0{14}")  # GB 32100 leaves out I, O, S, V, Z
_CODE = re.compile(rb"([A-Z0-9]{2,8})\0{24,30}")  # of 32 bytes


@dataclass(frozen=True, slots=True)
class Anchored:
    """One anchor as logged: USCC, gapless seq, 32-byte root, leaves, scope bits, suite, member code."""

    member: str
    seq: int
    root: bytes
    size: int
    scope: int
    suite: int
    code: str


@dataclass(frozen=True, slots=True)
class ValidatorsChanged:
    """One announced set: 20-byte addresses and, in the same order, the USCC of who operates each."""

    epoch: int
    from_block: int
    validators: tuple[bytes, ...]
    operators: tuple[str, ...]


def decode_anchored(log: Log) -> Anchored:
    """`event Anchored`: topics member, seq, root; data, four words: size, scope, suite, code.

    1 ≤ seq, size < 2^48; root and suite are not zero. Raises VerificationError `evm.log.*`.
    """
    member, seq, root = _topics(log, ANCHORED, 3)
    words = _words(log)
    if len(words) != 4:
        raise VerificationError("evm.log.words")
    size, scope, suite, code = words
    if root == bytes(32):
        raise VerificationError("evm.log.root")
    return Anchored(
        member=_member(member),
        seq=_uint(seq, 48, "log.seq", least=1),
        root=root,
        size=_uint(size, 48, "log.size", least=1),
        scope=_uint(scope, 64, "log.scope"),
        suite=_uint(suite, 8, "log.suite", least=1),
        code=_code(code),
    )


def decode_validators_changed(log: Log) -> ValidatorsChanged:
    """`event ValidatorsChanged`: topic epoch; data fromBlock, validators, operators.

    Data in words, as solc lays it out: fromBlock, 0x60, 0x80 + 32·n, n, n addresses, n, n members. The rules of
    `announce` are not repeated here. Raises VerificationError `evm.log.*`.
    """
    (epoch,) = _topics(log, VALIDATORS_CHANGED, 1)
    words = _words(log)
    count = (len(words) - 5) // 2
    if count < 0 or len(words) != 5 + 2 * count:
        raise VerificationError("evm.log.words")
    layout = (words[1], words[2], words[3], words[4 + count])
    if [int.from_bytes(word, "big") for word in layout] != [0x60, 0x80 + 32 * count, count, count]:
        raise VerificationError("evm.log.layout")
    return ValidatorsChanged(
        epoch=_uint(epoch, 64, "log.epoch"),
        from_block=_uint(words[0], 64, "log.fromBlock"),
        validators=tuple(_address(word) for word in words[4 : 4 + count]),
        operators=tuple(_member(word) for word in words[5 + count :]),
    )


def _topics(log: Log, signature: bytes, count: int) -> tuple[bytes, ...]:
    """The indexed values behind the event's signature."""
    if log.topics[:1] != (signature,):
        raise VerificationError("evm.log.event")
    if len(log.topics) != 1 + count:
        raise VerificationError("evm.log.topics")
    return log.topics[1:]


def _words(log: Log) -> list[bytes]:
    if len(log.data) % 32:
        raise VerificationError("evm.log.words")
    return [log.data[at : at + 32] for at in range(0, len(log.data), 32)]


def _uint(word: bytes, bits: int, field: str, *, least: int = 0) -> int:
    value = int.from_bytes(word, "big")
    if not least <= value < 1 << bits:
        raise VerificationError("evm.log.range", field)
    return value


def _address(word: bytes) -> bytes:
    if any(word[:12]):
        raise VerificationError("evm.log.address")
    return word[12:]


def _member(word: bytes) -> str:
    if not _MEMBER.fullmatch(word):
        raise VerificationError("evm.log.member")
    return word[:18].decode("ascii")


def _code(word: bytes) -> str:
    match = _CODE.fullmatch(word)
    if match is None:
        raise VerificationError("evm.log.code")
    return match[1].decode("ascii")
