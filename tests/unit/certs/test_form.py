"""Reading by form: exact names, types and ranges, each fault with its pointer."""

from collections.abc import Callable
from typing import Any

import pytest

from certs import form
from certs.errors import MalformedCertificate


def fault(read: Callable[..., Any], value: Any, **options: Any) -> tuple[str, str]:
    with pytest.raises(MalformedCertificate) as caught:
        read(value, "/x", **options)
    return caught.value.code, caught.value.field


def test_an_object_has_its_names_and_no_other() -> None:
    names = {"required": ("a",), "optional": ("b",)}
    assert form.record({"a": 1, "b": 2}, "/x", **names) == {"a": 1, "b": 2}
    assert form.record({"a": None}, "/x", **names) == {"a": None}
    assert fault(form.record, {}, **names) == ("form.missing", "/x/a")
    assert fault(form.record, {"a": 1, "c": 1}, **names) == ("form.unknown", "/x")
    assert fault(form.record, [], **names) == ("form.type", "/x")


@pytest.mark.parametrize("value", [None, True, 1, 1.5, [], {}])
def test_a_text_is_a_string(value: Any) -> None:
    assert fault(form.text, value) == ("form.type", "/x")


@pytest.mark.parametrize("value", [None, True, False, "1", 1.5, [], {}])
def test_an_integer_is_not_a_boolean_nor_a_text(value: Any) -> None:
    assert fault(form.uint, value) == ("form.type", "/x")


def test_an_integer_has_a_range() -> None:
    assert form.uint(0, "/x") == 0
    assert form.uint(2**53 - 1, "/x") == 2**53 - 1
    assert fault(form.uint, -1) == ("form.range", "/x")
    assert fault(form.uint, 2**53) == ("form.range", "/x")
    assert fault(form.uint, 0, least=1) == ("form.range", "/x")


def test_a_list_has_a_length() -> None:
    assert form.array([], "/x") == []
    assert fault(form.array, {}) == ("form.type", "/x")
    assert fault(form.array, "ab") == ("form.type", "/x")
    assert fault(form.array, [], least=1) == ("form.length", "/x")
    assert fault(form.array, [1, 2], most=1) == ("form.length", "/x")


@pytest.mark.parametrize("value", ["", "0", "00", "0X00", "0x0", "0xAB", "0xaB", "0x0g", " 0x00", "0x00\n", "0x00 ", "0x٠٠"])
def test_hex_has_one_spelling(value: str) -> None:
    assert fault(form.hex_bytes, value) == ("form.hex", "/x")


def test_hex_is_whole_bytes_of_a_length() -> None:
    assert form.hex_bytes("0x", "/x") == b""
    assert form.hex_bytes("0x00ff", "/x", length=2) == b"\0\xff"
    assert fault(form.hex_bytes, "0x00ff", length=3) == ("form.length", "/x")
    assert fault(form.hex_bytes, 0) == ("form.type", "/x")


def test_a_free_object_is_any_object() -> None:
    assert form.free_object({"anything": 1}, "/x") == {"anything": 1}
    assert fault(form.free_object, []) == ("form.type", "/x")


def test_a_sorted_list_has_no_entry_twice() -> None:
    form.ascending([], "/x")
    form.ascending([b"a", b"ab", b"b"], "/x")
    for wrong in ([b"b", b"a"], [b"a", b"a"]):
        with pytest.raises(MalformedCertificate, match=r"form\.order /x"):
            form.ascending(wrong, "/x")
