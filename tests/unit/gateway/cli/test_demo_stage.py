"""What the demo writes before its story begins."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

from gateway.cli.demo.stage import prepare, write_settings
from tests.fake_chain import one_member

SIGNER = "0x" + "ab" * 20


def test_every_member_that_votes_or_anchors_has_its_keystore_in_the_settings(tmp_path: Path) -> None:
    stage = prepare(tmp_path / "demo")
    signers = {one["code"]: (tmp_path / f"{one['code']}.json", tmp_path / f"{one['code']}.pass", SIGNER) for one in stage.bureaus}
    chain = SimpleNamespace(url="http://127.0.0.1:1")
    file, _ = write_settings(stage, chain, one_member(SIGNER).deployment(), signers, 8000)  # type: ignore[arg-type]
    written = {member["code"]: member for member in json.loads(file.read_text())["members"]}
    rights = {bureau["code"]: bureau["rights"] for bureau in stage.bureaus}
    assert rights["DC"] == ["VOTE"]
    for code, member in written.items():
        assert member.get("keystore") == str(tmp_path / f"{code}.json")
        assert member.get("passphrase_file") == str(tmp_path / f"{code}.pass")


def test_a_member_that_does_neither_is_only_named(tmp_path: Path) -> None:
    stage = prepare(tmp_path / "demo")
    stage.bureaus[1]["rights"] = []
    signers = {one["code"]: (tmp_path / f"{one['code']}.json", tmp_path / f"{one['code']}.pass", SIGNER) for one in stage.bureaus}
    chain = SimpleNamespace(url="http://127.0.0.1:1")
    file, _ = write_settings(stage, chain, one_member(SIGNER).deployment(), signers, 8000)  # type: ignore[arg-type]
    assert "keystore" not in json.loads(file.read_text())["members"][1]
