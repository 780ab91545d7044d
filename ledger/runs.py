"""
Headers from a node, rebuilt and hashed, and the run of them that endorses a block.

A block is read by its number, never by a hash seen before: what stands at a height now is what counts (RELIABILITY.md §1 R7).
Endorsement is counted by `certs.consensus`, against the set the caller holds to be in force; the node's word is not asked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from certs.consensus.endorsement import Endorsement, block_hash, endorse
from certs.errors import VerificationError
from certs.evm.header import Header
from certs.limits import LIMITS
from ledger.blocks import header_of
from ledger.errors import NodeContradicts, NotYet
from ledger.quantities import quantity, to_quantity
from ledger.rpc import ChainPort

_TOO_FEW = "endorsement.short"


@dataclass(frozen=True, slots=True)
class EndorsedRun:
    """A block and what endorses it: `headers` starts with the block's own; `hash` is that block's."""

    headers: tuple[Header, ...]
    hash: bytes
    endorsement: Endorsement


def latest_number(rpc: ChainPort) -> int:
    """The height of the node's chain."""
    return quantity(rpc.call("eth_blockNumber"), "blockNumber")


def read_block(rpc: ChainPort, engine: str, number: int, *, full: bool) -> tuple[Header, Any]:
    """The header at a height and the answer it came in, with whole transactions if `full`.

    Raises `NotYet` when there is no such block, `NodeContradicts` when its hash or number is not the block's.
    """
    block = rpc.call("eth_getBlockByNumber", [to_quantity(number), full])
    if block is None:
        raise NotYet("ledger.block.missing")
    header = header_of(block, engine)
    if header.number != number:
        raise NodeContradicts("ledger.node.number", "header")
    return header, block


def finality(rpc: ChainPort, engine: str, number: int, validators: Collection[bytes]) -> EndorsedRun:
    """The block at `number` as it stands now, with ≥ ⌈2N/3⌉ endorsers of the set in force there.

    The caller compares `hash` with the block it knew. Raises `NotYet` (`ledger.endorsement.short`) while there are too few.
    """
    return endorsed_from(rpc, engine, read_block(rpc, engine, number, full=False)[0], validators)


def endorsed_from(rpc: ChainPort, engine: str, first: Header, validators: Collection[bytes]) -> EndorsedRun:
    """The shortest run from `first` that endorses it: one header for qbft, as many as it takes for clique (at most 64).

    Raises `NotYet` when the chain is not long enough or another block took its place, `NodeContradicts` for false seals.
    """
    run = [first]
    while True:
        endorsement = _count(engine, run, validators)
        if endorsement is not None:
            return EndorsedRun(tuple(run), block_hash(engine, first), endorsement)
        if engine != "clique" or len(run) == LIMITS.headers:
            raise NotYet("ledger.endorsement.short")
        try:
            following, _ = read_block(rpc, engine, run[-1].number + 1, full=False)
        except NotYet:
            raise NotYet("ledger.endorsement.short") from None
        if following.parent_hash != block_hash(engine, run[-1]):
            raise NotYet("ledger.block.moved")
        run.append(following)


def latest_endorsed(rpc: ChainPort, engine: str, validators: Collection[bytes]) -> EndorsedRun:
    """The newest block that the chain as it stands endorses: the latest for qbft, a few blocks back for clique."""
    number = latest_number(rpc)
    for back in range(min(number + 1, LIMITS.headers if engine == "clique" else 1)):
        try:
            return finality(rpc, engine, number - back, validators)
        except NotYet:
            continue
    raise NotYet("ledger.endorsement.short")


def _count(engine: str, run: Sequence[Header], validators: Collection[bytes]) -> Endorsement | None:
    try:
        return endorse(engine, run, validators)
    except VerificationError as error:
        if error.code == _TOO_FEW:
            return None
        raise NodeContradicts("ledger.node.endorsement", error.code) from error
