"""The check digit of Chinese licence numbers: GB/T 17710 (ISO/IEC 7064) MOD 11,10."""

from __future__ import annotations


def mod_11_10_is_valid(digits: str) -> bool:
    """Whether the last of these ASCII digits is the check digit of those before it. Raises `ValueError` for other characters."""
    product = 10
    for digit in digits[:-1]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return bool(digits) and (product + int(digits[-1])) % 10 == 1
