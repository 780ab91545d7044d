"""
Keccak-256 as Ethereum uses it (the padding before FIPS 202).

One fixed backend, never the one an environment variable names. It hashes what Ethereum hashed; our own trees never use it.
"""

from __future__ import annotations

from eth_hash.backends.pycryptodome import CryptodomeBackend

_BACKEND = CryptodomeBackend()


def keccak256(data: bytes) -> bytes:
    """32 bytes: Keccak-256 of `data` (Yellow Paper, appendix D)."""
    return _BACKEND.keccak256(data)
