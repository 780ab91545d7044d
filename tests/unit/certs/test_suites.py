"""The two hash suites give the standards' own answers, and no third one exists."""

import hashlib

import pytest

from certs.errors import MalformedCertificate
from certs.suites import HASH_BYTES, NAMES, SHA256, SM3_, hash_function


def test_suite_1_is_sha_256() -> None:
    assert hash_function(SHA256)(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4
    assert hash_function(SHA256)(b"") == hashlib.sha256().digest()


def test_suite_2_is_sm3() -> None:
    sm3 = hash_function(SM3_)
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905-2016 A.1
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"  # A.2


def test_both_suites_give_32_bytes_and_have_names() -> None:
    assert {len(hash_function(suite)(b"x")) for suite in NAMES} == {HASH_BYTES}
    assert NAMES == {1: "SHA-256", 2: "SM3"}


@pytest.mark.parametrize("suite", [0, 3, -1, 256])
def test_an_unknown_suite_is_malformed(suite: int) -> None:
    with pytest.raises(MalformedCertificate, match=r"cert\.suite\.unknown"):
        hash_function(suite)
