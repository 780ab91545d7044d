"""The commitment, byte by byte, computed here by hand."""

import hashlib

from cryptography.hazmat.primitives.hashes import SM3, Hash

from certs.record import CHECK_CODE_LETTERS, Record, Tier, check_code, item_leaf, leaf_hash, tier_digest
from certs.suites import hash_function

PUBLIC = Tier(b"\x01" * 32, {"b": 2, "a": "沪"})
BUREAUS = Tier(b"\x02" * 32, {"event": {}})
SUBMITTER = Tier(b"\x03" * 32, {"event": {"x": 1.5}, "sha256": "0x00"})


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    state = Hash(SM3())
    state.update(data)
    return state.finalize()


def test_a_leaf_is_the_hash_of_three_salted_digests() -> None:
    for suite, h in ((1, sha), (2, sm3)):
        first = h(b"\x02" + b"\x01" * 32 + '{"a":"沪","b":2}'.encode())
        second = h(b"\x02" + b"\x02" * 32 + b'{"event":{}}')
        third = h(b"\x02" + b"\x03" * 32 + b'{"event":{"x":1.5},"sha256":"0x00"}')
        record = Record(suite, PUBLIC, BUREAUS, SUBMITTER)
        assert record.digests() == (first, second, third)
        assert record.leaf() == h(b"\x00\x01" + first + second + third)


def test_the_domains_are_apart() -> None:
    salt = b"\x07" * 32
    hashed = {tier_digest(salt, b"x", sha), item_leaf(salt, "x", sha), sha(b"\x05" + salt), leaf_hash((salt, salt, salt), sha)}
    assert len(hashed) == 4
    assert item_leaf(salt, "批", sha) == sha(b"\x03" + salt + "批".encode())


def test_the_check_code_is_the_first_60_bits_in_letters_without_look_alikes() -> None:
    salt = bytes(range(32))
    bits = f"{int.from_bytes(sha(bytes([5]) + salt), 'big'):0256b}"
    assert check_code(salt, hash_function(1)) == "".join(CHECK_CODE_LETTERS[int(bits[i : i + 5], 2)] for i in range(0, 60, 5))
    assert CHECK_CODE_LETTERS == "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    assert check_code(salt, hash_function(2)) != check_code(salt, hash_function(1))
