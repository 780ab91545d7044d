"""Keystore files: encrypted, private, never overwritten; signatures deterministic and never without a chain id."""

from __future__ import annotations

import json
import os

import pytest
from eth_account import Account

from ledger.errors import SignerRefused
from ledger.signers import KeystoreSigner, create_keystore, write_private

LIGHT = 2**4
TRANSACTION = {"chainId": 7, "nonce": 0, "gas": 21000, "gasPrice": 0, "value": 0, "data": "0x", "to": "0x" + "11" * 20}


@pytest.fixture
def keystore(tmp_path):
    address = create_keystore(tmp_path / "key.json", b"word", scrypt_n=LIGHT)
    write_private(tmp_path / "pass", b"word\nsecond line\n")
    return tmp_path / "key.json", tmp_path / "pass", address


def test_a_created_key_opens_with_the_first_line_of_its_passphrase_file(keystore):
    path, passphrase_path, address = keystore
    assert KeystoreSigner.open(path, passphrase_path=passphrase_path).address == address


def test_a_passphrase_file_may_end_in_crlf(keystore, tmp_path):
    write_private(tmp_path / "dos", b"word\r\n")
    assert KeystoreSigner.open(keystore[0], passphrase_path=tmp_path / "dos").address == keystore[2]


def test_a_key_file_holds_no_plain_key_and_is_v3(keystore):
    content = json.loads(keystore[0].read_bytes())
    assert content["version"] == 3
    assert content["crypto"]["kdf"] == "scrypt"
    assert content["crypto"]["kdfparams"]["n"] == LIGHT


def test_a_key_file_is_readable_by_nobody_else(keystore):
    assert keystore[0].stat().st_mode & 0o777 == 0o600


def test_a_key_file_is_never_overwritten(keystore):
    with pytest.raises(FileExistsError):
        create_keystore(keystore[0], b"word", scrypt_n=LIGHT)


def test_two_keys_differ(tmp_path):
    addresses = {create_keystore(tmp_path / name, b"word", scrypt_n=LIGHT) for name in ("a", "b")}
    assert len(addresses) == 2


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610, 0o601])
def test_a_file_others_can_use_is_refused(keystore, which, mode):
    keystore[which].chmod(mode)
    with pytest.raises(SignerRefused) as caught:
        KeystoreSigner.open(keystore[0], passphrase_path=keystore[1])
    assert caught.value.code == "ledger.keystore.mode"


def test_a_key_file_of_another_owner_is_refused(keystore, monkeypatch):
    owner = os.geteuid()
    monkeypatch.setattr("ledger.signers.os.geteuid", lambda: owner + 1)
    with pytest.raises(SignerRefused) as caught:
        KeystoreSigner.open(keystore[0], passphrase_path=keystore[1])
    assert caught.value.code == "ledger.keystore.mode"


def test_what_is_not_a_file_is_refused_and_not_waited_for(keystore, tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "directory").mkdir(mode=0o700)
    for name in ("pipe", "directory"):
        with pytest.raises(SignerRefused) as caught:
            KeystoreSigner.open(tmp_path / name, passphrase_path=keystore[1])
        assert caught.value.code == "ledger.keystore.mode"


@pytest.mark.parametrize("which", [0, 1])
def test_a_missing_file_is_refused(keystore, which):
    keystore[which].unlink()
    with pytest.raises(SignerRefused) as caught:
        KeystoreSigner.open(keystore[0], passphrase_path=keystore[1])
    assert caught.value.code == "ledger.keystore.missing"


def test_a_wrong_passphrase_is_refused(keystore, tmp_path):
    write_private(tmp_path / "other", b"wrong")
    with pytest.raises(SignerRefused) as caught:
        KeystoreSigner.open(keystore[0], passphrase_path=tmp_path / "other")
    assert caught.value.code == "ledger.keystore.passphrase"
    assert "wrong" not in repr(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b"[" * 10_000, b'{"version":3}', b'{"version":1,"crypto":{}}', b'{"version":3,"crypto":[]}'],
)
def test_a_file_that_is_no_v3_keystore_is_refused(keystore, content):
    keystore[0].write_bytes(content)
    with pytest.raises(SignerRefused) as caught:
        KeystoreSigner.open(keystore[0], passphrase_path=keystore[1])
    assert caught.value.code == "ledger.keystore.form"


def test_signing_twice_gives_the_same_bytes(keystore):
    signer = KeystoreSigner.open(keystore[0], passphrase_path=keystore[1])
    raw = signer.sign(TRANSACTION)
    assert signer.sign(TRANSACTION) == raw
    assert Account.recover_transaction(raw) == signer.address


@pytest.mark.parametrize("chain_id", [None, 0])
def test_a_transaction_without_a_chain_is_not_signed(keystore, chain_id):
    signer = KeystoreSigner.open(keystore[0], passphrase_path=keystore[1])
    with pytest.raises(SignerRefused) as caught:
        signer.sign({**TRANSACTION, "chainId": chain_id})
    assert caught.value.code == "ledger.signer.chain"


def test_a_signer_shows_its_address_only(keystore):
    signer = KeystoreSigner.open(keystore[0], passphrase_path=keystore[1])
    assert repr(signer) == f"KeystoreSigner({signer.address})"
