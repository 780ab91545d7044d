"""
Setting the stage: a directory of its own, bureaus' signer keys, contracts with the bureaus as founders, settings, API key.

Everything is made anew each time in a directory that the demo has marked as its own; a directory of anybody else is refused.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from certs.canonical import canonical
from certs.suites import SM3_
from gateway.auth import ADMIN, READ, SUBMIT, SUBMIT_ON_BEHALF, make_key
from gateway.catalogue.kinds import known_kinds
from gateway.catalogue.tables import read_catalogue
from gateway.cli.demo.processes import Child, DemoFailed, start
from gateway.cli.deploy import founder
from gateway.cli.enterprises import register_file
from gateway.store.database import migrate, open_database
from gateway.store.keys import insert_key
from gateway.store.salts import KEY_BYTES
from ledger.announcements import announced_sets
from ledger.collect import NamedMember, build_bundle
from ledger.deploy import Patience, deploy_consortium
from ledger.manifest import Deployment, write_manifest
from ledger.rpc import Rpc
from ledger.signers import KeystoreSigner, create_keystore, write_private

MARKER = ".shisu-demo"
DATA = files("gateway.cli.demo") / "data"
_SCRYPT_N = 4_096  # keys of a demo that lives for a minute need not cost a second each to open
_KEY_DAYS_S = 30 * 86_400
_POLL_S = 0.05
_RPC_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What the story is played on. `enterprises` are those of the sample data, and each bureau for events of its own."""

    directory: Path
    bureaus: list[dict[str, Any]]
    enterprises: list[dict[str, Any]]

    def sub(self, name: str) -> Path:
        """A folder of the stage, made when it is first asked for."""
        path = self.directory / name
        path.mkdir(exist_ok=True)
        return path


def prepare(directory: Path) -> Stage:
    """An empty directory with the demo's data at hand. Raises `DemoFailed` for a directory that is not the demo's."""
    if directory.exists() and any(directory.iterdir()):
        if not (directory / MARKER).is_file():
            raise DemoFailed(f"{directory} holds files that are not the demo's; name another with --dir")
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MARKER).write_text("made by `shisu demo`; the next run deletes this directory\n", "utf-8")
    bureaus = json.loads(DATA.joinpath("members.json").read_bytes())["validators"]
    enterprises = json.loads(DATA.joinpath("enterprises.json").read_bytes())["enterprises"]
    themselves = [{"uscc": b["uscc"], "name": b["name"], "kind": "bureau", "member": b["code"]} for b in bureaus]
    return Stage(directory, bureaus, [*enterprises, *themselves])


def start_chain(stage: Stage, name: str) -> Child:
    """The embedded chain with seven validator keys of its own."""
    return start(
        "chain 演示链", ["ledger.devchain", str(stage.directory / name), "--period", "1"], stage.directory / f"{name}.log"
    )


def make_signers(stage: Stage) -> dict[str, tuple[Path, Path, str]]:
    """A keystore for each bureau: code → (keystore, passphrase file, address)."""
    folder, signers = stage.sub("keys"), {}
    for bureau in stage.bureaus:
        keystore, passphrase = folder / f"{bureau['code']}.json", folder / f"{bureau['code']}.pass"
        secret = secrets.token_urlsafe(24).encode()
        write_private(passphrase, secret)
        signers[bureau["code"]] = (keystore, passphrase, create_keystore(keystore, secret, scrypt_n=_SCRYPT_N))
    return signers


