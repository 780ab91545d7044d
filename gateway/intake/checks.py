"""
Field checks of one event, all faults at once, before anything is stored.

What passes can always become a certificate: its size fits, its codes, time, class and stage have the certificate's form, its
submitter may speak for it and its member may anchor it. The full catalogue of required fields is not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from certs.canonical import canonical, count_values, nesting
from certs.codes import is_uscc_form, uscc_is_valid
from certs.errors import MalformedCertificate
from certs.limits import LIMITS
from certs.scope import scope_bits
from certs.times import parse_time
from gateway.catalogue.tables import Catalogue
from gateway.errors import Fault
from gateway.intake.codes import event_codes, list_faults, quantities
from gateway.intake.members import Member

EVENT_TYPES: Final = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
MAX_EVENT_BYTES: Final = 65_536  # JCS: a certificate of 256 KiB holds it with its evidence
MAX_EVENT_VALUES: Final = 4_000  # a certificate of 10,000 values holds it
MAX_EVENT_DEPTH: Final = 24  # an event lies four levels deep in a certificate of 32
MAX_EVENT_ID: Final = 512  # characters
MAX_CORRECTIVE: Final = 16  # corrective events of one error declaration
BEIJING_OFFSET_S: Final = 8 * 3_600
_USCC_TERMS: Final = ("uscc", "onBehalfOfUscc", "sellerUscc", "buyerUscc", "producerUscc", "abattoirUscc")
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+")
_EPOCH = date(1970, 1, 1)


def is_event_id(text: object) -> bool:
    """Whether this can be an eventID: a URI of printable ASCII, up to 512 characters."""
    return isinstance(text, str) and len(text) <= MAX_EVENT_ID and _URI.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Rules:
    """What events are judged by: tables, members by USCC, enterprises' members, whom the caller may speak for, the time."""

    catalogue: Catalogue
    members: Mapping[str, Member]
    enterprises: Mapping[str, str]  # USCC of a registered enterprise → USCC of its member (主管单位)
    may_submit_for: Collection[str]
    hosts: Collection[str]
    now: int  # seconds since 1970
    future_s: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a good event says in the words of a record. `event_id` is None where the submitter gave none."""

    event_id: str | None
    member: str
    submitter: str
    class_: str
    stage: str
    codes: tuple[str, ...]
    scope: int
    warnings: tuple[Fault, ...] = ()


def check_event(event: Any, at: str, rules: Rules) -> Facts | list[Fault]:
    """The facts of a good event, or everything that is wrong with it. `at` is its JSON pointer."""
    if not isinstance(event, dict):
        return [Fault("epcis.schema", at)]
    faults = list(_size_faults(event, at))
    if faults:
        return faults
    codes, faults = event_codes(event, at, rules.hosts)
    if len(codes) > LIMITS.codes:
        faults.append(Fault("event.codes.many", at))
    for check in (_shape_faults, _quantity_faults, list_faults, _uscc_faults):
        faults.extend(check(event, at))
    day = _check_times(event, at, rules, faults)
    found = _check_catalogue(event, at, rules, day, faults)
    member = _check_submitter(event, at, rules, faults)
    if faults or found is None or member is None:
        return faults
    class_, stage = found
    scope = scope_bits(class_, stage)
    if scope & rules.members[member].scope != scope:
        return [Fault("event.scope", f"{at}/cn:link")]
    return Facts(event.get("eventID"), member, event["cn:uscc"], class_, stage, codes, scope)


def _size_faults(event: dict[str, Any], at: str) -> Iterator[Fault]:
    raw = canonical(event)
    if len(raw) > MAX_EVENT_BYTES:
        yield Fault("event.size", at)
    if count_values(event) > MAX_EVENT_VALUES:
        yield Fault("event.values", at)
    if nesting(raw) > MAX_EVENT_DEPTH:
        yield Fault("event.depth", at)


def _shape_faults(event: dict[str, Any], at: str) -> Iterator[Fault]:
    if event.get("type") not in EVENT_TYPES:
        yield Fault("epcis.unknown_event_type", f"{at}/type")
    if "@context" in event:  # it could give the names below it another meaning than the document's
        yield Fault("epcis.context.event", f"{at}/@context")
    if "ilmd" in event and not isinstance(event["ilmd"], dict):
        yield Fault("epcis.schema", f"{at}/ilmd")
    if "errorDeclaration" in event:
        yield from _declaration_faults(event["errorDeclaration"], f"{at}/errorDeclaration")
    if "eventID" in event and not is_event_id(event["eventID"]):
        yield Fault("epcis.schema", f"{at}/eventID")
    offset = event.get("eventTimeZoneOffset")
    if not isinstance(offset, str) or _OFFSET.fullmatch(offset) is None:
        yield Fault("epcis.schema", f"{at}/eventTimeZoneOffset")


def _declaration_faults(declaration: Any, at: str) -> Iterator[Fault]:
    if not isinstance(declaration, dict):
        yield Fault("epcis.schema", at)
        return
    ids = declaration.get("correctiveEventIDs", [])
    if not isinstance(ids, list) or len(ids) > MAX_CORRECTIVE or not all(map(is_event_id, ids)):
        yield Fault("epcis.schema", f"{at}/correctiveEventIDs")


def _quantity_faults(event: dict[str, Any], at: str) -> Iterator[Fault]:
    for element, pointer in quantities(event, at):
        if not isinstance(element, dict):
            yield Fault("epcis.schema", pointer)
            continue
        amount = element.get("quantity", 1)  # absent: the instances are not counted (EPCIS 2.0 §7.3.3.3)
        if not isinstance(amount, int | float) or isinstance(amount, bool):
            yield Fault("qty.format", f"{pointer}/quantity")
        elif amount <= 0:
            yield Fault("qty.not_positive", f"{pointer}/quantity")


def _uscc_faults(event: dict[str, Any], at: str) -> Iterator[Fault]:
    for term in _USCC_TERMS:
        if f"cn:{term}" not in event:
            continue
        uscc = event[f"cn:{term}"]
        if not is_uscc_form(uscc):
            yield Fault("id.uscc_format", f"{at}/cn:{term}")
        elif not uscc_is_valid(uscc):
            yield Fault("id.uscc_check", f"{at}/cn:{term}")


def _check_times(event: dict[str, Any], at: str, rules: Rules, faults: list[Fault]) -> date | None:
    """The calendar day of eventTime in Beijing, or None; faults of every time field are added."""
    declaration = event.get("errorDeclaration")
    if isinstance(declaration, dict):
        _read_time(declaration.get("declarationTime"), f"{at}/errorDeclaration/declarationTime", faults)
    if "recordTime" in event:
        _read_time(event["recordTime"], f"{at}/recordTime", faults)
    seconds = _read_time(event.get("eventTime"), f"{at}/eventTime", faults)
    if seconds is None:
        return None
    if seconds > rules.now + rules.future_s:
        faults.append(Fault("time.future", f"{at}/eventTime"))
        return None
    try:
        return _EPOCH + timedelta(days=(seconds + BEIJING_OFFSET_S) // 86_400)
    except OverflowError:  # the first hours of the calendar
        faults.append(Fault("time.invalid", f"{at}/eventTime"))
        return None


def _read_time(value: Any, pointer: str, faults: list[Fault]) -> int | None:
    try:
        return parse_time(value if isinstance(value, str) else "")
    except MalformedCertificate:
        naive = isinstance(value, str) and _NAIVE.fullmatch(value)
        faults.append(Fault("time.naive" if naive else "time.invalid", pointer))
        return None


def _check_catalogue(
    event: dict[str, Any], at: str, rules: Rules, day: date | None, faults: list[Fault]
) -> tuple[str, str] | None:
    """Class and stage, from variety and link."""
    category, link = (_term(event, at, name, faults) for name in ("category", "link"))
    variety = rules.catalogue.varieties.get(category or "")
    stage = rules.catalogue.stages.get(link or "")
    if category is not None and variety is None:
        faults.append(Fault("catalogue.unknown_category", f"{at}/cn:category"))
    if link is not None and stage is None:
        faults.append(Fault("catalogue.unknown_link", f"{at}/cn:link"))
    if variety is not None and day is not None and not variety.is_in_force(day):
        faults.append(Fault("catalogue.not_in_force", f"{at}/cn:category"))
    return None if variety is None or stage is None else (variety.class_, stage)


def _term(event: dict[str, Any], at: str, name: str, faults: list[Fault]) -> str | None:
    value = event.get(f"cn:{name}")
    if isinstance(value, str) and value:
        return value
    faults.append(Fault("catalogue.required_field", f"{at}/cn:{name}"))
    return None


def _check_submitter(event: dict[str, Any], at: str, rules: Rules, faults: list[Fault]) -> str | None:
    """The USCC of the member under which the submitter's events close."""
    uscc = _term(event, at, "uscc", faults)
    if uscc is None or not uscc_is_valid(uscc):
        return None
    if uscc not in rules.may_submit_for:
        faults.append(Fault("submitter.not_allowed", f"{at}/cn:uscc"))
        return None
    member = rules.enterprises.get(uscc)
    if member is None:
        faults.append(Fault("submitter.unregistered", f"{at}/cn:uscc"))
    elif member not in rules.members or not rules.members[member].served:
        faults.append(Fault("submitter.member", f"{at}/cn:uscc"))
        return None
    return member
