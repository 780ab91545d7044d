"""
Settings: environment `SHISU_…` (nested with `__`) over an optional TOML or JSON file; checked once, at start.

Unsafe values are refused with a sentence, not warned about: key files others can read, default or short passphrases, default
database passwords, a public URL without TLS in production. No message shows a secret or the value of a refused field.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from certs.codes import is_uscc_form
from gateway.errors import UnsafeSettings
from gateway.salt_keys import parse_salt_keys
from gateway.store.salts import SaltKeys
from gateway.unsafe_words import sentence

MIN_PASSPHRASE = 12  # characters, in production
_DEFAULT_SECRETS = frozenset(
    ("", "admin", "changeit", "changeme", "default", "password", "passphrase", "postgres", "secret", "shisu", "test")
)


class Limits(BaseModel):
    """Bounds on requests. Sizes in bytes, times in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body_bytes: int = Field(default=32 * 1024 * 1024, gt=0)  # one capture: some 20,000 events, on disk while they are read
    body_s: float = Field(default=30.0, gt=0)  # uvicorn itself waits for ever for a half-sent body
    document_events: int = Field(default=20_000, gt=0)  # one write transaction holds them all
    step_s: float = Field(default=120.0, gt=0)  # a worker that completes no step for so long is a trouble
    future_s: int = Field(default=300, ge=0, le=300)  # how far an eventTime may lie ahead of our clock; a verifier allows 600
    open_events: int = Field(default=1_000_000, gt=0)  # stored and not in a batch: a chain that is away for days
    free_bytes: int = Field(default=512 * 1024 * 1024, ge=0)  # left on the store's disk: batches and certificates need room too
    connections: int = Field(default=800, gt=0)  # below the usual limit of 1,024 files; the store and the node need some
    connections_of_address: int = Field(default=400, gt=0)  # a trusted proxy may have all
    header_s: float = Field(default=15.0, gt=0)  # from a connection's first moment, or its last answer, to a last header
    request_s: float = Field(default=630.0, gt=0)  # from there to the last byte, whoever waits for it: a table has 600
    answer_s: float = Field(default=60.0, gt=0)  # in which a caller must take some 50 kB of an answer
    idle_s: int = Field(default=5, gt=0)  # without a byte after an answer


class RateSettings(BaseModel):
    """How many requests a second, and at once. A table of 100,000 rows is one request."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address_per_s: float = Field(default=400.0, gt=0)
    address_burst: int = Field(default=4_000, gt=0)
    key_per_s: float = Field(default=200.0, gt=0)
    key_burst: int = Field(default=2_000, gt=0)
    failure_per_s: float = Field(default=1.0, gt=0)  # wrong keys of an address; while there are too many, its right ones wait too
    failure_burst: int = Field(default=60, gt=0)


class MemberSettings(BaseModel):
    """A member of the consortium; one with a key file is served: its batches are closed and signed here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uscc: str
    code: str = Field(pattern=r"^[A-Z0-9]{2,8}$")
    name: str = Field(min_length=1)
    suite: Literal[1, 2] = 1  # 1 SHA-256, 2 SM3; what is already taken in keeps its own
    keystore: Path | None = None
    passphrase_file: Path | None = None

    @field_validator("uscc")
    @classmethod
    def _uscc(cls, value: str) -> str:
        if not is_uscc_form(value):
            raise ValueError("not a USCC")
        return value


class Settings(BaseSettings):
    """Everything an operator sets. Build it with `load_settings`, which also refuses what must not run."""

    model_config = SettingsConfigDict(env_prefix="SHISU_", env_nested_delimiter="__", extra="forbid", frozen=True)

    network: Literal["development", "production"] = "development"
    name: str = Field(default="食溯链", min_length=1)  # of the consortium, as the trust bundle says it
    prefix: str = Field(default="SHFS", pattern=r"^[A-Z0-9]{2,8}$")  # of certificate numbers
    engine: Literal["qbft", "clique"] = "qbft"
    database_url: str
    rpc_urls: tuple[str, ...] = Field(min_length=1)
    manifest: Path  # of the deployed contracts
    public_url: str  # what QR codes and links begin with; never taken from a request
    members: tuple[MemberSettings, ...] = Field(min_length=1)
    digital_link_hosts: frozenset[str] = frozenset({"id.gs1.org"})
    limits: Limits = Limits()
    salt_keys_file: Path | None = None  # seals salts at rest (`gateway.salt_keys`); or the variable SHISU_SALT_KEYS
    salt_keys: SecretStr | None = None
    rates: RateSettings = RateSettings()
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()  # whose X-Forwarded-For says the caller's address; nobody else's is read
    catalogue: Path | None = None  # a JSON file, or a directory of them, laid over the shipped catalogue

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in ("http", "https") or not url.hostname or "@" in url.netloc or url.query or url.fragment:
            raise ValueError("not a plain http(s) URL")
        return value.rstrip("/")

    @field_validator("members")
    @classmethod
    def _members(cls, value: tuple[MemberSettings, ...]) -> tuple[MemberSettings, ...]:
        if len({m.uscc for m in value}) != len(value) or len({m.code for m in value}) != len(value):
            raise ValueError("a member is listed twice")
        return value

    def read_salt_keys(self) -> SaltKeys:
        """The keys that seal salts, read now. Raises OSError, and ValueError for a text that holds none."""
        if self.salt_keys_file is not None:
            return parse_salt_keys(self.salt_keys_file.read_text("ascii"))
        return SaltKeys() if self.salt_keys is None else parse_salt_keys(self.salt_keys.get_secret_value())


