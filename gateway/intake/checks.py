"""
Field checks of one event, all faults at once, before anything is stored.

What passes can always become a certificate: its size fits, its codes, time, class and stage have the certificate's form, its
submitter may speak for it and its member may anchor it. A document's profile says whether the catalogue or EPCIS alone judges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from certs.canonical import canonical, count_values, nesting
from certs.codes import is_uscc_form, uscc_is_valid
from certs.errors import MalformedCertificate
from certs.scope import scope_bits
from certs.times import parse_time
from gateway.catalogue.rows import Days, Variety
from gateway.catalogue.tables import Catalogue
from gateway.errors import Fault
from gateway.intake.codes import event_codes, quantities
from gateway.intake.context import OURS, General, said_sha256
from gateway.intake.locations import location_faults
from gateway.intake.members import Member
from gateway.intake.rules.accounts import Entry, entries
from gateway.intake.rules.case import Case
from gateway.intake.rules.hidden import hidden_findings
from gateway.intake.rules.judge import judge
from gateway.intake.rules.lot_givers import gives_lots
from gateway.intake.rules.places import Place, find_place, required_text
from gateway.intake.rules.single_use import PaperUse, paper_uses
from gateway.intake.rules.texts import text_findings
from gateway.intake.standard.events import standard_faults
from gateway.store.enterprises import Enterprise
from gateway.value_class import value_class

MAX_EVENT_BYTES: Final = 65_536  # JCS: a certificate of 256 KiB holds it with its evidence
MAX_EVENT_VALUES: Final = 4_000  # a certificate of 10,000 values holds it
MAX_EVENT_DEPTH: Final = 24  # an event lies four levels deep in a certificate of 32
BEIJING_OFFSET_S: Final = 8 * 3_600
_USCC_TERMS: Final = ("uscc", "onBehalfOfUscc", "sellerUscc", "buyerUscc", "producerUscc", "abattoirUscc")
_MANY_USCCS: Final = ("abattoirUscc",)  # the lines of a slip may come from several
_EPOCH = date(1970, 1, 1)
_GENERAL: Final = Place("general", Variety("other", "其他", Days(_EPOCH)), "other", None)  # what EPCIS alone judges


@dataclass(frozen=True, slots=True)
class Rules:
    """What events are judged by: tables, members and enterprises by USCC, whom the caller may speak for, the time."""

    catalogue: Catalogue
    members: Mapping[str, Member]
    enterprises: Mapping[str, Enterprise]
    may_submit_for: Collection[str]
    hosts: Collection[str]
    now: int  # seconds since 1970
    future_s: int
    general: General | None = None  # the document's; None where the catalogue judges it
    context: Any = None  # the document's @context


@dataclass(frozen=True, slots=True)
class _When:
    """eventTime in seconds since 1970 and as a calendar day in Beijing; None where it cannot be read."""

    seconds: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a good event says in the words of a record. `event_id` is None where the submitter gave none."""

    event_id: str | None
    member: str
    submitter: str
    category: str
    class_: str
    stage: str
    codes: tuple[str, ...]
    scope: int
    content_sha256: bytes
    warnings: tuple[Fault, ...] = ()
    uses: tuple[PaperUse, ...] = ()  # papers that serve one lot
    entries: tuple[Entry, ...] = ()  # what it adds to balances over several events
    gives_lots: bool = False  # others go by the lots that it states of units


def check_event(event: Any, at: str, rules: Rules) -> Facts | list[Fault]:
    """The facts of a good event, or everything that is wrong with it. `at` is its JSON pointer."""
    if not isinstance(event, dict):
        return [Fault("epcis.schema", at)]
    raw = canonical(event)
    faults = list(_size_faults(event, raw, at))
    if faults:
        return faults
    codes, faults = event_codes(event, at, rules.hosts)
    faults.extend(location_faults(event, at, rules.hosts))
    faults.extend(_standard_faults(event, at, rules, told={fault.pointer for fault in faults}))
    names_goods = bool(codes or faults)  # what is not of the standard's form has its fault already
    for check in (_amount_faults, _uscc_faults):
        faults.extend(check(event, at))
    when = _check_time(event, at, rules, faults)
    place = _check_place(event, at, rules, when, faults)
    general = rules.general
    submitter = general.submitter if general else required_text(event, at, "cn:uscc", faults)
    member = _check_submitter(submitter, at if general else f"{at}/cn:uscc", rules, faults)
    kind = rules.enterprises[submitter].kind if submitter and member else None
    case = _case(event, at, rules, when, place, kind=kind, names_goods=names_goods)
    warnings = _judge(case, rules, faults)
    if faults or place.variety is None or place.stage is None or submitter is None or member is None:
        return faults
    class_ = place.variety.class_
    scope = scope_bits(class_, place.stage)
    if scope & rules.members[member].scope != scope:
        return [Fault("event.scope", at if general else f"{at}/cn:link")]
    counts = general is None and "errorDeclaration" not in event
    return Facts(
        event.get("eventID"), member, submitter, str(place.category), class_, place.stage, codes, scope,
        uses=tuple(paper_uses(case)) if counts else (), entries=tuple(entries(case)) if counts else (),
        gives_lots=counts and gives_lots(place.link, place.stage, kind),
        content_sha256=said_sha256(event, raw, rules.context), warnings=warnings,
    )  # fmt: skip


