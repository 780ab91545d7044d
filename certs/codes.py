"""
Codes of goods (GS1 keys) and of organisations (USCC): their canonical forms and check digits.

A code is `01/<14 digits>[/10/<lot>][/21/<serial>]` or `00/<18 digits>` (PROTOCOL.md §3). Lot and serial percent-encode, in
upper-case hex, every byte outside A-Za-z0-9-._~ and no other. Form is part of the certificate's format; check digits and GS1
lengths are questions for intake, which asks them with `gs1_check_digit` and `uscc_is_valid`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from certs.errors import MalformedCertificate

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I O S V Z
_USCC = re.compile(f"[{USCC_ALPHABET}]{{18}}")
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CODE = re.compile(r"01/([0-9]{14})(?:/10/([^/]+))?(?:/21/([^/]+))?|00/([0-9]{18})")
_ENCODED = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+")


@dataclass(frozen=True, slots=True)
class Code:
    """A parsed code: `gtin` (14 digits) with decoded `lot` and `serial`, or `sscc` (18 digits) alone."""

    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    sscc: str | None = None

    def __str__(self) -> str:
        """The canonical form."""
        if self.sscc is not None:
            return f"00/{self.sscc}"
        text = f"01/{self.gtin}"
        if self.lot is not None:
            text += f"/10/{quote(self.lot, safe='')}"
        if self.serial is not None:
            text += f"/21/{quote(self.serial, safe='')}"
        return text

    def wider(self) -> tuple[str, ...]:
        """The code texts whose status also concerns this code: its GTIN, its GTIN+lot, itself; an SSCC only itself."""
        if self.sscc is not None:
            return (str(self),)
        lot = (str(Code(gtin=self.gtin, lot=self.lot)),) if self.lot is not None else ()
        return tuple(dict.fromkeys((f"01/{self.gtin}", *lot, str(self))))


def parse_code(text: str) -> Code:
    """Reads a canonical code. Raises `MalformedCertificate` `code.form` for anything that is not exactly canonical."""
    match = _CODE.fullmatch(text)
    if match is None:
        raise MalformedCertificate("code.form")
    gtin, lot, serial, sscc = match.groups()
    return Code(gtin, _decode(lot), _decode(serial), sscc)


def _decode(encoded: str | None) -> str | None:
    if encoded is None:
        return None
    if _ENCODED.fullmatch(encoded) is None:
        raise MalformedCertificate("code.form")
    try:
        text = unquote_to_bytes(encoded).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedCertificate("code.form") from None
    if "\0" in text or quote(text, safe="") != encoded:
        raise MalformedCertificate("code.form")
    return text


def code_key(text: str) -> bytes:
    """SHA-256(0x04 ‖ UTF-8 code), whatever the suite: the key under which StatusRegistry keeps a code's status."""
    return hashlib.sha256(b"\x04" + text.encode()).digest()


def status_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Every code text whose status a certificate naming `codes` depends on, sorted, distinct."""
    return tuple(sorted({wide for text in codes for wide in parse_code(text).wider()}))


def code_keys(codes: Iterable[str]) -> tuple[bytes, ...]:
    """The code keys a staple must answer for a certificate naming `codes` (PROTOCOL.md §3)."""
    return tuple(code_key(text) for text in status_codes(codes))


def is_uscc_form(text: object) -> bool:
    """Whether `text` has the form of a USCC: 18 characters of the GB 32100 alphabet."""
    return isinstance(text, str) and _USCC.fullmatch(text) is not None


def uscc_is_valid(text: str) -> bool:
    """Form and check character of a USCC (GB 32100-2015: weights 3^i mod 31)."""
    if not is_uscc_form(text):
        return False
    return _uscc_check_character(text[:17]) == text[17]


@lru_cache(maxsize=4_096)  # a day's events name the same parties a hundred thousand times
def _uscc_check_character(body: str) -> str:
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def gs1_check_digit(digits: str) -> str:
    """The mod-10 check digit of a GTIN, GLN or SSCC, over its digits without the check digit (weights 3, 1 from the right)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str((10 - total % 10) % 10)


def gs1_is_valid(digits: str) -> bool:
    """Whether the last digit of a GS1 key of digits is its check digit."""
    return digits.isascii() and digits.isdigit() and gs1_check_digit(digits[:-1]) == digits[-1]
