"""Settings, and what refuses to start."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import UnsafeSettings
from gateway.settings import load_settings
from gateway.unsafe_words import WORDS, sentence

USCC = "11310000TE5TB0040K"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("SHISU_"):
            monkeypatch.delenv(name)


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    for name, text in (("key.json", "{}"), ("passphrase", "correct horse battery\n"), ("salts", "ab" * 32)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    member = {
        "uscc": USCC,
        "code": "COM",
        "name": "市商务委",
        "keystore": str(tmp_path / "key.json"),
        "passphrase_file": str(tmp_path / "passphrase"),
    }
    return {
        "database_url": f"sqlite:///{tmp_path}/gateway.db", "rpc_urls": ["http://127.0.0.1:8545"],
        "manifest": str(tmp_path / "m.json"), "public_url": "https://trace.test/", "network": "production", "members": [member],
        "salt_keys_file": str(tmp_path / "salts"),
    }  # fmt: skip


def write(directory: Path, value: dict[str, Any]) -> Path:
    path = directory / "settings.json"
    path.write_text(json.dumps(value))
    path.chmod(0o600)
    return path


def reasons(directory: Path, value: dict[str, Any]) -> str:
    with pytest.raises(UnsafeSettings) as refused:
        load_settings(write(directory, value))
    return "; ".join(refused.value.reasons)


def test_a_json_file_is_read_and_the_public_url_loses_its_slash(tmp_path: Path, given: dict[str, Any]) -> None:
    settings = load_settings(write(tmp_path, given))
    assert (settings.public_url, settings.prefix, settings.members[0].suite) == ("https://trace.test", "SHFS", 1)
    assert settings.members[0].code == "COM"
    assert settings.limits.body_bytes == 32 * 1024 * 1024


def test_a_toml_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        'database_url = "sqlite:///x.db"\nrpc_urls = ["http://127.0.0.1:1"]\nmanifest = "m.json"\npublic_url = "http://127.0.0.1:8000"\n'
        f'[[members]]\nuscc = "{USCC}"\ncode = "COM"\nname = "市商务委"\n[limits]\nbody_bytes = 5\n',
        "utf-8",
    )
    settings = load_settings(path)
    assert (settings.network, settings.members[0].keystore, settings.limits.body_bytes) == ("development", None, 5)


def test_the_environment_goes_before_the_file(tmp_path: Path, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHISU_PREFIX", "OTHER")
    monkeypatch.setenv("SHISU_LIMITS__BODY_BYTES", "7")
    settings = load_settings(write(tmp_path, {**given, "prefix": "SHFS", "limits": {"body_bytes": 6}}))
    assert (settings.prefix, settings.limits.body_bytes) == ("OTHER", 7)


def test_the_environment_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    members = json.dumps([{"uscc": USCC, "code": "COM", "name": "x"}])
    for name, value in (
        ("DATABASE_URL", "sqlite:///x.db"), ("RPC_URLS", '["http://127.0.0.1:1"]'), ("MANIFEST", "m.json"),
        ("PUBLIC_URL", "http://localhost:8000"), ("MEMBERS", members),
    ):  # fmt: skip
        monkeypatch.setenv(f"SHISU_{name}", value)
    assert load_settings().members[0].uscc == USCC


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"public_url": "http://trace.test"}, "production links must be https (settings.link)"),
        ({"public_url": "https://user@trace.test"}, "public_url"),
        ({"public_url": "https://trace.test/?x=1"}, "public_url"),
        ({"public_url": "ftp://trace.test"}, "public_url"),
        ({"public_url": "trace.test"}, "public_url"),
        ({"public_url": None}, "public_url"),
        ({"database_url": "postgresql+psycopg://shisu:Postgres@db/shisu"}, "a default password (settings.default_secret)"),
        ({"database_url": "nothing"}, "not a database URL (settings.database)"),
        ({"rpc_urls": []}, "rpc_urls"),
        ({"prefix": "shfs"}, "prefix"),
        ({"network": "test"}, "network"),
        ({"suite": 2}, "suite"),  # a member's, not the gateway's
        ({"members": []}, "members"),
        ({"surprise": 1}, "surprise"),
        ({"limits": {"body_bytes": 0}}, "limits.body_bytes"),
        ({"limits": {"future_s": 301}}, "limits.future_s"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(tmp_path: Path, given: dict[str, Any], change: dict[str, Any], reason: str) -> None:
    said = reasons(tmp_path, {**given, **change})
    assert reason in said
    assert "user@" not in said and "Postgres@" not in said


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uscc": "short"}, "members.0.uscc"),
        ({"code": "com"}, "members.0.code"),
        ({"suite": 3}, "members.0.suite"),
        (
            {"keystore": None},
            "go together (settings.key_pair)",
        ),
        (
            {"passphrase_file": None},
            "go together (settings.key_pair)",
        ),
        ({"keystore": "/nowhere"}, "members COM.keystore: 文件不存在 / the file is not there (settings.key_file)"),
        ({"passphrase_file": "/nowhere"}, "members COM.passphrase_file: 文件不存在 / the file is not there (settings.key_file)"),
        ({"keystore": "/"}, "members COM.keystore: 不是文件 / not a file (settings.key_kind)"),
    ],
)
def test_a_wrong_member_is_named(tmp_path: Path, given: dict[str, Any], change: dict[str, Any], reason: str) -> None:
    assert reason in reasons(tmp_path, {**given, "members": [{**given["members"][0], **change}]})


def test_a_member_listed_twice_is_refused(tmp_path: Path, given: dict[str, Any]) -> None:
    other = {"uscc": "11310000TE5TB0067B", "code": "COM", "name": "x"}
    assert "members" in reasons(tmp_path, {**given, "members": [given["members"][0], other]})
    assert "members" in reasons(tmp_path, {**given, "members": [given["members"][0], {**other, "uscc": USCC, "code": "AGR"}]})


@pytest.mark.parametrize("name", ["key.json", "passphrase", "salts"])
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o601])
@pytest.mark.parametrize("network", ["development", "production"])
def test_key_files_that_others_can_read_are_refused(
    tmp_path: Path, given: dict[str, Any], name: str, mode: int, network: str
) -> None:
    (tmp_path / name).chmod(mode)
    assert "others can read the file" in reasons(tmp_path, {**given, "network": network})


@pytest.mark.parametrize("text", ["", "changeit\n", "PassWord", "elevenchars"])
def test_a_default_or_short_passphrase_is_refused_in_production_only(tmp_path: Path, given: dict[str, Any], text: str) -> None:
    (tmp_path / "passphrase").write_text(text)
    said = reasons(tmp_path, given)
    assert "a default passphrase" in said and (not text or text.strip() not in said)
    assert load_settings(write(tmp_path, {**given, "network": "development"})).network == "development"


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000"])
def test_loopback_needs_no_tls(tmp_path: Path, given: dict[str, Any], url: str) -> None:
    assert load_settings(write(tmp_path, {**given, "public_url": url})).public_url == url


def test_plain_http_is_for_development(tmp_path: Path, given: dict[str, Any]) -> None:
    assert load_settings(write(tmp_path, {**given, "network": "development", "public_url": "http://trace.test"}))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620])
def test_a_settings_file_with_a_database_password_is_its_owners_alone(tmp_path: Path, given: dict[str, Any], mode: int) -> None:
    secret = {**given, "database_url": "postgresql+psycopg://shisu:a-long-secret-of-ours@db/shisu"}
    write(tmp_path, secret).chmod(mode)
    with pytest.raises(UnsafeSettings, match=r"settings\.file_mode") as refused:
        load_settings(tmp_path / "settings.json")
    assert "a-long-secret" not in str(refused.value)
    (tmp_path / "settings.json").chmod(0o600)
    assert load_settings(tmp_path / "settings.json").network == "production"


def test_every_reason_has_a_code_and_both_languages() -> None:
    for code, (zh, en) in WORDS.items():
        assert re.search("[\u4e00-\u9fff]", zh) and en.isascii(), code
        assert sentence(code, "here").endswith(f"({code})")


def test_all_reasons_are_given_at_once(tmp_path: Path, given: dict[str, Any]) -> None:
    (tmp_path / "key.json").chmod(0o644)
    assert reasons(tmp_path, {**given, "public_url": "http://trace.test"}).count(";") == 1


@pytest.mark.parametrize(("name", "text"), [("s.toml", "= x"), ("s.json", "{"), ("s.json", "[]")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UnsafeSettings):
        load_settings(tmp_path / name)


def test_a_missing_file_and_a_broken_variable_are_refused(
    tmp_path: Path, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnsafeSettings, match=r"settings\.file"):
        load_settings(tmp_path / "none.toml")
    monkeypatch.setenv("SHISU_MEMBERS", "[")
    with pytest.raises(UnsafeSettings):
        load_settings(write(tmp_path, given))


def test_a_catalogue_of_ones_own_is_named_by_its_path(tmp_path: Path, given: dict[str, Any]) -> None:
    assert load_settings(write(tmp_path, given)).catalogue is None
    named = load_settings(write(tmp_path, {**given, "catalogue": "/etc/shisu/city.json"}))
    assert named.catalogue == Path("/etc/shisu/city.json")


def test_the_production_template_loads_and_anchors_with_sm3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the files it names are put beside it; nothing in it needs to be changed to be accepted."""
    text = (Path(__file__).parents[3] / "docs" / "production.toml").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    for name in re.findall(r'^(?:keystore|passphrase_file|salt_keys_file) = "(.+)"', text, re.MULTILINE):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("ab" * 32 if name == "keys/salts" else "correct horse battery staple\n")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "gateway.toml").write_text(text, "utf-8")
    settings = load_settings(Path("gateway.toml"))
    assert settings.network == "production"
    assert {member.suite for member in settings.members} == {2}
    assert settings.members[0].keystore is not None