def _standard_faults(event: dict[str, Any], at: str, rules: Rules, *, told: Collection[str]) -> Iterator[Fault]:
    """What EPCIS itself does not allow, but for places of which something more telling is said already."""
    prefixes, barred = (rules.general.prefixes, OURS) if rules.general else (None, "")
    found = standard_faults(event, at, prefixes=prefixes, barred=barred, namespace=rules.catalogue.tiers.namespace)
    return (fault for fault in found if fault.pointer not in told)


def _size_faults(event: dict[str, Any], raw: bytes, at: str) -> Iterator[Fault]:
    if len(raw) > MAX_EVENT_BYTES:
        yield Fault("event.size", at)
    if count_values(event) > MAX_EVENT_VALUES:
        yield Fault("event.values", at)
    if nesting(raw) > MAX_EVENT_DEPTH:
        yield Fault("event.depth", at)


def _amount_faults(event: dict[str, Any], at: str) -> Iterator[Fault]:
    for element, pointer in quantities(event, at):
        amount = element.get("quantity") if isinstance(element, dict) else None  # absent: not counted (EPCIS 2.0 §7.3.3.3)
        if isinstance(amount, int | float) and not isinstance(amount, bool) and amount <= 0:
            yield Fault("qty.not_positive", f"{pointer}/quantity", value_class(amount))


def _uscc_faults(event: dict[str, Any], at: str) -> Iterator[Fault]:
    for term in _USCC_TERMS:
        if f"cn:{term}" not in event:
            continue
        value, place = event[f"cn:{term}"], f"{at}/cn:{term}"
        is_many = isinstance(value, list) and value and term in _MANY_USCCS
        for uscc, pointer in [(each, f"{place}/{i}") for i, each in enumerate(value)] if is_many else [(value, place)]:
            if not is_uscc_form(uscc):
                yield Fault("id.uscc_format", pointer, value_class(uscc))
            elif not uscc_is_valid(uscc):
                yield Fault("id.uscc_check", pointer, value_class(uscc))


def _check_time(event: dict[str, Any], at: str, rules: Rules, faults: list[Fault]) -> _When:
    """When eventTime is; what is wrong with its form is the standard's to say."""
    try:
        seconds = parse_time(str(event.get("eventTime")))
    except MalformedCertificate:
        return _When()
    if seconds > rules.now + min(rules.future_s, rules.catalogue.bounds.future_s):
        faults.append(Fault("time.future", f"{at}/eventTime"))
        return _When()
    try:
        return _When(seconds, _beijing_day(seconds))
    except OverflowError:  # the first hours of the calendar
        faults.append(Fault("time.invalid", f"{at}/eventTime"))
        return _When()


def _beijing_day(seconds: int) -> date:
    return _EPOCH + timedelta(days=(seconds + BEIJING_OFFSET_S) // 86_400)


def _check_place(event: dict[str, Any], at: str, rules: Rules, when: _When, faults: list[Fault]) -> Place:
    """The event's variety, stage and link; under the general profile the class and stage `other`."""
    if rules.general:
        return _GENERAL
    place, found = find_place(event, at, rules.catalogue, when.day)
    faults.extend(found)
    return place


def _check_submitter(uscc: str | None, pointer: str, rules: Rules, faults: list[Fault]) -> str | None:
    """The USCC of the member under which the submitter's events close. `pointer` says where the submitter is named."""
    if uscc is None or not uscc_is_valid(uscc):
        return None
    enterprise = rules.enterprises.get(uscc)
    code = ""
    if uscc not in rules.may_submit_for:
        code = "submitter.not_allowed"
    elif enterprise is None:
        code = "submitter.unregistered"
    elif enterprise.closed_at is not None:
        code = "submitter.closed"
    elif enterprise.member not in rules.members or not rules.members[enterprise.member].served:
        code = "submitter.member"
    if code:
        faults.append(Fault(code, pointer))
    return None if code or enterprise is None else enterprise.member


def _case(
    event: dict[str, Any], at: str, rules: Rules, when: _When, place: Place, *, kind: str | None, names_goods: bool
) -> Case:
    return Case(
        event=event, at=at, catalogue=rules.catalogue, now=rules.now, today=_beijing_day(rules.now), day=when.day,
        seconds=when.seconds, variety=place.variety, link=place.link, kind=kind, names_goods=names_goods,
        hosts=rules.hosts,
    )  # fmt: skip


def _judge(case: Case, rules: Rules, faults: list[Fault]) -> tuple[Fault, ...]:
    """Adds what texts and the catalogue refuse, but for places of which something is said already, and returns the warnings."""
    tiers, told = case.catalogue.tiers, {fault.pointer for fault in faults}
    names, longest = {*tiers.event, *tiers.ilmd}, case.catalogue.bounds.text_characters
    findings = text_findings(case.event, case.at, names=names, longest=longest)
    if rules.general is None:
        findings += [*hidden_findings(case), *judge(case)]
    faults.extend(found.fault for found in findings if found.refuses and found.fault.pointer not in told)
    return tuple(found.fault for found in findings if not found.refuses)
