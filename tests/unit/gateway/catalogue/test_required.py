"""The syntax of required fields."""

from __future__ import annotations

import pytest

from gateway.catalogue.required import FieldPath, parse_required


def test_a_dot_goes_inwards_a_bar_offers_another_path_and_a_bracket_asks_for_an_element() -> None:
    assert parse_required("ilmd.cn:scNo|bizTransactionList[type=cert]") == (
        FieldPath(("ilmd", "cn:scNo")), FieldPath(("bizTransactionList",), "type", "cert"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "a.", ".a", "a||b", "|a", "a[type]", "a[type=]", "a[type=cert", "a[type=cert].b", "a b", "a/b", "a[0]", "批号"]
)
def test_nothing_else_is_understood(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        parse_required(text)
