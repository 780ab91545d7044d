"""
The @context of a submission: what it may say, and which profile it chooses.

EPCIS's own context must be there, and an inline table may add prefixes and say what type their names have, nothing else: fields
are tiered by the name as it is written, so a context that gives an EPCIS name another meaning is refused. A context that declares
`cn` (as our namespace, once) puts its events under the Shanghai catalogue; one that does not is judged by EPCIS alone: the
general profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from certs.canonical import canonical, count_values
from gateway.catalogue.tables import TierTable
from gateway.errors import Fault

EPCIS_CONTEXTS: Final = (
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    "https://gs1.github.io/EPCIS/epcis-context.jsonld",  # where it stood before, and where GS1's own examples still find it
)
MAX_CONTEXT_BYTES: Final = 8_192  # the context travels in every certificate
MAX_CONTEXT_VALUES: Final = 200
_OURS: Final = "cn"  # the prefix of the Shanghai catalogue's terms
_MASTER_DATA: Final = ("cbvmda", "urn:epcglobal:cbv:mda:")  # what that prefix means; lots are read by its names
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_TERM = re.compile(rf"{_PREFIX.pattern}:[A-Za-z0-9_.-]+")
_OF_EPCIS: Final = frozenset({"epcis", "cbv", "cbvmda", "gs1", "rdfs", "owl", "xsd", "dcterms"})  # that context declares these


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
    if _OURS in names:
        return None
    is_whole = all(text in EPCIS_CONTEXTS for text in _texts(context))
    return General(owner, _OF_EPCIS | names if is_whole else None)


def context_faults(context: Any, tiers: TierTable) -> Iterator[Fault]:
    """What a context may not say. `tiers` has the names whose meaning is fixed, and the namespace of `cn`."""
    tables, texts = _tables(context), _texts(context)
    count = len(context) if isinstance(context, list) else 1
    if not any(text in EPCIS_CONTEXTS for text in texts) or len(tables) + len(texts) != count:
        yield Fault("epcis.context", "/@context")
        return
    if not all(_may_say(name, target, tiers) for table in tables for name, target in table.items()):
        yield Fault("epcis.context.term", "/@context")
    ours = [table[_OURS] for table in tables if _OURS in table]
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
    if name in tiers.event or name in tiers.ilmd:
        return False
    if isinstance(target, str):
        return _PREFIX.fullmatch(name) is not None
    is_type = isinstance(target, dict) and target.keys() == {"@type"} and isinstance(target["@type"], str)
    return is_type and _TERM.fullmatch(name) is not None
