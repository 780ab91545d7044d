"""What kind of value was found, without the value."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.value_class import value_class, value_words


@pytest.mark.parametrize(
    ("value", "token"),
    [
        (None, "null"), (True, "boolean"), (5, "integer"), (1.5, "number"), ("", "empty"), (" ", "empty"), ("123", "digits:3"),
        ("1.23E+17", "exponent"), ("ab 1", "ascii:4"), ("猪肉", "text:2"), ("１２", "text:2"), ([], "empty"), ([1, 2], "list:2"),
        ({}, "empty"), ({"a": 1}, "object"),
    ],
)  # fmt: skip
def test_every_value_has_a_class_with_words_and_without_itself(value: Any, token: str) -> None:
    assert value_class(value) == token
    zh, en = value_words(token)
    assert zh and en
    if isinstance(value, str) and value.strip():
        assert value not in zh + en


def test_a_class_of_another_edition_has_no_words() -> None:
    assert value_words("colour:3") == ("", "")
