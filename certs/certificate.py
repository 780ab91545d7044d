"""
Certificate files (PROTOCOL.md §2, §4): bytes in, frozen dataclasses out. Steps 1 and 2 of verification.

What comes back has the form of a certificate and nothing more: no statement in it has been checked. Member, seq, root, size,
scope, suite and code are not here at all; they come only from the proven log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certs import form
from certs.canonical import canonical, count_values, nesting, parse_canonical
from certs.codes import is_uscc_form, parse_code
from certs.errors import CertError, MalformedCertificate
from certs.limits import LIMITS
from certs.record import ABSENT, SALT_BYTES, TIERS, Tier
from certs.suites import HASH_BYTES, hash_function
from certs.suites import NAMES as SUITES
from certs.times import parse_time

FORMAT = "shisu-certificate/1"
_PUBLIC_NAMES = ("member", "submitter", "class", "stage", "category", "type", "time", "codes", "context", "event")


@dataclass(frozen=True, slots=True)
class ProvenState:
    """Headers and trie nodes as carried by a staple or a bundle's head; raw bytes, nothing checked."""

    headers: tuple[bytes, ...]
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proof package (链上证明) of one logged event: chain id, headers, transaction index, log index in receipt, nodes."""

    chain_id: int
    headers: tuple[bytes, ...]
    index: int
    log: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """The proof that one serialised unit (一物一码) is among the record's items."""

    code: str
    salt: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One record as far as disclosed (`Tier`), hidden (`bytes` digest) or absent (None), with its path and evidence."""

    number: str
    suite: int
    index: int
    path: tuple[bytes, ...]
    tiers: Mapping[str, Tier | bytes | None]
    transaction_hash: bytes
    evidence: Evidence

    @property
    def public(self) -> dict[str, Any]:
        """The public body, which every certificate discloses."""
        tier = self.tiers["public"]
        if not isinstance(tier, Tier):
            raise MalformedCertificate("cert.tier.public", "/tiers/public")
        return tier.body

    def digests(self) -> tuple[bytes, bytes, bytes]:
        """The three tier digests as the file states or implies them."""
        h = hash_function(self.suite)
        first, second, third = (
            ABSENT if tier is None else tier.digest(h) if isinstance(tier, Tier) else tier for tier in map(self.tiers.get, TIERS)
        )
        return first, second, third


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A certificate with what travels beside it."""

    certificate: Certificate
    item: Item | None
    staple: ProvenState | None


class FormError(MalformedCertificate):
    """A fault of step 2: the bytes are good JSON, but not of our form."""


def read_file(raw: bytes) -> CertificateFile:
    """Steps 1 and 2. Raises `FormError` for step 2 and another `MalformedCertificate` for step 1, nothing else."""
    value = parse_canonical(raw, max_depth=LIMITS.wrapped_depth)
    wrapped = isinstance(value, dict) and "certificate" in value
    if not wrapped and nesting(raw) > LIMITS.depth:
        raise MalformedCertificate("json.depth")
    certificate = value["certificate"] if wrapped else value
    _check_size(certificate, LIMITS.certificate_bytes, LIMITS.certificate_values)
    if wrapped and "staple" in value:
        _check_size(value["staple"], LIMITS.staple_bytes, LIMITS.file_values)
    try:
        if wrapped:
            form.record(value, "", required=("certificate",), optional=("item", "staple"))
        return CertificateFile(
            certificate=read_certificate(certificate, "/certificate" if wrapped else ""),
            item=_read_item(value["item"], "/item") if wrapped and "item" in value else None,
            staple=read_proven_state(value["staple"], "/staple") if wrapped and "staple" in value else None,
        )
    except CertError as error:
        raise FormError(error.code, error.field) from error


def _check_size(value: Any, max_bytes: int, max_values: int) -> None:
    if len(canonical(value)) > max_bytes:
        raise MalformedCertificate("json.size")
    if count_values(value) > max_values:
        raise MalformedCertificate("json.values")


def read_certificate(value: Any, at: str = "") -> Certificate:
    """The form of a certificate object. Raises `MalformedCertificate`."""
    names = ("format", "number", "suite", "index", "path", "tiers", "transactionHash", "evidence")
    fields = form.record(value, at, required=names)
    if form.text(fields["format"], f"{at}/format") != FORMAT:
        raise MalformedCertificate("cert.format", f"{at}/format")
    suite = form.uint(fields["suite"], f"{at}/suite")
    if suite not in SUITES:
        raise MalformedCertificate("cert.suite.unknown", f"{at}/suite")
    return Certificate(
        number=form.text(fields["number"], f"{at}/number"),
        suite=suite,
        index=form.uint(fields["index"], f"{at}/index"),
        path=_read_path(fields["path"], f"{at}/path"),
        tiers=_read_tiers(fields["tiers"], f"{at}/tiers"),
        transaction_hash=form.hex_bytes(fields["transactionHash"], f"{at}/transactionHash", length=32),
        evidence=read_evidence(fields["evidence"], f"{at}/evidence"),
    )


def read_evidence(value: Any, at: str) -> Evidence:
    """The form of EVIDENCE. Raises `MalformedCertificate`."""
    fields = form.record(value, at, required=("chainId", "headers", "index", "log", "nodes"))
    return Evidence(
        chain_id=form.uint(fields["chainId"], f"{at}/chainId"),
        headers=_read_headers(fields["headers"], f"{at}/headers"),
        index=form.uint(fields["index"], f"{at}/index"),
        log=form.uint(fields["log"], f"{at}/log"),
        nodes=_read_nodes(fields["nodes"], f"{at}/nodes"),
    )


