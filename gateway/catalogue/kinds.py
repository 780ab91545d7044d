"""Kinds of enterprise (企业类型): the shipped list with Chinese names, and whatever kind a link of the catalogue names."""

from __future__ import annotations

from gateway.catalogue.overlay import read_shipped
from gateway.catalogue.tables import Catalogue

_FILE = "kinds-2023.json"
_EVERY = "*"


def known_kinds(catalogue: Catalogue) -> dict[str, str]:
    """Every kind an enterprise can be registered as → its Chinese name, "" for one that only a link names."""
    named = {code: str(row["zh"]) for code, row in read_shipped(_FILE)["kinds"].items()}
    uploaders = {kind for rows in catalogue.links.values() for row in rows for kind in row.uploaders} - {_EVERY}
    return {kind: named.get(kind, "") for kind in sorted(named.keys() | uploaders)}
