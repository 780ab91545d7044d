"""
Clique headers (geth; EIP-225): block hash and sealer (PROTOCOL.md §6).

extraData = vanity32 ‖ signers of a checkpoint, 20 bytes each ‖ seal65. One sealer a block and no locking: signatures over a run
of blocks are endorsement, not finality. Which signers a checkpoint lists is never asked.
"""

from __future__ import annotations

from functools import lru_cache

from certs.consensus.recover import recover_address
from certs.errors import VerificationError
from certs.evm.header import Header
from certs.evm.keccak import keccak256

_VANITY, _SIGNER, _SEAL = 32, 20, 65


def check_extra(header: Header) -> None:
    """extraData has room for vanity, whole addresses and seal. Raises VerificationError `consensus.clique.extra`."""
    addresses = len(header.extra_data) - _VANITY - _SEAL
    if addresses < 0 or addresses % _SIGNER:
        raise VerificationError("consensus.clique.extra")


def block_hash(header: Header) -> bytes:
    """keccak of the header's bytes. Raises VerificationError `consensus.clique.extra`."""
    check_extra(header)
    return keccak256(header.raw)


@lru_cache(maxsize=256)
def signer(header: Header) -> bytes:
    """The 20-byte address that sealed the block, remembered per header.

    Raises VerificationError `consensus.clique.extra` or `consensus.seal.*`.
    """
    check_extra(header)
    unsealed = header.encoded_with(header.extra_data[:-_SEAL])
    return recover_address(keccak256(unsealed), header.extra_data[-_SEAL:])
