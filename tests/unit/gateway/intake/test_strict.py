"""Strict JSON from request bodies: the codes a sender sees."""

from __future__ import annotations

import pytest

from gateway.errors import Refused
from gateway.intake.strict import read_object, read_value


def test_any_value_is_read_and_an_object_where_one_is_asked_for() -> None:
    assert read_value(b' [1, "x"] ', max_values=3) == [1, "x"]
    assert read_object(b'{"a": 1}', max_values=2) == {"a": 1}
    for raw, code in ((b"[]", "json.not_object"), (b"", "json.empty"), (b" \n", "json.empty")):
        with pytest.raises(Refused) as refused:
            read_object(raw, max_values=9)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "json.syntax"), (b"[1,]", "json.syntax"), (b"[1,2,3]", "json.too_many_values"), (b"[[[1]]]", "json.too_deep"),
        (b"[NaN]", "json.non_finite_number"), (b'["NaN",1e999]', "json.number_out_of_range"),
        (b'["\\ud800"]', "json.lone_surrogate"),
    ],
)  # fmt: skip
def test_the_bounds_are_the_callers_and_every_refusal_has_its_code(raw: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_value(raw, max_values=3, max_depth=2)
    assert (refused.value.code, refused.value.faults) == (code, ())
