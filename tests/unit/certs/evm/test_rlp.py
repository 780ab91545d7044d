import pytest
import rlp as oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.errors import CertError
from certs.evm.rlp import MAX_DEPTH, decode, encode, to_bytes, to_list, to_uint

items = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=6), max_leaves=20)


def code_of(call, *args):
    with pytest.raises(CertError) as caught:
        call(*args)
    return caught.value.code


@given(items)
@settings(max_examples=100, deadline=None)
def test_encoding_and_decoding_agree_with_the_rlp_library(item):
    raw = oracle.encode(item)
    assert encode(item) == raw
    assert decode(raw) == item


@pytest.mark.parametrize("size", [0, 1, 55, 56, 255, 256, 65_535, 65_536])
def test_every_length_of_length_is_read_and_written(size):
    for item in (b"\xff" * size, [b"\x01"] * size):
        assert encode(item) == oracle.encode(item)
        assert decode(encode(item)) == item


@pytest.mark.parametrize("byte", [b"\x00", b"\x7f", b"\x80", b"\xff"])
def test_single_bytes_from_128_on_have_a_prefix(byte):
    assert encode(byte) == oracle.encode(byte)
    assert decode(encode(byte)) == byte


@given(st.binary(max_size=40))
@settings(max_examples=100, deadline=None)
def test_what_is_accepted_is_the_one_spelling(raw):
    try:
        item = decode(raw)
    except CertError:
        return
    assert encode(item) == raw


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "evm.rlp.short"),
        ("81", "evm.rlp.short"),
        ("8261", "evm.rlp.short"),
        ("b8", "evm.rlp.short"),
        ("b901", "evm.rlp.short"),
        ("b838" + "61" * 55, "evm.rlp.short"),
        ("bfffffffffffffffff", "evm.rlp.short"),
        ("ffffffffffffffffff", "evm.rlp.short"),
        ("c1", "evm.rlp.short"),
        ("c181", "evm.rlp.short"),
        ("c28261", "evm.rlp.short"),
        ("c1c1", "evm.rlp.short"),
        ("0000", "evm.rlp.trailing"),
        ("c000", "evm.rlp.trailing"),
        ("8100", "evm.rlp.single"),
        ("817f", "evm.rlp.single"),
        ("c2817f", "evm.rlp.single"),
        ("b837" + "61" * 55, "evm.rlp.length"),
        ("b90038" + "61" * 56, "evm.rlp.length"),
        ("f800", "evm.rlp.length"),
        ("f837" + "61" * 55, "evm.rlp.length"),
        ("f90038" + "61" * 56, "evm.rlp.length"),
    ],
)
def test_other_spellings_are_refused(raw, code):
    assert code_of(decode, bytes.fromhex(raw)) == code


def nested(depth):
    raw = b"\xc0"
    for _ in range(depth - 1):
        raw = encode_list(raw)
    return raw


def encode_list(payload):
    size = len(payload)
    if size <= 55:
        return bytes([0xC0 + size]) + payload
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0xF7 + len(length)]) + length + payload


def test_nesting_is_read_down_to_the_limit_and_no_further():
    assert MAX_DEPTH == 64
    assert encode(decode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    assert code_of(decode, nested(MAX_DEPTH + 1)) == "evm.rlp.depth"
    assert code_of(encode, [decode(nested(MAX_DEPTH))]) == "evm.rlp.depth"
    assert code_of(decode, nested(20_000)) == "evm.rlp.depth"


@pytest.mark.parametrize("byte", [b"\x00", b"\x80", b"\xb8", b"\xbf", b"\xc0", b"\xc1", b"\xf8", b"\xff"])
def test_a_million_equal_bytes_are_refused(byte):
    assert code_of(decode, byte * 10**6).startswith("evm.rlp.")


@pytest.mark.parametrize(
    ("raw", "most", "value"), [(b"", 8, 0), (b"\x01", 1, 1), (b"\xff" * 8, 8, 2**64 - 1), (b"\xff" * 32, 32, 2**256 - 1)]
)
def test_integers_are_big_endian(raw, most, value):
    assert to_uint(raw, most) == value


@pytest.mark.parametrize(
    ("item", "code"),
    [(b"\0", "evm.rlp.integer"), (b"\0\x01", "evm.rlp.integer"), (b"\x01" * 9, "evm.rlp.size"), ([], "evm.rlp.kind")],
)
def test_an_integer_with_another_form_is_refused(item, code):
    assert code_of(to_uint, item, 8) == code


def test_kinds_sizes_and_counts_are_exact():
    assert to_bytes(b"ab", 2) == b"ab"
    assert to_list([b""], 1) == [b""]
    assert code_of(to_bytes, b"ab", 3) == "evm.rlp.size"
    assert code_of(to_bytes, [], None) == "evm.rlp.kind"
    assert code_of(to_list, b"", None) == "evm.rlp.kind"
    assert code_of(to_list, [b""], 2) == "evm.rlp.count"


def test_an_error_names_the_field_and_not_its_value():
    with pytest.raises(CertError) as caught:
        to_bytes(b"secret", 3, "header.nonce")
    assert caught.value.field == "header.nonce"
    assert "secret" not in str(caught.value)
