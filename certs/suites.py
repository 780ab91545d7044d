"""The two hash suites (PROTOCOL.md §1): 1 = SHA-256 (FIPS 180-4), 2 = SM3 (GB/T 32905-2016). Both give 32 bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SM3, Hash

from certs.errors import MalformedCertificate

SHA256 = 1
SM3_ = 2
HASH_BYTES = 32
NAMES = {SHA256: "SHA-256", SM3_: "SM3"}

HashFunction = Callable[[bytes], bytes]


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sm3(data: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize()


_FUNCTIONS: dict[int, HashFunction] = {SHA256: _sha256, SM3_: _sm3}


def hash_function(suite: int) -> HashFunction:
    """The hash of a suite id. Raises `MalformedCertificate` for an id this edition does not know (step 2)."""
    try:
        return _FUNCTIONS[suite]
    except KeyError:
        raise MalformedCertificate("cert.suite.unknown", "/suite") from None