def read_proven_state(value: Any, at: str) -> ProvenState:
    """The form of a staple or a bundle's head. Raises `MalformedCertificate`."""
    fields = form.record(value, at, required=("headers", "nodes"))
    return ProvenState(_read_headers(fields["headers"], f"{at}/headers"), _read_nodes(fields["nodes"], f"{at}/nodes"))


def _read_headers(value: Any, at: str) -> tuple[bytes, ...]:
    listed = form.array(value, at, least=1, most=LIMITS.headers)
    return tuple(form.hex_bytes(header, f"{at}/{i}") for i, header in enumerate(listed))


def _read_nodes(value: Any, at: str) -> tuple[bytes, ...]:
    nodes = [form.hex_bytes(node, f"{at}/{i}") for i, node in enumerate(form.array(value, at))]
    if any(len(node) > LIMITS.node_bytes for node in nodes):
        raise MalformedCertificate("form.length", at)
    form.ascending(nodes, at)
    return tuple(nodes)


def _read_path(value: Any, at: str) -> tuple[bytes, ...]:
    return tuple(form.hex_bytes(node, f"{at}/{i}", length=HASH_BYTES) for i, node in enumerate(form.array(value, at)))


def _read_item(value: Any, at: str) -> Item:
    fields = form.record(value, at, required=("code", "salt", "index", "path"))
    code = form.text(fields["code"], f"{at}/code")
    if parse_code(code).serial is None:
        raise MalformedCertificate("cert.item.serial", f"{at}/code")
    return Item(
        code=code,
        salt=form.hex_bytes(fields["salt"], f"{at}/salt", length=SALT_BYTES),
        index=form.uint(fields["index"], f"{at}/index"),
        path=_read_path(fields["path"], f"{at}/path"),
    )


def _read_tiers(value: Any, at: str) -> dict[str, Tier | bytes | None]:
    fields = form.record(value, at, required=TIERS)
    tiers = {name: _read_tier(fields[name], f"{at}/{name}") for name in TIERS}
    if not isinstance(tiers["public"], Tier):
        raise MalformedCertificate("cert.tier.public", f"{at}/public")
    if isinstance(tiers["submitter"], Tier) and isinstance(tiers["bureaus"], bytes):
        raise MalformedCertificate("cert.tier.order", f"{at}/bureaus")
    check_public_body(tiers["public"].body, f"{at}/public/body")
    if isinstance(tiers["bureaus"], Tier):
        _check_event(form.record(tiers["bureaus"].body, f"{at}/bureaus/body", required=("event",)), f"{at}/bureaus/body")
    if isinstance(tiers["submitter"], Tier):
        body = form.record(tiers["submitter"].body, f"{at}/submitter/body", required=("event", "sha256"))
        form.hex_bytes(body["sha256"], f"{at}/submitter/body/sha256", length=32)
        _check_event(body, f"{at}/submitter/body")
    return tiers


def _read_tier(value: Any, at: str) -> Tier | bytes | None:
    if value is None:
        return None
    if isinstance(value, dict) and "digest" in value:
        digest = form.hex_bytes(form.record(value, at, required=("digest",))["digest"], f"{at}/digest", length=HASH_BYTES)
        if digest == ABSENT:  # absence has one spelling: null
            raise MalformedCertificate("cert.tier.zero", f"{at}/digest")
        return digest
    fields = form.record(value, at, required=("salt", "body"))
    salt = form.hex_bytes(fields["salt"], f"{at}/salt", length=SALT_BYTES)
    return Tier(salt, form.free_object(fields["body"], f"{at}/body"))


def check_public_body(body: Any, at: str) -> None:
    """The form of `public.body` (PROTOCOL.md §3). Raises `MalformedCertificate`."""
    fields = form.record(body, at, required=_PUBLIC_NAMES, optional=("documents", "items"))
    for name in ("member", "submitter"):
        if not is_uscc_form(fields[name]):
            raise MalformedCertificate("cert.uscc", f"{at}/{name}")
    for name in ("class", "stage", "category", "type"):
        form.text(fields[name], f"{at}/{name}")
    parse_time(form.text(fields["time"], f"{at}/time"))
    codes = form.array(fields["codes"], f"{at}/codes", least=1, most=LIMITS.codes)
    for i, code in enumerate(codes):
        parse_code(form.text(code, f"{at}/codes/{i}"))
    form.ascending(codes, f"{at}/codes")
    _check_event(fields, at)
    for i, kind in enumerate(form.array(fields.get("documents", []), f"{at}/documents")):
        form.text(kind, f"{at}/documents/{i}")
    if "items" in fields:
        items = form.record(fields["items"], f"{at}/items", required=("root", "size"))
        form.hex_bytes(items["root"], f"{at}/items/root", length=HASH_BYTES)
        form.uint(items["size"], f"{at}/items/size")


def _check_event(body: dict[str, Any], at: str) -> None:
    event = form.free_object(body["event"], f"{at}/event")
    if "ilmd" in event:
        form.free_object(event["ilmd"], f"{at}/event/ilmd")