def test_production_seals_its_salts_and_development_may(tmp_path: Path, given: dict[str, Any]) -> None:
    assert "production seals its salts" in reasons(tmp_path, {**given, "salt_keys_file": None})
    bare = load_settings(write(tmp_path, {**given, "salt_keys_file": None, "network": "development"}))
    assert bare.read_salt_keys().ids == ()


def test_salt_keys_come_from_a_file_or_the_environment_and_never_from_the_settings(
    tmp_path: Path, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_file = load_settings(write(tmp_path, given)).read_salt_keys().ids
    assert "not in a settings file" in reasons(tmp_path, {**given, "salt_keys": "ab" * 32})
    monkeypatch.setenv("SHISU_SALT_KEYS", "ab" * 32)
    assert "not both" in reasons(tmp_path, given)
    settings = load_settings(write(tmp_path, {**given, "salt_keys_file": None}))
    assert settings.read_salt_keys().ids == by_file
    assert "abab" not in repr(settings)


@pytest.mark.parametrize("text", ["", "# nothing\n", "ab" * 31, "AB" * 32, "ab" * 32 + "\n" + "ab" * 32, "é" * 64])
def test_a_key_file_that_holds_no_keys_is_refused_without_showing_it(tmp_path: Path, given: dict[str, Any], text: str) -> None:
    (tmp_path / "salts").write_text(text)
    said = reasons(tmp_path, given)
    assert "64 lower-case hex digits" in said
    assert "abab" not in said.lower()
