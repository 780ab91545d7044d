"""MOD 11,10 of GB/T 17710."""

from __future__ import annotations

import pytest

from gateway.intake.rules.check_digit import mod_11_10_is_valid

# Printed licences of public data that pass (DOMAIN C6), the sample data's own, and the standard's ISO/IEC 7064 example 0794.
GOOD = ("11532139200465", "11834020305037", "12744040400094", "12931012000015", "10431012000013", "13101180000031", "07945")


@pytest.mark.parametrize("digits", GOOD)
def test_a_printed_number_passes_and_every_other_last_digit_does_not(digits: str) -> None:
    assert [last for last in "0123456789" if mod_11_10_is_valid(digits[:-1] + last)] == [digits[-1]]


@pytest.mark.parametrize("digits", GOOD)
def test_one_wrong_digit_is_always_seen(digits: str) -> None:
    for i, right in enumerate(digits):
        assert not any(mod_11_10_is_valid(digits[:i] + d + digits[i + 1 :]) for d in "0123456789" if d != right)


def test_nothing_is_no_number() -> None:
    assert not mod_11_10_is_valid("")
