"""The validators' keys: random, private, kept, never replaced."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest
from eth_keys.datatypes import Signature

from ledger.devchain import keys
from ledger.devchain.errors import DevChainError
from ledger.devchain.keys import create_keys, read_keys

DIGEST = b"\x5a" * 32


def test_two_directories_never_share_keys(tmp_path: Path) -> None:
    assert not set(create_keys(tmp_path / "a", 7).addresses) & set(create_keys(tmp_path / "b", 7).addresses)


def test_keys_are_kept_by_address_in_a_file_only_the_owner_reads(tmp_path: Path) -> None:
    made = create_keys(tmp_path / "k", 7)
    assert list(made.addresses) == sorted(set(made.addresses)) and len(made.addresses) == 7
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    (tmp_path / "k").chmod(0o644)
    assert read_keys(tmp_path / "k").addresses == made.addresses
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


def test_the_file_says_that_it_proves_nothing(tmp_path: Path) -> None:
    create_keys(tmp_path / "k", 1)
    assert json.loads((tmp_path / "k").read_text())["note"].endswith("不具证明效力")


def test_a_signature_is_recoverable_and_always_the_same(tmp_path: Path) -> None:
    keys = create_keys(tmp_path / "k", 4)
    for address in keys.addresses:
        seal = keys.sign(address, DIGEST)
        assert len(seal) == 65 and seal[64] in (0, 1)
        assert seal == read_keys(tmp_path / "k").sign(address, DIGEST)
        assert Signature(seal).recover_public_key_from_msg_hash(DIGEST).to_canonical_address() == address


def test_no_signature_for_an_address_without_a_key(tmp_path: Path) -> None:
    with pytest.raises(DevChainError) as refusal:
        create_keys(tmp_path / "k", 1).sign(bytes(20), DIGEST)
    assert refusal.value.code == "devchain.keys.mismatch"


@pytest.mark.parametrize("count", [0, 65])
def test_a_chain_has_1_to_64_validators(tmp_path: Path, count: int) -> None:
    with pytest.raises(DevChainError) as refusal:
        create_keys(tmp_path / "k", count)
    assert refusal.value.code == "devchain.validators.count"
    assert len(create_keys(tmp_path / "most", 64).addresses) == 64


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": "shisu-devchain-keys/2", "keys": ["0x%s"]}' % ("11" * 32),
        '{"format": "shisu-devchain-keys/1", "keys": []}',
        '{"format": "shisu-devchain-keys/1", "keys": ["0x11"]}',
        '{"format": "shisu-devchain-keys/1", "keys": [7]}',
        '{"format": "shisu-devchain-keys/1", "keys": ["0x%s"]}' % ("00" * 32),
        '{"format": "shisu-devchain-keys/1", "keys": ["0x%s"]}' % ("ff" * 32),
    ],
)
def test_a_damaged_key_file_is_refused_and_not_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "k").write_text(text)
    with pytest.raises(DevChainError) as refusal:
        read_keys(tmp_path / "k")
    assert refusal.value.code == "devchain.keys.damaged"
    assert (tmp_path / "k").read_text() == text


def test_a_missing_key_file_is_not_made_up_for(tmp_path: Path) -> None:
    with pytest.raises(DevChainError) as refusal:
        read_keys(tmp_path / "k")
    assert refusal.value.code == "devchain.keys.missing"
    assert list(tmp_path.iterdir()) == []


def test_a_drawn_key_is_kept_with_the_others_and_signs(tmp_path: Path) -> None:
    made = create_keys(tmp_path / "k", 4)
    before = json.loads((tmp_path / "k").read_text())["keys"]
    drawn = [made.draw(), made.draw()]
    assert len(set(drawn) | set(made.addresses)) == 6 and list(made.addresses) == sorted(made.addresses)
    again = read_keys(tmp_path / "k")
    assert again.addresses == made.addresses
    assert json.loads((tmp_path / "k").read_text())["keys"][:4] == before
    for address in drawn:
        assert made.holds(address) and made.sign(address, DIGEST) == again.sign(address, DIGEST)
        assert Signature(made.sign(address, DIGEST)).recover_public_key_from_msg_hash(DIGEST).to_canonical_address() == address
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


def test_keys_drawn_at_once_are_all_kept(tmp_path: Path) -> None:
    made = create_keys(tmp_path / "k", 1)
    threads = [threading.Thread(target=made.draw) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_keys(tmp_path / "k").addresses) == len(made.addresses) == 13


def test_a_key_that_could_not_be_written_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = create_keys(tmp_path / "k", 1)
    before = made.addresses
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            made.draw()
    assert made.addresses == read_keys(tmp_path / "k").addresses == before
    made.draw()
    assert len(read_keys(tmp_path / "k").addresses) == 2


def test_the_file_has_a_greatest_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAX_KEYS", 3)
    made = create_keys(tmp_path / "k", 2)
    made.draw()
    with pytest.raises(DevChainError) as refusal:
        made.draw()
    assert refusal.value.code == "devchain.keys.full"
    assert len(read_keys(tmp_path / "k").addresses) == 3
