"""
The deployment manifest: which chain, which three contracts, which first validator set. Data and its file, nothing else.

The file is public (no key, no URL) and written once; a file of another form is refused, not guessed at.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from certs.canonical import parse
from certs.codes import is_uscc_form
from certs.errors import MalformedCertificate
from certs.trust import ValidatorSet
from ledger.errors import DeployFailed
from ledger.quantities import to_data

FORMAT: Final = "shisu-deployment/1"
_NAMES: Final = {"format", "chainId", "genesisHash", "contracts", "set"}
_CONTRACT_NAMES: Final = {"fromBlock", "consortium", "anchorLog", "statusRegistry", "codeHashes"}
_SET_NAMES: Final = {"epoch", "fromBlock", "validators", "operators"}
_HEX: Final = re.compile(r"0x(?:[0-9a-f]{2})*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Where the contracts are. `from_block`: the block of the last of them; `code_hashes`: of consortium, log, registry."""

    chain_id: int
    genesis_hash: bytes
    from_block: int
    consortium: bytes
    anchor_log: bytes
    status_registry: bytes
    code_hashes: tuple[bytes, bytes, bytes]
    set: ValidatorSet

    def contracts_json(self) -> dict[str, Any]:
        """The `contracts` of manifest and BUNDLE (PROTOCOL.md §4)."""
        return {
            "fromBlock": self.from_block,
            "consortium": to_data(self.consortium),
            "anchorLog": to_data(self.anchor_log),
            "statusRegistry": to_data(self.status_registry),
            "codeHashes": [to_data(hash_) for hash_ in self.code_hashes],
        }

    def to_json(self) -> dict[str, Any]:
        """The manifest's content."""
        return {
            "format": FORMAT,
            "chainId": self.chain_id,
            "genesisHash": to_data(self.genesis_hash),
            "contracts": self.contracts_json(),
            "set": set_json(self.set),
        }

    @classmethod
    def from_json(cls, content: Any) -> Deployment:
        """The deployment a manifest's content describes. Raises `DeployFailed` (`ledger.manifest.form`)."""
        manifest = _exactly(content, _NAMES)
        contracts, first = _exactly(manifest["contracts"], _CONTRACT_NAMES), _exactly(manifest["set"], _SET_NAMES)
        if manifest["format"] != FORMAT:
            raise DeployFailed("ledger.manifest.form", "format")
        consortium_hash, log_hash, registry_hash = _list(contracts["codeHashes"], 3)
        validators = _list(first["validators"], None)
        return cls(
            chain_id=_integer(manifest["chainId"]),
            genesis_hash=_bytes(manifest["genesisHash"], 32),
            from_block=_integer(contracts["fromBlock"]),
            consortium=_bytes(contracts["consortium"], 20),
            anchor_log=_bytes(contracts["anchorLog"], 20),
            status_registry=_bytes(contracts["statusRegistry"], 20),
            code_hashes=(_bytes(consortium_hash, 32), _bytes(log_hash, 32), _bytes(registry_hash, 32)),
            set=ValidatorSet(
                epoch=_integer(first["epoch"]),
                from_block=_integer(first["fromBlock"]),
                validators=tuple(_bytes(address, 20) for address in validators),
                operators=tuple(_uscc(operator) for operator in _list(first["operators"], len(validators))),
            ),
        )


def set_json(announced: ValidatorSet) -> dict[str, Any]:
    """One validator set, as a manifest's `set` and a bundle's `sets` have it, without its evidence."""
    return {
        "epoch": announced.epoch,
        "fromBlock": announced.from_block,
        "validators": [to_data(address) for address in announced.validators],
        "operators": list(announced.operators),
    }


def read_manifest(path: Path) -> Deployment:
    """Reads a manifest. Raises `DeployFailed` (`ledger.manifest.form`) and `OSError`."""
    try:
        content = parse(path.read_bytes())
    except MalformedCertificate:
        raise DeployFailed("ledger.manifest.form", "json") from None
    return Deployment.from_json(content)


def write_manifest(path: Path, deployment: Deployment) -> None:
    """Writes a manifest so that after a crash it is whole or absent: a synced temporary file, then a rename."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(json.dumps(deployment.to_json(), indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _exactly(value: Any, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != names:
        raise DeployFailed("ledger.manifest.form", "names")
    return value


def _integer(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise DeployFailed("ledger.manifest.form", "integer")
    return value


def _bytes(value: Any, length: int) -> bytes:
    if not isinstance(value, str) or not _HEX.match(value) or len(value) != 2 + 2 * length:
        raise DeployFailed("ledger.manifest.form", "hex")
    return bytes.fromhex(value[2:])


def _list(value: Any, length: int | None) -> list[Any]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise DeployFailed("ledger.manifest.form", "list")
    return value


def _uscc(value: Any) -> str:
    if not isinstance(value, str) or not is_uscc_form(value):
        raise DeployFailed("ledger.manifest.form", "member")
    return value
