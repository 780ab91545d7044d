import importlib
import sys

import pytest
from eth_keys import keys
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.consensus import recover
from certs.consensus.recover import HAS_COINCURVE, ORDER, eth_keys_public_key, recover_address
from certs.errors import CertError
from certs.evm.keccak import keccak256

KEY = keys.PrivateKey(b"\x01" * 32)
DIGEST = keccak256(b"block")
SEAL = KEY.sign_msg_hash(DIGEST).to_bytes()
BACKENDS = [eth_keys_public_key, *([recover.coincurve_public_key] if HAS_COINCURVE else [])]


def code_of(call, *args):
    with pytest.raises(CertError) as caught:
        call(*args)
    return caught.value.code


def twin(seal):
    """The high-s spelling of the same signature."""
    s = ORDER - int.from_bytes(seal[32:64], "big")
    return seal[:32] + s.to_bytes(32, "big") + bytes([1 - seal[64]])


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_recovers_the_signer(monkeypatch, backend):
    monkeypatch.setattr(recover, "_public_key", backend)
    assert recover_address(DIGEST, SEAL) == KEY.public_key.to_canonical_address()
    assert recover_address(keccak256(b"other"), SEAL) != KEY.public_key.to_canonical_address()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_high_s_twin_recovers_the_same_signer(monkeypatch, backend):
    monkeypatch.setattr(recover, "_public_key", backend)
    assert twin(SEAL) != SEAL
    assert recover_address(DIGEST, twin(SEAL)) == recover_address(DIGEST, SEAL)


@pytest.mark.parametrize(
    ("seal", "code"),
    [
        (b"", "consensus.seal.length"),
        (SEAL[:64], "consensus.seal.length"),
        (SEAL + b"\0", "consensus.seal.length"),
        (SEAL[:64] + b"\x02", "consensus.seal.v"),
        (SEAL[:64] + bytes([SEAL[64] + 27]), "consensus.seal.v"),
        (bytes(32) + SEAL[32:], "consensus.seal.scalar"),
        (ORDER.to_bytes(32, "big") + SEAL[32:], "consensus.seal.scalar"),
        (b"\xff" * 32 + SEAL[32:], "consensus.seal.scalar"),
        (SEAL[:32] + bytes(32) + SEAL[64:], "consensus.seal.scalar"),
        (SEAL[:32] + ORDER.to_bytes(32, "big") + SEAL[64:], "consensus.seal.scalar"),
    ],
)
def test_a_seal_of_another_form_is_refused(seal, code):
    assert code_of(recover_address, DIGEST, seal) == code


@pytest.mark.parametrize("s", [1, ORDER - 1])
def test_the_smallest_and_largest_scalars_are_still_scalars(s):
    assert len(recover_address(DIGEST, SEAL[:32] + s.to_bytes(32, "big") + SEAL[64:])) == 20


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_r_that_is_on_no_point_is_refused(backend):
    off_curve = (5).to_bytes(32, "big")  # 5³ + 7 is no square modulo p
    assert code_of(backend, DIGEST, off_curve + SEAL[32:]) == "consensus.seal.recover"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_signature_of_the_point_at_infinity_is_refused(backend):
    """With R = k·G and s = z/k, s·R − z·G is the point at infinity: no key made this."""
    nonce = keys.PrivateKey((7).to_bytes(32, "big")).public_key.to_bytes()
    s = int.from_bytes(DIGEST, "big") * pow(7, -1, ORDER) % ORDER
    seal = nonce[:32] + s.to_bytes(32, "big") + bytes([nonce[63] & 1])
    assert code_of(backend, DIGEST, seal) == "consensus.seal.recover"


@given(
    st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.booleans()
)
@settings(max_examples=30, deadline=None)
def test_the_backends_agree_on_any_bytes(digest, r, s, odd):
    seal = r + s + bytes([odd])
    answers = set()
    for backend in BACKENDS:
        try:
            recover._public_key, kept = backend, recover._public_key
            answers.add(recover_address(digest, seal))
        except CertError as error:
            answers.add(error.code)
        finally:
            recover._public_key = kept
    assert len(answers) == 1


def test_without_coincurve_eth_keys_answers_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "coincurve", None)
    try:
        assert importlib.reload(recover)._public_key is recover.eth_keys_public_key
        assert recover.recover_address(DIGEST, SEAL) == KEY.public_key.to_canonical_address()
    finally:
        monkeypatch.undo()
        importlib.reload(recover)