def deploy(stage: Stage, chain: Child, signers: dict[str, tuple[Path, Path, str]]) -> Deployment:
    """The three contracts, founded by the seven bureaus, each operating one validator."""
    rpc = Rpc(chain.url, chain_id=None, timeout_s=_RPC_TIMEOUT_S)
    try:
        addresses = rpc.call("qbft_getValidatorsByBlockNumber", ["latest"])
        operators = [bureau["uscc"] for bureau in stage.bureaus]
        keystore, passphrase, _ = signers[stage.bureaus[0]["code"]]
        return deploy_consortium(
            rpc,
            KeystoreSigner.open(keystore, passphrase_path=passphrase),
            engine="qbft",
            founders=[founder(bureau, signers[bureau["code"]][2]) for bureau in stage.bureaus],
            validators=[(bytes.fromhex(address[2:]), operator) for address, operator in zip(addresses, operators, strict=True)],
            patience=Patience(time.sleep, interval_s=_POLL_S, polls=1_200),
        )
    finally:
        rpc.close()


def bundle_of(stage: Stage, chain: Child, deployment: Deployment, name: str) -> bytes:
    """The trust bundle of a consortium, collected from its chain."""
    rpc = Rpc(chain.url, chain_id=deployment.chain_id, timeout_s=_RPC_TIMEOUT_S)
    members = [NamedMember(uscc=b["uscc"], code=b["code"], name=b["name"]) for b in stage.bureaus]
    try:
        return canonical(
            build_bundle(
                rpc,
                "qbft",
                deployment,
                sets=announced_sets(rpc, "qbft", deployment),
                network="development",
                name=name,
                prefix="SHFS",
                members=members,
            )
        )
    finally:
        rpc.close()


def write_settings(
    stage: Stage, chain: Child, deployment: Deployment, signers: dict[str, tuple[Path, Path, str]], port: int
) -> tuple[Path, Path]:
    """Settings, store, registered enterprises and the platform's API key: (settings file, key file)."""
    write_manifest(stage.directory / "deployment.json", deployment)
    members = []
    for bureau in stage.bureaus:
        keystore, passphrase, _ = signers[bureau["code"]]
        acts = bool({"ANCHOR", "VOTE"} & set(bureau["rights"]))  # who only votes needs its signer too
        served = {"keystore": str(keystore), "passphrase_file": str(passphrase)} if acts else {}
        members.append({"uscc": bureau["uscc"], "code": bureau["code"], "name": bureau["name"], "suite": SM3_, **served})
    database_url = f"sqlite:///{stage.directory / 'gateway.db'}"
    salt_keys = stage.directory / "salts"
    write_private(salt_keys, secrets.token_bytes(KEY_BYTES).hex().encode())
    settings = {
        "network": "development", "name": "上海食品追溯演示联盟", "prefix": "SHFS", "database_url": database_url,
        "rpc_urls": [chain.url], "manifest": str(stage.directory / "deployment.json"),
        "public_url": f"http://127.0.0.1:{port}", "members": members,
        "salt_keys_file": str(salt_keys),  # hash suite and sealed salts as in docs/production.toml
    }  # fmt: skip
    settings_file = stage.directory / "settings.json"
    settings_file.write_text(json.dumps(settings, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return settings_file, _fill_store(stage, database_url)


def _fill_store(stage: Stage, database_url: str) -> Path:
    database = open_database(database_url)
    try:
        migrate(database)
        listing = stage.directory / "enterprises.json"
        listing.write_text(json.dumps({"enterprises": stage.enterprises}, ensure_ascii=False), "utf-8")
        members = {bureau["code"]: bureau["uscc"] for bureau in stage.bureaus}
        register_file(database, listing, members=members, kinds=known_kinds(read_catalogue()))
        stored, text = make_key(
            stage.bureaus[0]["uscc"],  # 市食药安办 submits for everybody in this demo, and recalls in its own name
            rights=[SUBMIT, SUBMIT_ON_BEHALF, READ, ADMIN],
            on_behalf=[enterprise["uscc"] for enterprise in stage.enterprises],
            now=int(time.time()),
            valid_s=_KEY_DAYS_S,
            random=secrets.token_bytes,
        )
        with database.write() as tx:
            insert_key(tx, stored)
    finally:
        database.close()
    key_file = stage.directory / "platform.key"
    write_private(key_file, text.encode())
    return key_file
