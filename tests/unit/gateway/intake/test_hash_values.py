"""Numbers, times and vocabulary URNs as a hash id reads them."""

from __future__ import annotations

import pytest

from gateway.intake.hash_values import plain_decimal, utc_time, without_urn


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("0", "0"), ("-0", "0"), ("+7", "7"), ("007", "7"), ("7.0", "7"), ("-7.50", "-7.5"), (".5", "0.5"), ("5.", "5"),
        ("1e2", "100"), ("1.25E1", "12.5"), ("1e-7", "0.0000001"), ("12.5e-1", "1.25"), ("0e5", "0"), ("0.10", "0.1"),
        ("123456789012345678901", "123456789012345678901"), ("1e22", "1" + "0" * 22),
    ],
)  # fmt: skip
def test_a_number_has_one_spelling(text: str, plain: str) -> None:
    assert plain_decimal(text) == plain


@pytest.mark.parametrize("text", ["", ".", "-", "e5", "1e9999", "0x10", "1_000", "NaN", "inf", "١", "1 2", "1,5", "12A"])
def test_what_is_no_number_stays_as_it_is(text: str) -> None:
    assert plain_decimal(text) == text


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-06-01T06:00:00+08:00", "2025-05-31T22:00:00.000Z"),
        ("2025-06-01T06:00:00.1Z", "2025-06-01T06:00:00.100Z"),
        ("2025-06-01T06:00:00.1234-01:00", "2025-06-01T07:00:00.123Z"),
        ("2025-06-01T06:00:00.0005Z", "2025-06-01T06:00:00.000Z"),
        ("2025-06-01T06:00:00.0015Z", "2025-06-01T06:00:00.002Z"),
        ("2025-12-31T23:59:59.9996Z", "2026-01-01T00:00:00.000Z"),
        ("0999-06-01T06:00:00Z", "0999-06-01T06:00:00.000Z"),
    ],
)
def test_a_time_is_written_in_utc_with_milliseconds(text: str, utc: str) -> None:
    assert utc_time(text) == utc


@pytest.mark.parametrize(
    "text",
    ["", "2025-06-01", "2025-06-01T06:00:00", "2025-02-30T06:00:00Z", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59.9999Z"],
)
def test_what_is_no_time_stays_as_it_is(text: str) -> None:
    assert utc_time(text) == text


def test_a_vocabulary_urn_becomes_its_web_uri_and_no_other_urn_does() -> None:
    assert without_urn("urn:epcglobal:cbv:btt:po") == "https://ref.gs1.org/cbv/BTT-po"
    assert without_urn("urn:epcglobal:cbv:bt:0614141073467:1152") == "urn:epcglobal:cbv:bt:0614141073467:1152"
    assert without_urn("po") == "po"
