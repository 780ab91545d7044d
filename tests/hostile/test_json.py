"""Bytes made to exhaust or confuse a JSON reader get a report like any other; nothing but our own error comes out."""

from __future__ import annotations

import pytest

from certs.errors import CannotCheck
from certs.limits import LIMITS
from certs.trust import load_bundle
from certs.verify import Verdict, verify

MIB = 1024 * 1024
HOSTILE = {
    "opening brackets": b"[" * (2 * MIB),
    "opening objects": b'{"a":' * (MIB // 4),
    "closing brackets": b"]" * (2 * MIB),
    "closing, then opening": b"]" * MIB + b"[" * MIB,
    "brackets in turn": b"[]" * MIB,
    "a list of lists": b"[" + b"[]," * 110_000 + b"[]]",
    "digits": b"9" * (2 * MIB),
    "a long exponent": b"1e" + b"9" * MIB,
    "a long fraction": b"0." + b"0" * MIB + b"1",
    "many long numbers": b"[" + b"1" * 31 + (b"," + b"1" * 31) * 60_000 + b"]",
    "many huge exponents": b"[" + b"1e99999999" + b",1e99999999" * 100_000 + b"]",
    "backslashes": b'"' + b"\\" * (2 * MIB - 1),
    "escaped quotes": b'"' + b'\\"' * (MIB - 1),
    "unclosed strings": b'"a' * MIB,
    "escapes": b'"' + b"\\u0041" * 300_000 + b'"',
    "half escapes": b'"\\u12' * 100_000,
    "half surrogates": b'["' + b"\\ud800" * 9_000 + b'"]',
    "names": b"{" + b",".join(b'"%d":0' % i for i in range(150_000)) + b"}",
    "one name many times": b"{" + b'"a":0,' * 300_000 + b'"a":0}',
    "spaces": b" " * (2 * MIB),
    "spaces around": b" " * MIB + b"{}" + b" " * (MIB - 10),
    "NULs": bytes(2 * MIB),
    "byte order marks": b"\xef\xbb\xbf" * 100,
    "UTF-16": '{"certificate":{}}'.encode("utf-16"),
    "UTF-32": '{"certificate":{}}'.encode("utf-32"),
    "overlong UTF-8": b'"\xc0\xaf"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "beyond Unicode": b'"\xf4\x90\x80\x80"',
    "one byte too many": b'"' + b"a" * (LIMITS.file_bytes - 1) + b'"',
    "two values": b"{}{}",
    "JSON5": b"{a:1,/* b */'c':0x10,}",
    "NaN": b'{"certificate":NaN}',
    "a constant as a name": b"{null:1}",
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_bytes_are_malformed_and_nothing_else(name: str) -> None:
    report = verify(HOSTILE[name], CannotCheck("bundle.missing"), now=0)
    assert (report.verdict, report.step) == (Verdict.MALFORMED, 1)
    assert report.code.startswith("json.")
    assert len(str(report.to_json())) < 2_000, "a report never grows with its input"


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_bytes_are_no_bundle(name: str) -> None:
    with pytest.raises(CannotCheck) as caught:
        load_bundle(HOSTILE[name])
    assert caught.value.code.startswith("json.")
