"""
Certificate numbers: `SHFS-<code>-<seq>-<index>-<c>` (PROTOCOL.md §3).

`c` is the ISO 7064 MOD 37,36 check character over the ASCII text code‖seq‖index, so that a mistyped number is noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from certs.errors import MalformedCertificate

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NUMBER = re.compile(r"([A-Z0-9]{2,8})-([A-Z0-9]{2,8})-([1-9][0-9]{0,14})-(0|[1-9][0-9]{0,14})-([0-9A-Z])")
PREFIX = re.compile(r"[A-Z0-9]{2,8}")


@dataclass(frozen=True, slots=True)
class Number:
    """The parts of a certificate number: the bundle's prefix, the member's code, batch seq (from 1), leaf index (from 0)."""

    prefix: str
    code: str
    seq: int
    index: int

    def __str__(self) -> str:
        check = check_character(f"{self.code}{self.seq}{self.index}")
        return f"{self.prefix}-{self.code}-{self.seq}-{self.index}-{check}"


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36 over the characters 0-9A-Z."""
    value = 36
    for character in text:
        value = (value + _ALPHABET.index(character)) % 36 or 36
        value = value * 2 % 37
    return _ALPHABET[(37 - value) % 36]


def has_number_form(text: str) -> bool:
    """Whether `text` looks like a number, its check character aside: only then may it be shown or printed."""
    return _NUMBER.fullmatch(text) is not None


def parse_number(text: str) -> Number:
    """Reads a number and checks its check character. Raises `MalformedCertificate` `number.form` or `number.check`."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise MalformedCertificate("number.form", "/number")
    number = Number(match[1], match[2], int(match[3]), int(match[4]))
    if str(number) != text:
        raise MalformedCertificate("number.check", "/number")
    return number
