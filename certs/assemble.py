"""
Putting a certificate together: record + path + evidence → the JSON object of PROTOCOL.md §4.

Three renderings of one leaf differ only in what they disclose. The same inputs always give the same bytes. So do the units of an
item tree, each with its salt, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from certs.certificate import FORMAT, read_certificate
from certs.merkle import path_from, tree_levels
from certs.record import TIERS, Record, Tier, item_leaf
from certs.suites import hash_function

RENDERINGS = {name: TIERS[: i + 1] for i, name in enumerate(TIERS)}


def render_tiers(record: Record, rendering: str) -> dict[str, Tier | bytes]:
    """The record's tiers as rendering `public`, `bureaus` or `submitter` shows them: a hidden tier is its digest."""
    shown, h = RENDERINGS[rendering], hash_function(record.suite)
    tiers = {"public": record.public, "bureaus": record.bureaus, "submitter": record.submitter}
    return {name: tier if name in shown else tier.digest(h) for name, tier in tiers.items()}


def assemble(
    *,
    number: str,
    suite: int,
    index: int,
    path: Sequence[bytes],
    tiers: Mapping[str, Tier | bytes | None],
    transaction_hash: bytes,
    evidence: Mapping[str, Any],
) -> dict[str, Any]:
    """The certificate object. Raises `MalformedCertificate` when the parts do not make one."""
    certificate = {
        "format": FORMAT,
        "number": number,
        "suite": suite,
        "index": index,
        "path": [_hex(node) for node in path],
        "tiers": {name: _tier(tiers[name]) for name in TIERS},
        "transactionHash": _hex(transaction_hash),
        "evidence": dict(evidence),
    }
    read_certificate(certificate)
    return certificate


def item_levels(units: Sequence[tuple[str, bytes]], suite: int) -> list[list[bytes]]:
    """All levels of the item tree over (code, salt) of every unit, leaves first. Raises `ValueError` for no units."""
    h = hash_function(suite)
    return tree_levels([item_leaf(salt, code, h) for code, salt in units], h)


def stated_items(levels: Sequence[Sequence[bytes]]) -> dict[str, Any]:
    """`items` of the public body: root and size of an item tree."""
    return {"root": _hex(levels[-1][0]), "size": len(levels[0])}


def item_proof(unit: tuple[str, bytes], *, index: int, levels: Sequence[Sequence[bytes]]) -> dict[str, Any]:
    """`item` of a file: the proof that a unit, its code and salt, is leaf `index` of an item tree."""
    code, salt = unit
    return {"code": code, "salt": _hex(salt), "index": index, "path": [_hex(node) for node in path_from(levels, index)]}


def file_of(certificate: Mapping[str, Any], *, item: Any = None, staple: Any = None) -> dict[str, Any]:
    """The file object: the certificate with its optional siblings."""
    siblings = {"item": item, "staple": staple}
    return {"certificate": dict(certificate), **{name: value for name, value in siblings.items() if value is not None}}


def _tier(tier: Tier | bytes | None) -> dict[str, Any] | None:
    if tier is None:
        return None
    if isinstance(tier, bytes):
        return {"digest": _hex(tier)}
    return {"salt": _hex(tier.salt), "body": tier.body}


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
