"""Times are compared as whole seconds of the calendar; every other spelling is refused."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.errors import MalformedCertificate
from certs.times import format_time, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T08:00:00+08:00", 0), ("1969-12-31T19:30:00-04:30",
         0), ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T00:00:00.999999999999Z", 0), ("1969-12-31T23:59:59.9Z", -1), ("2000-02-29T00:00:00Z", 951_782_400),
        ("2025-06-02T01:40:00.000+08:00", 1_748_799_600), ("1970-01-01T14:00:00+14:00", 0), ("1969-12-31T10:00:00-14:00", 0),
        ("0001-01-01T00:00:00Z", -62_135_596_800), ("9999-12-31T23:59:59-14:00", 253_402_351_199),
        ("0001-01-01T00:00:00+14:00", -62_135_647_200),
    ],
)  # fmt: skip
def test_a_time_is_its_seconds(text: str, seconds: int) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "", "2025-06-02", "2025-06-02T01:40:00", "2025-06-02 01:40:00Z", "2025-06-02t01:40:00z", "2025-06-02T01:40Z",
        "2025-06-02T01:40:00.Z",
        "2025-06-02T01:40:00,5Z", "2025-06-02T24:00:00Z", "2025-06-02T01:60:00Z", "2025-06-02T23:59:60Z", "2025-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-01-00T00:00:00Z", "2025-04-31T00:00:00Z",
        "0000-01-01T00:00:00Z", "2025-06-02T01:40:00+14:01", "2025-06-02T01:40:00+15:00", "2025-06-02T01:40:00+08:60",
        "2025-06-02T01:40:00+0800",
        "2025-06-02T01:40:00+08", "2025-06-02T01:40:00Z\n", " 2025-06-02T01:40:00Z", "２025-06-02T01:40:00Z", "20250602T014000Z",
        "12025-06-02T01:40:00Z", "2025-6-2T01:40:00Z", "2025-06-02T01:40:00-99:99", "2025-06-02T01:40:00+-8:00",
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(MalformedCertificate, match=r"time\.form"):
        parse_time(text)


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)), st.integers(-840, 840))
def test_the_seconds_are_those_of_the_standard_library(moment: datetime, offset: int) -> None:
    sign = "-" if offset < 0 else "+"
    text = f"{moment.replace(microsecond=0).isoformat()}{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    assert parse_time(text) == datetime.fromisoformat(text).timestamp()


def test_times_are_shown_in_beijing_time() -> None:
    assert format_time(0) == "1970-01-01T08:00:00+08:00"
    assert parse_time(format_time(1_760_000_000)) == 1_760_000_000
    assert format_time(2**53) == "@9007199254740992"
