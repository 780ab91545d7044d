"""
QBFT headers (GoQuorum, Besu, the embedded chain): extraData, block hash, seal digest, signers (PROTOCOL.md §6).

extraData = RLP[vanity32, [validator20 …], vote, round, [seal65 …]]. The block hash covers neither round nor seals, a seal covers
the round. The listed validators are what the proposer wrote, and honest nodes seal false ones: they are never the set in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from certs.consensus.recover import recover_address
from certs.errors import VerificationError
from certs.evm.header import Header
from certs.evm.keccak import keccak256
from certs.evm.rlp import Item, decode, encode, to_bytes, to_list, to_uint

_EMPTY_LIST: list[Item] = []


@dataclass(frozen=True, slots=True)
class ExtraData:
    """The five items. `seals` are as read: their form is judged when they are counted (step 7), everything else here (step 5)."""

    items: tuple[Item, ...]
    validators: tuple[bytes, ...]
    round: int
    seals: tuple[Item, ...]


def parse_extra(header: Header) -> ExtraData:
    """The header's extraData.

    A vote is empty or [address, 0xff | empty], the round an integer of at most 4 bytes.
    Raises VerificationError `evm.rlp.*` or `consensus.qbft.vote`.
    """
    items = to_list(decode(header.extra_data), 5, "extraData")
    vanity, addresses, vote, number, seals = items
    to_bytes(vanity, 32, "extraData.vanity")
    validators = [to_bytes(item, 20, "extraData.validators") for item in to_list(addresses, None, "extraData.validators")]
    _check_vote(to_list(vote, None, "extraData.vote"))
    return ExtraData(
        items=tuple(items),
        validators=tuple(validators),
        round=to_uint(number, 4, "extraData.round"),
        seals=tuple(to_list(seals, None, "extraData.seals")),
    )


def _check_vote(vote: list[Item]) -> None:
    # Both engines write 0xff to add and the empty string to drop; Besu also reads 0x00, but hashes it as the empty string.
    if vote and (len(vote) != 2 or len(to_bytes(vote[0], None, "extraData.vote")) != 20 or vote[1] not in (b"\xff", b"")):
        raise VerificationError("consensus.qbft.vote")


def block_hash(header: Header) -> bytes:
    """keccak(RLP of the header with round 0 and no seals). Raises what `parse_extra` raises."""
    extra = parse_extra(header)
    return keccak256(header.encoded_with(encode([*extra.items[:3], b"", _EMPTY_LIST])))


def seal_digest(header: Header) -> bytes:
    """keccak(RLP of the header with its real round and no seals): what validators sign, not hashed again."""
    extra = parse_extra(header)
    return keccak256(header.encoded_with(encode([*extra.items[:4], _EMPTY_LIST])))


@lru_cache(maxsize=256)
def signers(header: Header) -> tuple[bytes, ...]:
    """The address behind every seal, in the order of the seals, strangers and repeats included.

    Remembered per header, because many certificates share one.
    Raises VerificationError `consensus.seal.*`, and what `parse_extra` raises.
    """
    digest = seal_digest(header)
    recovered: dict[bytes, bytes] = {}
    order = []
    for item in parse_extra(header).seals:
        if not isinstance(item, bytes):
            raise VerificationError("consensus.seal.length")
        if item not in recovered:
            recovered[item] = recover_address(digest, item)
        order.append(recovered[item])
    return tuple(order)


def listed(header: Header) -> tuple[bytes, ...]:
    """The validators the proposer wrote into extraData, as written: for telling a foreign chain, never for endorsement."""
    return parse_extra(header).validators
