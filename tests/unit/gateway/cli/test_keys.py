"""`shisu keys`: secrets are shown once, stored hashed, revoked at once."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

OWNER, OTHER = "91310113TE5T00024G", "93320623TE5T00016W"


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    content = {
        "database_url": f"sqlite:///{tmp_path / 'gateway.db'}",
        "rpc_urls": ["http://127.0.0.1:1"],
        "manifest": str(tmp_path / "deployment.json"),
        "public_url": "http://127.0.0.1:8080",
        "members": [{"uscc": "11310000TE5TB0040K", "code": "COM", "name": "市商务委"}],
    }
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_an_issued_key_is_printed_once_and_not_stored(shisu, settings_file: Path, tmp_path: Path) -> None:
    issued = shisu("keys", "issue", "--owner", OWNER, "--right", "submit", "--settings", settings_file)
    assert issued.exit_code == 0
    key_id, secret = issued.stdout.strip().split(".")
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("gateway.db*"))
    assert secret.encode() not in stored
    listed = shisu("keys", "list", "--settings", settings_file).stdout
    assert key_id in listed
    assert secret not in listed


def test_a_revoked_key_cannot_be_revoked_again(shisu, settings_file: Path) -> None:
    key_id = shisu("keys", "issue", "--owner", OWNER, "--right", "read", "--settings", settings_file).stdout.split(".")[0]
    assert shisu("keys", "revoke", key_id, "--settings", settings_file).exit_code == 0
    assert shisu("keys", "revoke", key_id, "--settings", settings_file).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [["--owner", OWNER, "--right", "root"], ["--owner", "91310113TE5T00024H", "--right", "submit"]],
)
def test_a_wrong_right_or_owner_issues_nothing(arguments: list[str], shisu, settings_file: Path) -> None:
    assert shisu("keys", "issue", *arguments, "--settings", settings_file).exit_code == 2


def test_enterprises_are_registered_under_the_bureau_their_code_names(shisu, settings_file: Path, tmp_path: Path) -> None:
    listing = tmp_path / "e.json"
    listing.write_text(json.dumps({"enterprises": [{"uscc": OTHER, "name": "示例", "kind": "farm", "member": "COM"}]}), "utf-8")
    assert "1" in shisu("keys", "enterprises", listing, "--settings", settings_file).stdout
    listing.write_text(json.dumps({"enterprises": [{"uscc": OTHER, "name": "示例", "kind": "farm", "member": "XXX"}]}), "utf-8")
    assert shisu("keys", "enterprises", listing, "--settings", settings_file).exit_code == 2


def test_a_signer_is_made_with_files_that_only_the_owner_reads(shisu, tmp_path: Path) -> None:
    keystore, passphrase = tmp_path / "k.json", tmp_path / "k.pass"
    made = shisu("keys", "signer", keystore, "--passphrase-file", passphrase)
    assert made.exit_code == 0
    assert made.stdout.startswith("0x")
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (keystore, passphrase))
    assert shisu("keys", "signer", keystore, "--passphrase-file", passphrase).exit_code == 1
