"""`shisu keys`: secrets are shown once, stored hashed, revoked at once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.store.database import open_database
from gateway.store.keys import find_key

OWNER, OTHER, THIRD = "91310113TE5T00024G", "93320623TE5T00016W", "91310118TE5T00032K"


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


def test_the_list_of_a_platform_s_key_is_changed_at_once(shisu, settings_file: Path, tmp_path: Path) -> None:
    issue = ("keys", "issue", "--owner", OWNER, "--right", "submit:onbehalf", "--settings", settings_file)
    key_id = shisu(*issue).stdout.split(".")[0]
    assert "2" in shisu("keys", "allow", key_id, OTHER, THIRD, "--settings", settings_file).stdout
    assert "1" in shisu("keys", "deny", key_id, OTHER, "--settings", settings_file).stdout
    opened = open_database(f"sqlite:///{tmp_path / 'gateway.db'}")
    with opened.read() as tx:
        key = find_key(tx, key_id)
    opened.close()
    assert key is not None and key.on_behalf == {THIRD}


def test_a_list_is_changed_of_a_live_key_that_has_one_and_by_right_usccs(shisu, settings_file: Path) -> None:
    ids = [
        shisu("keys", "issue", "--owner", OWNER, "--right", right, "--settings", settings_file).stdout.split(".")[0]
        for right in ("submit", "submit:onbehalf")
    ]
    assert shisu("keys", "allow", ids[0], OTHER, "--settings", settings_file).exit_code == 1
    assert shisu("keys", "allow", ids[1], OTHER[:-1] + "A", "--settings", settings_file).exit_code == 2
    assert shisu("keys", "allow", ids[1], OTHER, "--settings", settings_file).exit_code == 0
    shisu("keys", "revoke", ids[1], "--settings", settings_file)
    assert shisu("keys", "deny", ids[1], OTHER, "--settings", settings_file).exit_code == 1
    assert shisu("keys", "allow", "none", OTHER, "--settings", settings_file).exit_code == 1


def test_a_signer_is_made_with_files_that_only_the_owner_reads(shisu, tmp_path: Path) -> None:
    keystore, passphrase = tmp_path / "k.json", tmp_path / "k.pass"
    made = shisu("keys", "signer", keystore, "--passphrase-file", passphrase)
    assert made.exit_code == 0
    assert made.stdout.startswith("0x")
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (keystore, passphrase))
    assert shisu("keys", "signer", keystore, "--passphrase-file", passphrase).exit_code == 1
