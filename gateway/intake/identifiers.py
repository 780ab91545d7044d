"""
GS1 identifiers as EPCIS writes them → codes (PROTOCOL.md §3): GS1 Digital Link URIs and EPC URNs.

Only GTINs (with lot and serial) and SSCCs give a code; identifiers of other kinds (assets, places, parties, private URIs) give
none. A URI that wears a GTIN or SSCC under a host we do not know is refused: user-info and look-alike hosts are how a code is
borrowed. Check digits (a GLN's too), lengths and GS1's character set 82 are asked here; nothing is corrected.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote_to_bytes, urlsplit

from certs.codes import Code, gs1_is_valid
from gateway.intake.canonical_link import canonical_link

MAX_LOT = 20  # characters of AI 10 and AI 21 (GS1 General Specifications)
_HTTP = re.compile(r"(?i:https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?")
_OTHER_KEY = re.compile(r"/(?:253|255|401|402|414|415|417|8003|8004|8006|8010|8013|8017|8018|8019)/.+")
_GLN = re.compile(r"/41[47]/([^/]*)(?:/.*)?")
_GOODS_KEY = re.compile(r"/0[01]/")
_GOODS = re.compile(r"/01/([^/]*)(?:/10/([^/]+))?(?:/21/([^/]+))?")
_UNIT = re.compile(r"/00/([^/]*)")
_PERCENT = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_SET_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
_URN = re.compile(r"(?i:urn:epc):(id:sgtin|class:lgtin|idpat:sgtin|id:sscc):(.*)", re.DOTALL)
_ANY_PRODUCT = re.compile(r"[0-9]{6,12}\.\*\.\*")


class BadIdentifier(ValueError):
    """An identifier that is meant to be a code and is not one; `code` says which rule it breaks."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_identifier(uri: str, hosts: Collection[str]) -> Code | None:
    """The code a URI names, or None for an identifier of another kind. `hosts` are the Digital Link hosts we take codes from.

    Raises `BadIdentifier` `id.digital_link`, `id.epc_urn`, `id.gtin_format`, `id.gtin_check`, `id.sscc_format`, `id.sscc_check`,
    `id.gln_format`, `id.gln_check`, `id.lot`, `id.serial`.
    """
    urn = _URN.fullmatch(uri)
    if urn is not None:
        return _read_urn(urn[1].lower(), urn[2])
    link = _HTTP.fullmatch(uri)
    if link is None:
        return None
    host, path, query, fragment = link.groups()
    if host not in hosts:
        if _GOODS_KEY.search(path):
            raise BadIdentifier("id.digital_link")
        return None
    if _OTHER_KEY.fullmatch(path):
        gln = _GLN.fullmatch(path)
        if gln is not None:
            _digits(gln[1], 13, "gln")
        return None
    if query is not None or fragment is not None:  # CBV 2.0 takes the constrained form only
        raise BadIdentifier("id.digital_link")
    return _read_path(path)


def is_lot(text: str) -> bool:
    """Whether a decoded text can be a lot or a serial: 1 to 20 characters of GS1's set 82."""
    return len(text) <= MAX_LOT and _SET_82.fullmatch(text) is not None


def _read_path(path: str) -> Code:
    unit = _UNIT.fullmatch(path)
    if unit is not None:
        return Code(sscc=_digits(unit[1], 18, "sscc"))
    goods = _GOODS.fullmatch(path)
    if goods is None:
        raise BadIdentifier("id.digital_link")
    return Code(gtin=_digits(goods[1], 14, "gtin"), lot=_text(goods[2], "id.lot"), serial=_text(goods[3], "id.serial"))


def _read_urn(scheme: str, rest: str) -> Code | None:
    """The code of an EPC URN: that of the link it is the same as (`canonical_link` has the grammar of URNs)."""
    if scheme == "idpat:sgtin" and _ANY_PRODUCT.fullmatch(rest):
        return None  # every product of a company prefix: no GTIN
    link = canonical_link(f"urn:epc:{scheme}:{rest}")
    if link is None:
        raise BadIdentifier("id.epc_urn")
    return _read_path(urlsplit(link).path)


def _digits(text: str, length: int, kind: str) -> str:
    if re.fullmatch(f"[0-9]{{{length}}}", text) is None:
        raise BadIdentifier(f"id.{kind}_format")
    if not gs1_is_valid(text):
        raise BadIdentifier(f"id.{kind}_check")
    return text


def _text(encoded: str | None, code: str) -> str | None:
    if encoded is None:
        return None
    if _PERCENT.fullmatch(encoded) is None:
        raise BadIdentifier("id.digital_link")
    try:
        text = unquote_to_bytes(encoded).decode("utf-8")
    except UnicodeDecodeError:
        raise BadIdentifier(code) from None
    if not is_lot(text):
        raise BadIdentifier(code)
    return text
