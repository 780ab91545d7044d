"""JSON-RPC quantities and data, read strictly."""

from __future__ import annotations

import pytest

from ledger.errors import NodeContradicts
from ledger.quantities import data_bytes, field_of, list_of, quantity, to_data, to_quantity


@pytest.mark.parametrize("value", [0, 1, 15, 16, 2**64, 2**256 - 1])
def test_a_quantity_is_read_as_it_was_written(value):
    assert quantity(to_quantity(value), "x") == value


@pytest.mark.parametrize(
    "text", [None, 1, "", "0x", "1", "0x00", "0x01", "0xG", "0XA", "0xA", " 0x1", "0x1\n", "0x-1", "0x" + "1" * 65]
)
def test_any_other_spelling_of_a_quantity_is_refused(text):
    with pytest.raises(NodeContradicts) as caught:
        quantity(text, "x")
    assert caught.value.code == "ledger.node.form"


@pytest.mark.parametrize("raw", [b"", b"\0", b"\xff" * 40])
def test_data_is_read_as_it_was_written(raw):
    assert data_bytes(to_data(raw), "x") == raw


def test_checksummed_data_is_taken():
    assert data_bytes("0xAb", "x") == b"\xab"


@pytest.mark.parametrize("text", [None, 7, "", "00", "0x0", "0xzz", "0x00 ", "0x00\n", ["0x"]])
def test_any_other_spelling_of_data_is_refused(text):
    with pytest.raises(NodeContradicts):
        data_bytes(text, "x")


def test_data_of_another_length_is_refused():
    with pytest.raises(NodeContradicts):
        data_bytes("0x0000", "x", length=1)


@pytest.mark.parametrize("answer", [None, [], "a", 1, {}])
def test_a_missing_name_is_refused(answer):
    with pytest.raises(NodeContradicts):
        field_of(answer, "a")


@pytest.mark.parametrize("value", [None, {}, "ab", 1])
def test_what_is_not_an_array_is_refused(value):
    with pytest.raises(NodeContradicts):
        list_of({"a": value}, "a")
