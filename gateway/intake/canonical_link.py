"""
GS1 identifiers in the one form that hash ids are made from (CBV 2.0 §8.9): a Digital Link under id.gs1.org.

EPC URNs, class and pattern URNs, and Digital Links of any host and spelling become the same text: primary key as its number, the
finest level of identification only (a lot goes when there is a serial), no variant, no query. A text that names no GS1 key is not
touched, and check digits of links are not judged here: `identifiers` does that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from certs.codes import gs1_check_digit

_ROOT: Final = "https://id.gs1.org/"
_NAMES: Final = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018", "gcn": "255",
    "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10",
    "ser": "21",
}  # fmt: skip
_X: Final = r"(?:[\"'.0-9;<=>?A-Z_a-z-]|%[0-9A-Fa-f]{2})"  # GS1's set 82 as it may stand in a path
_VARIANT_LOT: Final = rf"(?:/22/{_X}{{1,20}})?(?P<lot>/10/{_X}{{1,20}})?"
_GTIN: Final = rf"(?P<key>[0-9]{{8}}|[0-9]{{12,14}}){_VARIANT_LOT}(?P<serial>/21/{_X}{{1,20}}|/235/{_X}{{1,28}})?"
_LONG: Final = r"(?P<key>(?=[0-9]{4}.)"  # keys that begin with a company prefix and end in free text
_FORMS: Final = {
    ai: re.compile(form)
    for ai, form in {
        "00": r"(?P<key>[0-9]{18})",
        "01": _GTIN,
        "253": rf"(?P<key>[0-9]{{13}}{_X}{{0,17}})",
        "255": r"(?P<key>[0-9]{13,25})",
        "401": rf"{_LONG}{_X}{{1,30}})",
        "402": r"(?P<key>[0-9]{17})",
        "414": rf"(?P<key>[0-9]{{13}})(?P<serial>/254/{_X}{{1,20}})?",
        "417": r"(?P<key>[0-9]{13})",
        "8003": rf"(?P<key>[0-9]{{14}}{_X}{{0,16}})",
        "8004": rf"{_LONG}{_X}{{1,30}})",
        "8006": rf"(?P<key>[0-9]{{18}}){_VARIANT_LOT}(?P<serial>/21/{_X}{{1,20}})?",
        "8010": rf"{_LONG}(?:[0-9A-Z-]|%2[3Ff]){{1,30}})(?P<serial>/8011/[0-9]{{1,12}})?",
        "8017": r"(?P<key>[0-9]{18})",
        "8018": r"(?P<key>[0-9]{18})",
    }.items()
}
_LINK = re.compile(r"https?://[^/?#]+/([^?#]*)(?:[?#].*)?")
_URN = re.compile(r"urn:epc:((?:id|class|idpat):[a-z]+):([0-9]{6,12})\.(.*)")
_SERIAL: Final = r"((?:[!'()*+,.0-9:;=A-Z_a-z-]|%[0-9A-Fa-f]{2})+)"
_ENCODED: Final = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "!()*+,:"})


@dataclass(frozen=True, slots=True)
class _Urn:
    """How an EPC URN becomes a link: `digits` of company prefix and reference together, then `rest` of the URN, then `link`.

    `leads` is True where the reference's first digit goes before the company prefix (indicator, extension digit).
    """

    ai: str
    digits: int
    rest: str = ""
    link: str = ""
    leads: bool = False
    zero: str = ""


_ITIP: Final = r"\.([0-9]{2})\.([0-9]{2})\."
_URNS: Final = {
    "id:sgtin": _Urn("01", 13, rf"\.{_SERIAL}", "/21/{}", leads=True),
    "class:lgtin": _Urn("01", 13, rf"\.{_SERIAL}", "/10/{}", leads=True),
    "idpat:sgtin": _Urn("01", 13, r"\.\*", leads=True),
    "id:upui": _Urn("01", 13, rf"\.{_SERIAL}", "/235/{}", leads=True),
    "idpat:upui": _Urn("01", 13, r"\.\*", leads=True),
    "id:itip": _Urn("8006", 13, _ITIP + _SERIAL, "{}{}/21/{}", leads=True),
    "idpat:itip": _Urn("8006", 13, _ITIP + r"\*", "{}{}", leads=True),
    "id:sscc": _Urn("00", 17, leads=True),
    "id:sgln": _Urn("414", 12, rf"\.{_SERIAL}", "/254/{}"),
    "id:pgln": _Urn("417", 12),
    "id:grai": _Urn("8003", 12, rf"\.{_SERIAL}", "{}", zero="0"),
    "idpat:grai": _Urn("8003", 12, r"\.\*", zero="0"),
    "id:gdti": _Urn("253", 12, rf"\.{_SERIAL}", "{}"),
    "idpat:gdti": _Urn("253", 12, r"\.\*"),
    "id:sgcn": _Urn("255", 12, r"\.([0-9]{1,12})", "{}"),
    "idpat:sgcn": _Urn("255", 12, r"\.\*"),
    "id:gsrn": _Urn("8018", 17),
    "id:gsrnp": _Urn("8017", 17),
    "id:gsin": _Urn("402", 16),
}
_REFERENCE = re.compile(r"[0-9]*")
_UNCHECKED: Final = {  # keys without a check digit: company prefix and reference stand together
    "id:giai": (re.compile(_SERIAL), "8004/{}{}"),
    "id:ginc": (re.compile(_SERIAL), "401/{}{}"),
    "id:cpi": (re.compile(r"((?:[0-9A-Z-]|%2[3Ff])+)\.([0-9]{1,12})"), "8010/{}{}/8011/{}"),
    "idpat:cpi": (re.compile(r"((?:[0-9A-Z-]|%2[3Ff])+)\.\*"), "8010/{}{}"),
}


def canonical_link(text: str) -> str | None:
    """The canonical Digital Link of a GS1 identifier in any of its spellings, or None for a text that is none."""
    if text.startswith("urn:epc:"):
        urn = _URN.fullmatch(text)
        return None if urn is None else _from_urn(*urn.groups())
    link = _LINK.fullmatch(text) if text.startswith("http") else None
    return None if link is None else _from_path(link[1])


def _from_urn(scheme: str, prefix: str, rest: str) -> str | None:
    if scheme in _UNCHECKED:
        form, link = _UNCHECKED[scheme]
        parts = form.fullmatch(rest)
        return None if parts is None else _ROOT + link.format(prefix, *(part.translate(_ENCODED) for part in parts.groups()))
    urn = _URNS.get(scheme)
    reference = _REFERENCE.match(rest)
    if urn is None or reference is None or len(prefix) + reference.end() != urn.digits:
        return None
    parts = re.fullmatch(urn.rest, rest[reference.end() :])
    if parts is None:
        return None
    digits = reference[0]
    key = digits[:1] + prefix + digits[1:] if urn.leads else urn.zero + prefix + digits
    qualifiers = urn.link.format(*(part.translate(_ENCODED) for part in parts.groups()))
    if scheme == "id:sgln" and parts[1] == "0":  # no extension
        qualifiers = ""
    return f"{_ROOT}{urn.ai}/{key}{gs1_check_digit(key)}{qualifiers}"


def _from_path(path: str) -> str | None:
    segments = [_NAMES.get(segment, segment) for segment in path.split("/")]
    for at, ai in enumerate(segments[:-1]):
        found = _FORMS[ai].fullmatch("/".join(segments[at + 1 :])) if ai in _FORMS else None
        if found is not None:
            parts = found.groupdict()
            key = parts["key"].zfill(14) if ai == "01" else parts["key"]
            return f"{_ROOT}{ai}/{key}{parts.get('serial') or parts.get('lot') or ''}"
    return None
