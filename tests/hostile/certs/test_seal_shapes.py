"""
The edge cases that wycheproof's secp256k1 files are about, made here: r and s around 0 and n, x beyond n, points at infinity,
high s, small nonces, edge keys and edge digests. coincurve and eth-keys answer the same (D11).

Nothing is copied: every vector follows from the curve's equations with Python's integers.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_keys import keys
from eth_keys.backends.native.jacobian import fast_add, fast_multiply

from certs.consensus import recover
from certs.consensus.recover import HAS_COINCURVE, ORDER, eth_keys_public_key, recover_address
from certs.errors import CertError
from certs.evm.keccak import keccak256

FIELD = 2**256 - 2**32 - 977
G = (
    0x79BE667E_F9DCBBAC_55A06295_CE870B07_029BFCDB_2DCE28D9_59F2815B_16F81798,
    0x483ADA77_26A3C465_5DA4FBFC_0E1108A8_FD17B448_A6855419_9C47D08F_FB10D4B8,
)
DIGEST = keccak256(b"block")
EDGE_SCALARS = (
    0,
    1,
    2,
    3,
    ORDER // 2,
    ORDER // 2 + 1,
    ORDER - 2,
    ORDER - 1,
    ORDER,
    ORDER + 1,
    FIELD - 1,
    FIELD,
    2**255,
    2**256 - 1,
)
EDGE_DIGESTS = (
    bytes(32),
    b"\xff" * 32,
    ORDER.to_bytes(32, "big"),
    (ORDER - 1).to_bytes(32, "big"),
    (1).to_bytes(32, "big"),
    DIGEST,
)
SMALL = (1, 2, 3, 4, 5, 7, 16, 2**64, ORDER - 1, ORDER - 2, ORDER // 2)
BACKENDS = [eth_keys_public_key, *([recover.coincurve_public_key] if HAS_COINCURVE else [])]


def seal(r: int, s: int, v: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v])


def answer(digest: bytes, given: bytes) -> str:
    """The address or the error's code, on which all backends agree."""
    answers = set()
    for backend in BACKENDS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(recover, "_public_key", backend)
            try:
                answers.add(recover_address(digest, given).hex())
            except CertError as error:
                answers.add(error.code)
    assert len(answers) == 1, (digest.hex(), given.hex(), answers)
    return answers.pop()


def address_of(secret: int) -> str:
    return keys.PrivateKey(secret.to_bytes(32, "big")).public_key.to_canonical_address().hex()


def signed(digest: bytes, secret: int, nonce: int) -> bytes:
    """The signature of a key with a nonce of our choice, low s or not, with the parity that recovers it."""
    x, y = fast_multiply(G, nonce)
    r = x % ORDER
    s = (int.from_bytes(digest, "big") + r * secret) * pow(nonce, -1, ORDER) % ORDER
    return seal(r, s, y & 1)


@pytest.mark.parametrize("v", [0, 1])
@pytest.mark.parametrize("r", EDGE_SCALARS)
def test_edge_scalars_are_in_range_or_refused_and_every_backend_says_the_same(r: int, v: int) -> None:
    for s in EDGE_SCALARS:
        said = answer(DIGEST, seal(r, s, v))
        in_range = 0 < r < ORDER and 0 < s < ORDER
        assert (said == "consensus.seal.scalar") is not in_range
        assert said == "consensus.seal.scalar" or said == "consensus.seal.recover" or len(said) == 40


@pytest.mark.parametrize("v", [2, 3, 4, 26, 27, 28, 29, 30, 31, 34, 35, 37, 127, 128, 255])
def test_a_recovery_flag_of_another_spelling_is_refused(v: int) -> None:
    assert answer(DIGEST, signed(DIGEST, 7, 11)[:64] + bytes([v])) == "consensus.seal.v"


@pytest.mark.parametrize("secret", SMALL)
def test_edge_keys_with_edge_nonces_are_recovered(secret: int) -> None:
    for nonce in SMALL:
        made = signed(DIGEST, secret, nonce)
        if int.from_bytes(made[32:64], "big"):
            assert answer(DIGEST, made) == address_of(secret)


@pytest.mark.parametrize("digest", EDGE_DIGESTS)
def test_edge_digests_are_recovered(digest: bytes) -> None:
    for secret in (1, 2, ORDER - 1, 0xC0FFEE):
        assert answer(digest, signed(digest, secret, 12345)) == address_of(secret)


def test_a_high_s_twin_is_the_same_signer_and_a_flipped_v_another() -> None:
    for secret in (1, 7, ORDER - 1):
        made = signed(DIGEST, secret, 99)
        s = int.from_bytes(made[32:64], "big")
        twin = seal(int.from_bytes(made[:32], "big"), ORDER - s, 1 - made[64])
        assert answer(DIGEST, twin) == answer(DIGEST, made) == address_of(secret)
        assert answer(DIGEST, made[:64] + bytes([1 - made[64]])) != address_of(secret)


def infinities() -> Iterator[tuple[bytes, bytes]]:
    """(digest, seal) with s·R = z·G: the recovered key would be the point at infinity."""
    for nonce in (1, 2, 7, ORDER - 1):
        x, y = fast_multiply(G, nonce)
        for digest in (DIGEST, (1).to_bytes(32, "big"), (ORDER - 1).to_bytes(32, "big")):
            s = int.from_bytes(digest, "big") * pow(nonce, -1, ORDER) % ORDER
            yield digest, seal(x % ORDER, s, y & 1)


def test_a_key_at_infinity_is_no_signer() -> None:
    assert {answer(digest, made) for digest, made in infinities()} == {"consensus.seal.recover"}


def test_an_r_is_the_x_of_a_point_or_refused() -> None:
    """Half of all x have a point; x³ + 7 is a square for no others (Euler's criterion)."""
    seen = set()
    for x in (*range(1, 40), ORDER - 1, ORDER - 2, ORDER - 3, 2**255 - 1, 2**128):
        on_curve = pow(x**3 + 7, (FIELD - 1) // 2, FIELD) == 1
        said = answer(DIGEST, seal(x, 1, 0))
        assert (said == "consensus.seal.recover") is not on_curve
        seen.add(on_curve)
    assert seen == {True, False}


def test_an_x_beyond_n_is_never_guessed() -> None:
    """r = x − n for the few points with x ≥ n: v 2 and 3 would say so, and chains never write them; v 0 and 1 mean x = r."""
    x = next(x for x in range(ORDER + 1, FIELD) if pow(x**3 + 7, (FIELD - 1) // 2, FIELD) == 1)
    y = pow(x**3 + 7, (FIELD + 1) // 4, FIELD)
    r, s, z = x - ORDER, 5, int.from_bytes(DIGEST, "big")
    inverse = pow(r, -1, ORDER)
    left, right = fast_multiply((x, y), s * inverse % ORDER), fast_multiply(G, -z * inverse % ORDER)
    point = fast_add(left, right)
    wanted = keccak256(point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big"))[12:].hex()
    assert {answer(DIGEST, seal(r, s, v)) for v in (2, 3)} == {"consensus.seal.v"}
    assert wanted not in {answer(DIGEST, seal(r, s, v)) for v in (0, 1)}


@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 66, 70, 71, 72, 96, 130])
def test_signatures_of_other_lengths_are_refused(length: int) -> None:
    """DER, compact and doubled spellings: 65 bytes is the only one."""
    assert answer(DIGEST, (signed(DIGEST, 7, 11) * 2)[:length]) == "consensus.seal.length"
