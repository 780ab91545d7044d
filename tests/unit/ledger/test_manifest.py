"""The deployment manifest and its file."""

from __future__ import annotations

import json

import pytest

from certs.trust import ValidatorSet
from ledger.errors import DeployFailed
from ledger.manifest import Deployment, read_manifest, write_manifest

DEPLOYMENT = Deployment(
    chain_id=7,
    genesis_hash=b"\x01" * 32,
    from_block=3,
    consortium=b"\x02" * 20,
    anchor_log=b"\x03" * 20,
    status_registry=b"\x04" * 20,
    code_hashes=(b"\x05" * 32, b"\x06" * 32, b"\x07" * 32),
    set=ValidatorSet(0, 2, (b"\x08" * 20, b"\x09" * 20), ("91310000MA1FL0000X", "91310000MA1FL0001X")),
)


def test_a_manifest_is_read_as_it_was_written(tmp_path):
    write_manifest(tmp_path / "m.json", DEPLOYMENT)
    assert read_manifest(tmp_path / "m.json") == DEPLOYMENT
    assert [path.name for path in tmp_path.iterdir()] == ["m.json"]


def test_the_contracts_and_the_set_are_as_a_bundle_has_them():
    content = DEPLOYMENT.to_json()
    assert list(content["contracts"]) == ["fromBlock", "consortium", "anchorLog", "statusRegistry", "codeHashes"]
    assert content["contracts"]["codeHashes"] == ["0x" + "05" * 32, "0x" + "06" * 32, "0x" + "07" * 32]
    assert content["set"] == {
        "epoch": 0,
        "fromBlock": 2,
        "validators": ["0x" + "08" * 20, "0x" + "09" * 20],
        "operators": ["91310000MA1FL0000X", "91310000MA1FL0001X"],
    }


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000, b"[]", b"null"])
def test_a_file_that_is_no_manifest_is_refused(tmp_path, raw):
    (tmp_path / "m.json").write_bytes(raw)
    with pytest.raises(DeployFailed) as caught:
        read_manifest(tmp_path / "m.json")
    assert caught.value.code == "ledger.manifest.form"


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        ("", "format", "shisu-deployment/2"),
        ("", "chainId", "7"),
        ("", "chainId", True),
        ("", "chainId", -1),
        ("", "genesisHash", "0x" + "01" * 31),
        ("", "extra", 1),
        ("", "set", None),
        ("contracts", "consortium", "0x" + "0A" * 20),
        ("contracts", "consortium", "02" * 21),
        ("contracts", "codeHashes", ["0x" + "05" * 32]),
        ("contracts", "extra", 1),
        ("set", "validators", "0x"),
        ("set", "operators", ["91310000MA1FL0000X"]),
        ("set", "operators", ["91310000MA1FL0000X", "short"]),
        ("set", "operators", ["91310000MA1FL0000X", 7]),
    ],
)
def test_a_manifest_of_another_form_is_refused(where, name, value):
    content = json.loads(json.dumps(DEPLOYMENT.to_json()))
    (content[where] if where else content)[name] = value
    with pytest.raises(DeployFailed):
        Deployment.from_json(content)


@pytest.mark.parametrize("name", ["format", "chainId", "genesisHash", "contracts", "set"])
def test_a_manifest_that_lacks_a_name_is_refused(name):
    content = DEPLOYMENT.to_json()
    del content[name]
    with pytest.raises(DeployFailed):
        Deployment.from_json(content)
