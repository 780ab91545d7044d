"""
What the pure core raises, by whose fault it is. Every error carries a stable dotted `code`; `certs.texts` has its words.

CertError
├── MalformedCertificate   the bytes are not a file of ours            (the holder's copy is damaged)
├── VerificationError      well formed, and not true                   (forged, or the issuer's fault)
├── ForeignCertificate     true, perhaps, of another chain             (nobody's fault)
└── CannotCheck            something needed is missing or unknown      (nobody's fault: the code says what)

"I could not check" is never the same type as "I checked and it is false".
"""

from __future__ import annotations


class CertError(Exception):
    """Base of everything `certs` raises on purpose.

    `code` never changes once released; `field` is a JSON pointer or a short name, and never holds a value from the input.
    """

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(f"{code} {field}".strip())
        self.code = code
        self.field = field


class MalformedCertificate(CertError):
    """The bytes are not a certificate, bundle or staple of ours (steps 1 and 2)."""


class VerificationError(CertError):
    """A statement of the file is false."""


class ForeignCertificate(CertError):
    """The file belongs to another chain or consortium than the pinned one."""


class CannotCheck(CertError):
    """Something needed to decide is missing; nothing was found to be false."""