def load_settings(path: Path | None = None) -> Settings:
    """Reads the file (`.toml` or `.json`; environment variables go before it) and checks it. Raises `UnsafeSettings`."""

    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            if path is None:
                return init_settings, env_settings
            source = JsonConfigSettingsSource if path.suffix == ".json" else TomlConfigSettingsSource
            from_file = source(settings_cls, path)
            if "salt_keys" in from_file():
                raise UnsafeSettings([sentence("settings.salts_shown", "salt_keys")])
            return init_settings, env_settings, from_file

    if path is not None and not path.is_file():
        raise UnsafeSettings([sentence("settings.file", str(path))])
    try:
        settings = FromFile()  # type: ignore[call-arg]  # the sources bring the fields
    except ValidationError as error:
        raise UnsafeSettings([_wrong_value(detail["loc"], detail["msg"]) for detail in error.errors()]) from None
    except (SettingsError, ValueError):  # a variable or a file that is not even JSON or TOML
        raise UnsafeSettings([sentence("settings.syntax", "settings")]) from None
    refuse_unsafe(settings, path)
    return settings


def refuse_unsafe(settings: Settings, path: Path | None = None) -> None:
    """Raises `UnsafeSettings` with every reason not to start. `path` is the file they were read from."""
    reasons = [*_link_reasons(settings), *_database_reasons(settings, path), *_key_reasons(settings), *_salt_reasons(settings)]
    if reasons:
        raise UnsafeSettings(reasons)


def _wrong_value(where: tuple[int | str, ...], message: str) -> str:
    return sentence("settings.value", ".".join(str(part) for part in where) or "settings", detail=message)


def _link_reasons(settings: Settings) -> Iterator[str]:
    url = urlsplit(settings.public_url)
    if settings.network == "production" and url.scheme != "https" and not _is_loopback(url.hostname or ""):
        yield sentence("settings.link", "public_url")


def _database_reasons(settings: Settings, path: Path | None) -> Iterator[str]:
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        yield sentence("settings.database", "database_url")
        return
    if url.password is not None and path is not None and path.stat().st_mode & 0o077:
        yield sentence("settings.file_mode", str(path))
    if settings.network == "production" and url.password is not None and str(url.password).lower() in _DEFAULT_SECRETS:
        yield sentence("settings.default_secret", "database_url")


def _key_reasons(settings: Settings) -> Iterator[str]:
    for member in settings.members:
        if (member.keystore is None) != (member.passphrase_file is None):
            yield sentence("settings.key_pair", f"members {member.code}")
            continue
        for label, path in (("keystore", member.keystore), ("passphrase_file", member.passphrase_file)):
            if path is not None:
                yield from _file_reasons(f"members {member.code}.{label}", path)
        if settings.network == "production" and member.passphrase_file is not None and _is_weak(member.passphrase_file):
            yield sentence("settings.passphrase", f"members {member.code}.passphrase_file")


def _salt_reasons(settings: Settings) -> Iterator[str]:
    path = settings.salt_keys_file
    if path is not None and settings.salt_keys is not None:
        yield sentence("settings.salts_twice", "salt_keys_file")
    elif path is None and settings.salt_keys is None and settings.network == "production":
        yield sentence("settings.salts_open", "salt_keys_file")
    else:
        unfit = [] if path is None else list(_file_reasons("salt_keys_file", path))
        yield from unfit
        if not unfit:
            yield from _unreadable_keys(settings)


def _unreadable_keys(settings: Settings) -> Iterator[str]:
    try:
        settings.read_salt_keys()
    except (OSError, ValueError):
        yield sentence("settings.salts_form", "salt_keys")


def _file_reasons(label: str, path: Path) -> Iterator[str]:
    try:
        mode = path.stat().st_mode
    except OSError:
        yield sentence("settings.key_file", label)
        return
    if not stat.S_ISREG(mode):
        yield sentence("settings.key_kind", label)
    elif mode & 0o077:
        yield sentence("settings.key_mode", label)


def _is_weak(path: Path) -> bool:
    try:
        text = path.read_text("utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError):
        return False  # a missing file has its own reason; bytes that are no text are nobody's default
    return text.lower() in _DEFAULT_SECRETS or len(text) < MIN_PASSPHRASE


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
