"""
The QBFT form of a header: extraData = RLP [vanity32, validators ascending, vote, round, seals].

A header is kept with round 0 and no seals, so its own hash is the QBFT block hash and also, at round 0, the digest its seals
sign (PROTOCOL.md §6). Seals are added only when an answer is written. Genesis carries none, as on real engines.
"""

from __future__ import annotations

from typing import Final

import rlp  # type: ignore[import-untyped]
from eth.abc import BlockHeaderAPI

from ledger.devchain.errors import keys_mismatch
from ledger.devchain.keys import ValidatorKeys

VANITY: Final = b"Shisu development chain".ljust(32, b"\0")
MIX_HASH: Final = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
NONCE: Final = bytes(8)
DIFFICULTY: Final = 1
NO_VOTE: Final[list[bytes]] = []
ROUND_ZERO: Final = b""


def extra_data(validators: tuple[bytes, ...], seals: tuple[bytes, ...] = ()) -> bytes:
    """extraData with no vote and round 0. `validators` are 20 bytes each; seals 65 bytes each, in the order given."""
    encoded: bytes = rlp.encode([VANITY, sorted(validators), NO_VOTE, ROUND_ZERO, list(seals)])
    return encoded


def validators_of(extra: bytes) -> tuple[bytes, ...]:
    """The validators listed in extraData, 20 bytes each, ascending: the list in force at the header's own height."""
    return tuple(rlp.decode(extra)[1])


def is_hashed_form(extra: bytes) -> bool:
    """Whether extraData is what the block hash covers and `extra_data` writes: no vote, round 0, no seals."""
    try:
        return extra == extra_data(validators_of(extra))
    except (rlp.exceptions.RLPException, IndexError, TypeError):
        return False


def quorum(count: int) -> int:
    """⌈2N/3⌉: how many seals real engines store with a block (ENGINES.md)."""
    return -(-2 * count // 3)


def sealers(validators: tuple[bytes, ...], height: int, keys: ValidatorKeys) -> tuple[bytes, ...]:
    """Who seals the block at this height: ⌈2N/3⌉ of the listed, or () when fewer of their keys are here: there is no such block.

    The turn moves on with the height and passes over validators whose key is not here. The first proposes (is the coinbase).
    """
    turn = height % len(validators)
    present = tuple(filter(keys.holds, validators[turn:] + validators[:turn]))
    needed = quorum(len(validators))
    return present[:needed] if len(present) >= needed else ()


def sealed(header: BlockHeaderAPI, keys: ValidatorKeys) -> BlockHeaderAPI:
    """The header with exactly ⌈2N/3⌉ seals, by its `sealers`; genesis is returned as it is.

    Raises DevChainError `devchain.keys.mismatch` when too few of the listed validators' keys are here.
    """
    if header.block_number == 0:
        return header
    validators = validators_of(header.extra_data)
    signers = sealers(validators, header.block_number, keys)
    if not signers:
        raise keys_mismatch()
    seals = tuple(keys.sign(signer, header.hash) for signer in signers)
    return header.copy(extra_data=extra_data(validators, seals))
