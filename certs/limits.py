"""Every size limit of the verifier, with its unit and its reason (PROTOCOL.md §2, §4, §6). Nothing is read past them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a stranger may hand us; they are part of the format, so two verifiers agree on what is MALFORMED."""

    file_bytes: int = 2 * 1024 * 1024  # a certificate with a staple and hundreds of validators' headers fits ten times over
    certificate_bytes: int = 256 * 1024  # of its own JCS bytes
    staple_bytes: int = 1024 * 1024  # of its own JCS bytes
    bundle_bytes: int = 4 * 1024 * 1024  # decades of validator sets
    certificate_values: int = 10_000  # objects, arrays and scalars of the certificate
    file_values: int = 100_000  # the same, of a whole file or bundle
    depth: int = 32  # nesting of a certificate, bundle or staple; outermost = 1
    wrapped_depth: int = 33  # a file that wraps its certificate adds one level
    string_bytes: int = 65_536  # UTF-8 bytes of one string or name
    number_chars: int = 32  # characters of one number lexeme: no quadratic parsing (CVE-2020-10735)
    codes: int = 16  # codes of one record; more go into an item tree
    headers: int = 64  # headers of one endorsement run
    node_bytes: int = 32_767  # one Merkle-Patricia node
    pinned_age_s: int = 400 * 86_400  # how far past the bundle's head a block may lie before the bundle is too old
    clock_tolerance_s: int = 600  # clocks of nodes, gateways and verifiers may differ by this much
    freshness_days: int = 7  # default age up to which a staple may say "active"


LIMITS = Limits()
MAX_SAFE_INTEGER = 2**53 - 1
