"""
A record (存证记录): what is committed for one event, in three tiers each with its own salt (PROTOCOL.md §1, §3).

tier digest  H(0x02 ‖ salt[32] ‖ JCS(body))                                   absent tier: 32 zero bytes
leaf         H(0x00 ‖ 0x01 ‖ d_public ‖ d_bureaus ‖ d_submitter)              0x01 = record version
check code   first 60 bits of H(0x05 ‖ public salt), 5 bits a letter
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certs.canonical import canonical
from certs.suites import HASH_BYTES, HashFunction, hash_function

TIERS = ("public", "bureaus", "submitter")
ABSENT = bytes(HASH_BYTES)
SALT_BYTES = 32
CHECK_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CHECK_CODE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Tier:
    """One disclosed tier: its salt (32 random bytes, used once) and its body, a JSON object."""

    salt: bytes
    body: dict[str, Any]

    def digest(self, h: HashFunction) -> bytes:
        """H(0x02 ‖ salt ‖ JCS(body))."""
        return tier_digest(self.salt, canonical(self.body), h)


@dataclass(frozen=True, slots=True)
class Record:
    """All three tiers of one event, as the gateway holds them."""

    suite: int
    public: Tier
    bureaus: Tier
    submitter: Tier

    def digests(self) -> tuple[bytes, bytes, bytes]:
        """The tier digests in order public, bureaus, submitter."""
        h = hash_function(self.suite)
        return self.public.digest(h), self.bureaus.digest(h), self.submitter.digest(h)

    def leaf(self) -> bytes:
        """The 32-byte leaf of this record."""
        return leaf_hash(self.digests(), hash_function(self.suite))


def tier_digest(salt: bytes, body_jcs: bytes, h: HashFunction) -> bytes:
    """H(0x02 ‖ salt ‖ JCS bytes of the body)."""
    return h(b"\x02" + salt + body_jcs)


def leaf_hash(digests: tuple[bytes, bytes, bytes], h: HashFunction) -> bytes:
    """The leaf over the three tier digests; this *is* RFC 9162's leaf hash and is not hashed again."""
    return h(b"\x00\x01" + b"".join(digests))


def item_leaf(salt: bytes, code: str, h: HashFunction) -> bytes:
    """H(0x03 ‖ salt ‖ UTF-8 code): the leaf of one serialised unit (一物一码) in its own tree."""
    return h(b"\x03" + salt + code.encode())


def check_code(public_salt: bytes, h: HashFunction) -> str:
    """The 查验码: 12 letters without look-alikes, from the first 60 bits of H(0x05 ‖ public salt)."""
    bits = int.from_bytes(h(b"\x05" + public_salt)[:8], "big") >> 4
    return "".join(CHECK_CODE_LETTERS[bits >> shift & 31] for shift in range(55, -5, -5))
