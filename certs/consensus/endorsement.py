"""
Endorsement (共识节点签名): did at least ⌈2N/3⌉ of the set in force sign this block, or blocks built on it? (PROTOCOL.md §6)

Distinct addresses of the set are counted over the run. Strangers, repeats and high-s twins are neither errors nor counted; a seal
that is no signature is an error. Engines accept fewer (GoQuorum 2 of 4): we count ourselves. The set is the caller's, from voted
announcements, never from a header.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from certs.consensus import clique, qbft
from certs.errors import VerificationError
from certs.evm.header import Header
from certs.limits import LIMITS


@dataclass(frozen=True, slots=True)
class Endorsement:
    """Who of the set signed (sorted), how many had to, out of how many; `fault_tolerant`: the set survives one liar (N ≥ 4)."""

    signers: tuple[bytes, ...]
    needed: int
    total: int
    fault_tolerant: bool


def needed(total: int) -> int:
    """⌈2N/3⌉."""
    return -(-2 * total // 3)


def check_extra(engine: str, header: Header) -> None:
    """The engine's form of extraData, without its seals (step 5). Raises VerificationError."""
    if _is_qbft(engine):
        qbft.parse_extra(header)
    else:
        clique.check_extra(header)


def block_hash(engine: str, header: Header) -> bytes:
    """The 32-byte hash by which the engine knows this block. Raises VerificationError when extraData is not of its form."""
    return qbft.block_hash(header) if _is_qbft(engine) else clique.block_hash(header)


def check_run(engine: str, headers: Sequence[Header]) -> None:
    """1–64 headers, exactly one for qbft, each the parent of the next by hash and number.

    Raises VerificationError: `endorsement.run`, `endorsement.number`, `endorsement.parent`, and what extraData's form raises.
    """
    if not 1 <= len(headers) <= (1 if _is_qbft(engine) else LIMITS.headers):
        raise VerificationError("endorsement.run")
    for parent, child in pairwise(headers):
        if child.number != parent.number + 1:
            raise VerificationError("endorsement.number")
        if child.parent_hash != block_hash(engine, parent):
            raise VerificationError("endorsement.parent")
    check_extra(engine, headers[-1])


def endorse(engine: str, headers: Sequence[Header], validators: Collection[bytes]) -> Endorsement:
    """Counts the signers of a run, after `check_run`, against the set in force at its first header.

    Raises VerificationError: `endorsement.short` (fewer than ⌈2N/3⌉), `endorsement.surplus` (a header after the one that
    completes the count), `endorsement.set` (an empty set), `consensus.seal.*`, and what `check_run` raises.
    """
    check_run(engine, headers)
    members = frozenset(validators)
    if not members:
        raise VerificationError("endorsement.set")
    quorum = needed(len(members))
    counted: set[bytes] = set()
    for header in headers:
        if len(counted) >= quorum:
            raise VerificationError("endorsement.surplus")
        counted.update(members.intersection(qbft.signers(header) if _is_qbft(engine) else (clique.signer(header),)))
    if len(counted) < quorum:
        raise VerificationError("endorsement.short")
    return Endorsement(signers=tuple(sorted(counted)), needed=quorum, total=len(members), fault_tolerant=len(members) >= 4)


def _is_qbft(engine: str) -> bool:
    if engine not in ("qbft", "clique"):
        raise VerificationError("endorsement.engine")
    return engine == "qbft"
