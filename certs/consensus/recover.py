"""
From a 65-byte secp256k1 seal (r ‖ s ‖ v) and a digest to the address that signed.

coincurve where it has a wheel, else eth-keys alone (100 times slower, the same answers). High-s twins recover like any other;
whoever counts signers counts addresses, not seals.
"""

from __future__ import annotations

from eth_keys.backends.native.main import NativeECCBackend
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature

from certs.errors import VerificationError
from certs.evm.keccak import keccak256

try:
    from coincurve import PublicKey
except ImportError:  # no wheel for this Python: eth-keys answers alone
    HAS_COINCURVE = False
else:
    HAS_COINCURVE = True

ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141  # n of secp256k1 (SEC 2, §2.4.1)


def recover_address(digest: bytes, seal: bytes) -> bytes:
    """The 20-byte address whose key made `seal` over a 32-byte `digest`.

    Raises VerificationError `consensus.seal.length` (not 65 bytes), `.v` (not 0 or 1), `.scalar` (r or s ∉ [1, n−1]), `.recover`.
    """
    if len(seal) != 65:
        raise VerificationError("consensus.seal.length")
    if seal[64] > 1:
        raise VerificationError("consensus.seal.v")
    if not all(0 < int.from_bytes(part, "big") < ORDER for part in (seal[:32], seal[32:64])):
        raise VerificationError("consensus.seal.scalar")
    return keccak256(_public_key(digest, seal))[12:]


def eth_keys_public_key(digest: bytes, seal: bytes) -> bytes:
    """The signer's public key, x ‖ y, in pure Python. Raises VerificationError `consensus.seal.recover`."""
    r, s = (int.from_bytes(part, "big") for part in (seal[:32], seal[32:64]))
    backend = NativeECCBackend()
    try:
        return backend.ecdsa_recover(digest, Signature(vrs=(seal[64], r, s), backend=backend)).to_bytes()
    except BadSignature as error:
        raise VerificationError("consensus.seal.recover") from error


def coincurve_public_key(digest: bytes, seal: bytes) -> bytes:
    """The signer's public key, x ‖ y, by libsecp256k1. Raises VerificationError `consensus.seal.recover`."""
    try:
        return PublicKey.from_signature_and_message(seal, digest, hasher=None).format(compressed=False)[1:]
    except ValueError as error:
        raise VerificationError("consensus.seal.recover") from error


_public_key = coincurve_public_key if HAS_COINCURVE else eth_keys_public_key
