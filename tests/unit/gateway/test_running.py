"""A gateway as it starts: who is served, and what may keep it from starting."""

from __future__ import annotations

import errno
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from eth_account import Account

from gateway.cli.reasons import reason
from gateway.errors import UnsafeSettings
from gateway.routes.parts import Parts
from gateway.running import log_to_stderr, running_gateway
from gateway.settings import Settings
from gateway.store.errors import StoreElsewhere, StoreUnfit
from ledger.errors import DeployFailed, WrongChain
from ledger.governance import freeze_call, pause_anchoring_call, rotate_signer_call, set_rights_call
from ledger.manifest import write_manifest
from ledger.members import VOTE
from tests.served_chain import CODES, ServedChain, deploy, serve_chain, signer_of
from tests.votes import carry_out, send_all
from tests.world import OPERATORS

COM, EDU = 3, 4
VOTERS = [signer_of(who) for who in (0, 1, 2, 5, 6)]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedChain]:
    with serve_chain(tmp_path_factory.mktemp("chain"), period_s=0.02) as served:
        yield served


@pytest.fixture
def settings(chain: ServedChain, tmp_path: Path) -> Settings:
    """COM is served by its key; the consortium is new."""
    chain.deployment = deploy(chain.chain, chain.rpc)
    write_manifest(tmp_path / "manifest.json", chain.deployment)
    keystore, passphrase = tmp_path / "COM.json", tmp_path / "COM.pass"
    keystore.write_text(json.dumps(Account.encrypt(bytes([COM + 1]) * 32, "a passphrase", iterations=2)))
    passphrase.write_text("a passphrase")
    for path in (keystore, passphrase):
        path.chmod(0o600)
    members: list[dict[str, Any]] = [
        {"uscc": uscc, "code": code, "name": code} for uscc, code in zip(OPERATORS, CODES, strict=True)
    ]
    members[COM] |= {"keystore": keystore, "passphrase_file": passphrase}
    return Settings(
        database_url=f"sqlite:///{tmp_path}/gateway.db",
        rpc_urls=(chain.url,),
        manifest=tmp_path / "manifest.json",
        public_url="http://127.0.0.1:1",
        members=tuple(members),
    )


def started(settings: Settings, directory: Path) -> Parts:
    with running_gateway(settings, lock_directory=directory) as app:
        parts: Parts = app.state.parts
        return parts


def vote(chain: ServedChain, data: bytes) -> None:
    assert carry_out(chain.rpc, chain.deployment, VOTERS, chain.deployment.consortium, data).succeeded


class FullDisk(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_that_cannot_be_written_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker logs right after its commit: an exception there would end its thread for good."""
    monkeypatch.setattr(sys, "stderr", FullDisk())
    try:
        log_to_stderr()
        structlog.get_logger().info("batch.closed", batch=1)
    finally:
        structlog.reset_defaults()


def test_a_member_with_a_key_is_served_and_can_be_asked_for(chain: ServedChain, settings: Settings, tmp_path: Path) -> None:
    parts = started(settings, tmp_path)
    assert [uscc for uscc, member in parts.members.items() if member.served] == [OPERATORS[COM]]
    assert dict(parts.desk.signers) == {OPERATORS[COM]: signer_of(COM).address}


def test_neither_a_freeze_nor_a_pause_keeps_a_gateway_from_starting(
    chain: ServedChain, settings: Settings, tmp_path: Path
) -> None:
    """The vote that ends it may have to be cast here."""
    vote(chain, pause_anchoring_call(paused=True))
    send_all(chain.rpc, chain.deployment, [(signer_of(COM), chain.deployment.consortium, freeze_call())])
    assert started(settings, tmp_path).members[OPERATORS[COM]].served


def test_a_member_that_only_votes_has_a_line_and_takes_no_events(chain: ServedChain, settings: Settings, tmp_path: Path) -> None:
    vote(chain, set_rights_call(OPERATORS[COM], VOTE))
    parts = started(settings, tmp_path)
    assert not parts.members[OPERATORS[COM]].served
    assert OPERATORS[COM] in parts.desk.signers


@pytest.mark.parametrize("by", ["rotation", "another member"])
def test_a_signer_that_does_not_act_for_its_member_is_refused(
    chain: ServedChain, settings: Settings, tmp_path: Path, by: str
) -> None:
    if by == "rotation":
        vote(chain, rotate_signer_call(OPERATORS[COM], signer_of(40).address))
        reason = "acts for no member"
    else:
        members = list(settings.members)
        own = {"keystore": members[COM].keystore, "passphrase_file": members[COM].passphrase_file}
        members[EDU], members[COM] = (
            members[EDU].model_copy(update=own),
            members[COM].model_copy(update={"keystore": None, "passphrase_file": None}),
        )
        settings = settings.model_copy(update={"members": tuple(members)})
        reason = "acts for another member"
    with pytest.raises(UnsafeSettings, match=reason):
        started(settings, tmp_path)


def test_another_chain_than_the_manifests_is_refused(chain: ServedChain, settings: Settings, tmp_path: Path) -> None:
    for changed in ({"chain_id": chain.deployment.chain_id + 1}, {"genesis_hash": b"\x01" * 32}):
        write_manifest(settings.manifest, replace(chain.deployment, **changed))
        with pytest.raises(WrongChain, match=r"ledger\.chain"):
            started(settings, tmp_path)


def test_other_bytecode_than_ours_is_refused(chain: ServedChain, settings: Settings, tmp_path: Path) -> None:
    deployed = chain.deployment
    hashes = (deployed.code_hashes[0], deployed.code_hashes[2], deployed.code_hashes[1])
    moved = {"anchor_log": deployed.status_registry, "status_registry": deployed.anchor_log}
    for changed in ({"code_hashes": hashes}, moved):
        write_manifest(settings.manifest, replace(deployed, **changed))
        with pytest.raises(DeployFailed, match=r"ledger\.deploy\.code"):
            started(settings, tmp_path)


def test_a_store_that_others_can_read_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "gateway.db").touch(mode=0o644)
    (tmp_path / "gateway.db").chmod(0o644)
    with pytest.raises(StoreUnfit, match=r"store\.file mode"):
        started(settings, tmp_path)


def test_a_store_of_another_consortium_is_refused(chain: ServedChain, settings: Settings, tmp_path: Path) -> None:
    started(settings, tmp_path)
    chain.deployment = deploy(chain.chain, chain.rpc)
    write_manifest(settings.manifest, chain.deployment)
    with pytest.raises(StoreElsewhere, match=r"store\.pinned"):
        started(settings, tmp_path)


def test_the_embedded_chain_is_no_production(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings, match=r"settings\.devchain"):
        started(settings.model_copy(update={"network": "production"}), tmp_path)


@pytest.mark.parametrize(
    "code", ["ledger.chain.id", "ledger.deploy.code", "store.file", "store.pragma", "store.url", "store.pinned", "store.revision"]
)
def test_what_keeps_a_gateway_from_starting_is_said_in_both_languages(code: str) -> None:
    zh, en = reason(code)
    assert zh != reason("no.such")[0] and code in en
