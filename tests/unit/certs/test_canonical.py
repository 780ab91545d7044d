"""Strict JSON in, RFC 8785 out: what is refused, and that what is accepted means exactly one value."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.canonical import canonical, count_values, nesting, parse, parse_canonical
from certs.errors import CertError, MalformedCertificate
from certs.limits import LIMITS


def code_of(raw: bytes, **limits: int) -> str:
    with pytest.raises(MalformedCertificate) as caught:
        parse(raw, **limits)
    return caught.value.code


@pytest.mark.parametrize(
    ("lexeme", "value"),
    [
        ("0", 0), ("0.0", 0), ("0e5", 0), ("0e999999999", 0), ("1", 1), ("1.0", 1), ("1e2", 100), ("1E+2", 100), ("-7", -7),
        ("100e-2", 1), ("10.50", 10.5), ("0.1", 0.1), ("1e-7", 1e-7), ("5e-324", 5e-324), ("9007199254740991", 2**53 - 1),
        ("-9007199254740991", 1 - 2**53), ("9007199254740991.0", 2**53 - 1), ("1.7976931348623158e-10", 1.7976931348623158e-10),
        ("0.00000000000000000000000000001", 1e-29), ("2251799813685248.5", 2251799813685248.5),
    ],
)  # fmt: skip
def test_a_number_is_the_double_of_exactly_its_decimal_value(lexeme: str, value: float) -> None:
    read = parse(lexeme.encode())
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    "lexeme",
    [
        "-0", "-0.0", "-0e9", "-0e-400", "-1e-400", "1e-400", "1e400", "-1e400", "9007199254740992", "9007199254740993",
        "-9007199254740992", "1e16", "1e300", "0.1000000000000000055", "0.10000000000000001", "1.0000000000000001", "4.9e-324",
        "2.5e-324", "9007199254740990.5", "4503599627370496.25", "4503599627370496.5", "NaN", "Infinity", "-Infinity",
        "1" * 33, "0." + "0" * 31,
        "1e-999999999", "1e999999999", "1" + "0" * 4_400,
    ],
)  # fmt: skip
def test_a_number_that_no_double_is_or_that_has_two_spellings_of_zero_is_refused(lexeme: str) -> None:
    assert code_of(lexeme.encode()) == "json.number"
    assert code_of(b'{"a":[' + lexeme.encode() + b"]}") == "json.number"


def test_a_lexeme_of_32_characters_is_read_and_one_more_is_refused() -> None:
    assert parse(b"0." + b"0" * 30) == 0
    assert code_of(b"0." + b"0" * 31) == "json.number"


@pytest.mark.parametrize("raw", ["01", "+1", "1.", ".5", "0x1", "1_000", "٣", "1e", "--1", "-", "1 2"])
def test_what_only_looks_like_a_number_is_no_json(raw: str) -> None:
    assert code_of(raw.encode()) == "json.syntax"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "json.syntax"), (b"{", "json.syntax"), (b"[1,]", "json.syntax"), (b"'a'", "json.syntax"), (b"{}x", "json.syntax"),
        (b"]" * 20 + b"[" * 40, "json.syntax"), (b"[]" + b"[" * 40, "json.syntax"), (b"]" * 40, "json.syntax"), (b'"a\nb"',
         "json.syntax"), (b'"\\x41"',
         "json.syntax"),
        (b"//x\n1", "json.syntax"), (b"nul", "json.syntax"), ('"\u2028'.encode(), "json.syntax"),
        (b"\xef\xbb\xbf1", "json.bom"), ("1".encode("utf-16"), "json.encoding"), ("1".encode("utf-16-le"), "json.syntax"),
        (b'"\xff"', "json.encoding"), (b'"\xed\xa0\x80"', "json.encoding"), (b'"\xc0\x80"', "json.encoding"),
        (b'"\\ud800"', "json.surrogate"), (b'"\\udc00\\ud800"', "json.surrogate"), (b'{"\\ud800":1}', "json.surrogate"),
        (b'[[["\\udfff"]]]', "json.surrogate"), (b'"a\\u0000"', "json.nul"), (b'{"\\u0000":1}', "json.nul"),
        (b'{"a":1,"a":1}', "json.duplicate"), (b'{"a":1,"\\u0061":2}', "json.duplicate"), (b'[{"b":[{"a":1,"a":2}]}]',
         "json.duplicate"),
        (b'{"__proto__":1}', "json.proto"), (b'[{"a":{"__pro\\u0074o__":{}}}]', "json.proto"),
    ],
)  # fmt: skip
def test_bytes_that_two_parsers_could_read_differently_are_refused(raw: bytes, code: str) -> None:
    assert code_of(raw) == code


def test_a_pair_of_surrogate_escapes_is_one_character() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "😀"


def test_proto_is_refused_as_a_name_only() -> None:
    assert parse(b'["__proto__"]') == ["__proto__"]


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_32_is_read_and_33_is_refused(opening: bytes, closing: bytes) -> None:
    parse(opening * 31 + b"[]" + closing * 31)
    assert code_of(opening * 32 + b"[]" + closing * 32) == "json.depth"
    parse(opening * 32 + b"[]" + closing * 32, max_depth=LIMITS.wrapped_depth)


def test_depth_beyond_any_stack_is_refused_without_recursion() -> None:
    assert code_of(b"[" * 1_000_000) == "json.depth"
    assert code_of(b'{"a":' * 300_000) == "json.depth"


@pytest.mark.parametrize(
    ("raw", "deepest"),
    [(b"1", 0), (b"[[]]", 2), (b'"[[["', 0), (b'["\\"[["]', 1), (b'["\\\\",[1]]', 2), (b"[][][]",
    1), (b'"[[\\', 0), (b"[]][[[", 1), (b"]", 0), (b'{"[":["]"]}', 2)],
)  # fmt: skip
def test_brackets_inside_strings_do_not_count_as_depth(raw: bytes, deepest: int) -> None:
    assert nesting(raw) == deepest


@pytest.mark.parametrize("unit", ["a", "é", "汉", "😀"])
def test_a_string_and_a_name_may_take_65536_bytes_and_no_more(unit: str) -> None:
    text = unit * (65_536 // len(unit.encode()))
    text += "x" * (65_536 - len(text.encode()))
    for shape in ('"{}"', '{{"{}":1}}'):
        parse(shape.format(text).encode())
        assert code_of(shape.format(text + "x").encode()) == "json.string"


def test_every_object_array_and_scalar_counts_as_one_value_and_names_do_not() -> None:
    raw = b'{"a":[1,null,"x"],"b":{}}'
    assert count_values(parse(raw)) == 6
    parse(raw, max_values=6)
    assert code_of(raw, max_values=5) == "json.values"


def test_a_file_may_have_100000_values() -> None:
    parse(b"[" + b"1," * 99_998 + b"1]")
    assert code_of(b"[" + b"1," * 99_999 + b"1]") == "json.values"


def test_the_size_is_asked_first() -> None:
    assert code_of(b"\xff" * 11, max_bytes=10) == "json.size"
    assert parse(b"[1,2,3,45]", max_bytes=10) == [1, 2, 3, 45]


@pytest.mark.parametrize(
    "raw", [b" 1", b"1 ", b"1\n", b"1.0", b'{"b":1,"a":2}', b'"\\u0041"', b'"\\/"', b'"\\u000a"', b"[1, 2]", b"1e2"]
)
def test_only_the_canonical_spelling_is_canonical(raw: bytes) -> None:
    parse(raw)
    with pytest.raises(MalformedCertificate, match=r"json\.canonical"):
        parse_canonical(raw)


def test_names_are_sorted_by_utf_16_code_units() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]  # RFC 8785 §3.2.3
    assert list(json.loads(canonical(dict.fromkeys(names, 0)))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_text_is_not_normalised() -> None:
    assert canonical(parse('"e\u0301"'.encode())) == '"e\u0301"'.encode()


@pytest.mark.parametrize("value", [{"\ud800": 1}, "\ud800", {1: 2}, 2**53, float("nan"), b"x", object()])
def test_what_json_cannot_carry_is_refused_by_our_own_error(value: object) -> None:
    with pytest.raises(MalformedCertificate, match=r"json\.canonical"):
        canonical(value)


def test_a_value_too_deep_for_the_stack_is_refused_by_our_own_error() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(MalformedCertificate, match=r"json\.canonical"):
        canonical(deep)
    while deep:  # taken apart by hand: freeing it recursively would overflow the stack too
        deep = deep[0]  # type: ignore[assignment]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text() | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0123456789eE+-.truefalsn ', max_size=40).map(str.encode))
def test_bytes_are_refused_or_mean_a_value_that_survives(raw: bytes) -> None:
    try:
        value = parse(raw)
    except CertError:
        return
    assert parse(canonical(value)) == value


@given(json_values)
def test_a_value_that_can_be_written_is_read_back_or_refused(value: object) -> None:
    try:
        written = canonical(value)
        assert parse_canonical(written) == value
    except CertError:
        return


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_a_number_that_is_read_has_exactly_the_value_that_was_written(lexeme: str) -> None:
    try:
        value = parse(lexeme.encode())
    except CertError:
        return
    assert Decimal(canonical(value).decode()) == Decimal(lexeme)
    assert not lexeme.startswith("-") or value != 0


@pytest.mark.parametrize("item", ["0", "[]", "{}", '""', '","'])
def test_a_list_of_too_many_values_is_refused_before_it_is_built(item: str) -> None:
    full, over = ("[" + ",".join([item] * count) + "]" for count in (9, 10))
    assert len(parse(full.encode(), max_values=10)) == 9
    with pytest.raises(MalformedCertificate) as caught:
        parse(over.encode(), max_values=10)
    assert caught.value.code == "json.values"
    with pytest.raises(MalformedCertificate) as caught:
        parse(f"[{','.join([item] * 11)}]]".encode(), max_values=10)  # not even JSON: the commas are counted first
    assert caught.value.code == "json.values"


def test_where_the_caller_has_used_up_the_stack_the_depth_is_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> object:
        raise RecursionError

    monkeypatch.setattr("certs.canonical.json.loads", exhausted)
    assert code_of(b"[[]]") == "json.depth"
