"""What two JSON readers could read differently is refused at every depth, as a name and as a value (D3, D5)."""

from __future__ import annotations

import pytest

from certs.canonical import canonical, parse
from certs.errors import MalformedCertificate
from certs.limits import LIMITS
from tests.vector_cases.scenes import stapled

VALUES = {
    "NaN": (b"NaN", "json.number"), "Infinity": (b"-Infinity", "json.number"), "1e400": (b"1e400", "json.number"),
    "minus zero": (b"-0", "json.number"), "2^53": (b"9007199254740992", "json.number"),
    "5000 digits": (b"9" * 5_000, "json.number"), "half a character": (b'"\\udc00"', "json.surrogate"),
    "a swapped pair": (b'"\\udc00\\ud800"', "json.surrogate"), "NUL": (b'"\\u0000"', "json.nul"),
    "a name twice": (b'{"a":1,"a":1}', "json.duplicate"),
    "a name twice, once escaped": (b'{"a":1,"\\u0061":2}', "json.duplicate"),
    "a name twice, one apart": (b'{"a":1,"b":{},"a":{}}', "json.duplicate"), "__proto__": (b'{"__proto__":{}}', "json.proto"),
    "half a character as a name": (b'{"\\ud800":1}', "json.surrogate"), "NUL as a name": (b'{"\\u0000":1}', "json.nul"),
    "a string too long": (b'"' + b"a" * 65_537 + b'"', "json.string"), "overlong UTF-8": (b'"\xc0\x80"', "json.encoding"),
    "a lone quote": (b"'a'", "json.syntax"), "a comma behind": (b"[1,]", "json.syntax"), "a comment": (b"1/**/", "json.syntax"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(VALUES))
def test_it_is_refused_at_every_depth_in_lists_and_in_objects(name: str) -> None:
    raw, code = VALUES[name]
    deepest = LIMITS.depth - 1 - raw.startswith(b'{"a":1,"b"')  # one of them nests once itself
    for depth in range(deepest):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}"), (b'[0,{"a":', b"}]")):
            levels = depth // 2 if opening.startswith(b"[0") else depth
            with pytest.raises(MalformedCertificate) as caught:
                parse(opening * levels + raw + closing * levels)
            assert caught.value.code == code, (depth, opening)


def test_a_name_written_twice_anywhere_in_a_certificate_is_refused() -> None:
    good, tried = stapled(), 0
    at = good.find(b'":')
    while at >= 0:
        start = good.rfind(b'"', 0, at)
        name = good[start : at + 2]
        with pytest.raises(MalformedCertificate) as caught:
            parse(good[:start] + name + b"null," + good[start:], max_depth=LIMITS.wrapped_depth)
        assert caught.value.code == "json.duplicate"
        at, tried = good.find(b'":', at + 2), tried + 1
    assert tried > 30


def test_ten_megabytes_are_refused_by_their_size_and_a_hundred_thousand_brackets_by_their_depth() -> None:
    for raw, code in ((b'"' + b"a" * 10_000_000 + b'"', "json.size"), (b"[" * 100_000, "json.depth")):
        with pytest.raises(MalformedCertificate) as caught:
            parse(raw)
        assert caught.value.code == code


def test_every_other_spelling_of_a_character_is_another_file() -> None:
    """A name or text that is escaped where it need not be parses to the same value, and is not canonical."""
    good = stapled()
    for at in range(0, len(good), 61):
        if chr(good[at]).isalpha() and good[at] < 128:
            escaped = good[:at] + b"\\u%04x" % good[at] + good[at + 1 :]
            try:
                value = parse(escaped, max_depth=LIMITS.wrapped_depth)
            except MalformedCertificate as error:  # a literal of JSON itself cannot be escaped
                assert error.code == "json.syntax"
                continue
            assert canonical(value) == good != escaped
