"""
URIs of places and of things without a code in one spelling, however written: `https://id.gs1.org/414/<GLN>[/254/<extension>]`.

EPC URNs and Digital Links of the hosts we know become that link. A URI of another kind or host is itself: a place under a host
that is not ours is not ours. Nothing is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from gateway.intake.canonical_link import canonical_link

_GLN: Final = "https://id.gs1.org/414/"
_HOST = re.compile(r"(?i:https?)://([^/?#]*)")


def canonical_uri(uri: str, hosts: Collection[str]) -> str:
    """The one spelling of a URI. `hosts` are the Digital Link hosts we know."""
    host = _HOST.match(uri)
    if host is not None and host[1] not in hosts:
        return uri
    return canonical_link(uri) or uri


def site_of(place: str) -> str:
    """The site that a canonical place lies in: the GLN without its extension, or the place itself."""
    return place.partition("/254/")[0] if place.startswith(_GLN) else place
