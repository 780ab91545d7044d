"""
The @context of a submission: what it may say, and which profile it chooses.

EPCIS's own context must be there, and an inline table may add prefixes and say what type their names have, nothing else: fields
are tiered by the name as it is written, so a context that gives an EPCIS name another meaning is refused. A context that declares
`cn` (as our namespace, once) puts its events under the Shanghai catalogue; one that does not is judged by EPCIS alone: the
general profile.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from certs.canonical import canonical, count_values
from gateway.catalogue.tables import TierTable
from gateway.errors import Fault
from gateway.intake.standard.kinds import names_in
from gateway.intake.standard.tables import ANY_EVENT
from gateway.intake.standard.uris import is_uri

EPCIS_CONTEXTS: Final = (
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    "https://gs1.github.io/EPCIS/epcis-context.jsonld",  # where it stood before, and where GS1's own examples still find it
)
MAX_CONTEXT_BYTES: Final = 8_192  # the context travels in every certificate
MAX_CONTEXT_VALUES: Final = 200
OURS: Final = "cn"  # the prefix of the Shanghai catalogue's terms
_MASTER_DATA: Final = ("cbvmda", "urn:epcglobal:cbv:mda:")  # what that prefix means; lots are read by its names
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_TERM = re.compile(rf"{_PREFIX.pattern}:[A-Za-z0-9_.-]+")
_TARGETS: Final = {  # EPCIS's context declares these; saying the same again changes nothing
    "epcis": "https://ref.gs1.org/epcis/", "cbv": "https://ref.gs1.org/cbv/", "cbvmda": _MASTER_DATA[1],
    "gs1": "https://gs1.org/voc/", "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "dcterms": "http://purl.org/dc/terms/",
}  # fmt: skip
_OF_EPCIS: Final = frozenset(_TARGETS)
_SCHEMES: Final = frozenset({"urn", "http", "https", "ni"})  # as prefixes they would change what identifiers mean
_SPELLED: Final = ("https://ref.gs1.org/epcis/", "https://ref.gs1.org/cbv/", _MASTER_DATA[1])  # their terms have one spelling
_NAMES: Final = frozenset(names_in(ANY_EVENT))  # terms of EPCIS's context, which no prefix may be called


@dataclass(frozen=True, slots=True)
class General:
    """Judged by EPCIS alone: who submits (a USCC), and which prefixes an extension may have.

    `prefixes` is None where the context cites another document, which is not read and may declare any.
    """

    submitter: str
    prefixes: frozenset[str] | None


def general_profile(context: Any, owner: str) -> General | None:
    """The general profile of a context that `context_faults` found good, or None where the catalogue judges it.

    `owner` is the USCC to which the caller's key is bound: who submits is said by the key alone, as no field says it.
    """
    names = {name for table in _tables(context) for name in table if ":" not in name}
    if OURS in names:
        return None
    is_whole = all(text in EPCIS_CONTEXTS for text in _texts(context))
    return General(owner, _OF_EPCIS | names if is_whole else None)


def content_sha256(event: Mapping[str, Any], context: Any) -> bytes:
    """SHA-256 of what a submission says: the event's JCS bytes, for the general profile that it is said under that, and of an
    event without eventID what the prefixes mean that it uses of the context's own: its hash id tells them apart too.

    Without recordTime: that is no part of what the sender says, but the moment at which a system took it (EPCIS 2.0 §7.4.1).
    """
    return said_sha256(event, canonical(event), context)


def said_sha256(event: Mapping[str, Any], raw: bytes, context: Any) -> bytes:
    """`content_sha256` of an event whose JCS bytes `raw` are at hand: that of EVENT or `["general",EVENT]`, and where prefixes
    are used of `["catalogue",EVENT,{PREFIX:IRI}]` or `["general",EVENT,{PREFIX:IRI}]`."""
    if "recordTime" in event:
        raw = canonical({name: value for name, value in event.items() if name != "recordTime"})
    is_general = general_profile(context, "") is not None
    used = canonical(_used_prefixes(event, context))
    if used == b"{}":
        return hashlib.sha256(b'["general",' + raw + b"]" if is_general else raw).digest()
    return hashlib.sha256(b"".join((b'["general",' if is_general else b'["catalogue",', raw, b",", used, b"]"))).digest()


def _used_prefixes(event: Mapping[str, Any], context: Any) -> dict[str, str]:
    """What the prefixes of an event without eventID mean, where names or values use them and EPCIS and we do not fix them."""
    said = {name: target for table in _tables(context) for name, target in table.items() if isinstance(target, str)}
    said = {name: target for name, target in said.items() if name != OURS and _TARGETS.get(name) != target}
    used: set[str] = set()
    waiting: list[Any] = [event] if said and "eventID" not in event else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            used.add(value.partition(":")[0])
        elif isinstance(value, Mapping):
            used.update(name.partition(":")[0] for name in value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return {name: said[name] for name in used & said.keys()}


def context_faults(context: Any, tiers: TierTable) -> Iterator[Fault]:
    """What a context may not say. `tiers` has the names whose meaning is fixed, and the namespace of `cn`."""
    tables, texts = _tables(context), _texts(context)
    count = len(context) if isinstance(context, list) else 1
    if not any(text in EPCIS_CONTEXTS for text in texts) or len(tables) + len(texts) != count:
        yield Fault("epcis.context", "/@context")
        return
    said = [entry for table in tables for entry in table.items()]
    prefixes = {OURS, *_OF_EPCIS, *(name for name, _ in said)}
    if any(isinstance(target, str) and target.partition(":")[0] in prefixes for _, target in said):  # put together of prefixes
        yield Fault("epcis.context.term", "/@context")
        return
    if not all(map(is_uri, texts)) or not all(_may_say(name, target, tiers) for name, target in said):
        yield Fault("epcis.context.term", "/@context")
    ours = [table[OURS] for table in tables if OURS in table]
    if ours not in ([], [tiers.namespace]):
        yield Fault("epcis.context.cn", "/@context")
    if ours and any(table.get(_MASTER_DATA[0], _MASTER_DATA[1]) != _MASTER_DATA[1] for table in tables):
        yield Fault("epcis.context.term", "/@context")
    if len(canonical(context)) > MAX_CONTEXT_BYTES or count_values(context) > MAX_CONTEXT_VALUES:  # depth: its terms are flat
        yield Fault("epcis.context.size", "/@context")


def _tables(context: Any) -> list[dict[str, Any]]:
    return [entry for entry in (context if isinstance(context, list) else [context]) if isinstance(entry, dict)]


def _texts(context: Any) -> list[str]:
    return [entry for entry in (context if isinstance(context, list) else [context]) if isinstance(entry, str)]


def _may_say(name: str, target: Any, tiers: TierTable) -> bool:
    """Prefixes, and the type of an extension's value; never another meaning for a name of EPCIS or of ours, or for a keyword."""
    if name in tiers.event or name in tiers.ilmd or name in _NAMES:
        return False
    if isinstance(target, str):
        if name in _TARGETS and name != _MASTER_DATA[0]:  # an example of GS1 moves that one; under the catalogue it may not
            return target == _TARGETS[name]
        ours = tiers.namespace  # our terms have one spelling, and no prefix under which they could be put together
        is_other = name == OURS or not any(target.startswith(each) or each.startswith(target) for each in (ours, *_SPELLED))
        is_other = (is_other or name == _MASTER_DATA[0]) and name not in _SCHEMES
        return _PREFIX.fullmatch(name) is not None and is_uri(target) and is_other
    is_type = isinstance(target, dict) and target.keys() == {"@type"} and _is_type(target["@type"])
    return is_type and _TERM.fullmatch(name) is not None and name.split(":", maxsplit=1)[0] not in {OURS, *_OF_EPCIS}


def _is_type(value: Any) -> bool:
    return value in ("@id", "@vocab") or is_uri(value)
