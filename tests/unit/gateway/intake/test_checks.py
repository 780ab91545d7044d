"""Field checks of one event."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from certs.canonical import canonical
from certs.scope import scope_bits
from gateway.catalogue.rows import Days, Variety
from gateway.catalogue.tables import read_catalogue
from gateway.errors import Fault
from gateway.intake.checks import Facts, Rules, check_event
from gateway.intake.context import General
from gateway.intake.members import Member
from gateway.intake.rules.single_use import PaperUse
from gateway.store.enterprises import Enterprise
from tests.service import ABATTOIR, COM, CONTEXT, ENTERPRISES, EVERYTHING, FARM, KINDS, NOW, event

CATALOGUE = read_catalogue()
REGISTERED = {uscc: Enterprise(uscc, "示例", KINDS[uscc], member) for uscc, member in ENTERPRISES.items()}
RULES = Rules(
    catalogue=CATALOGUE, members={member: Member("X", EVERYTHING, True, 1) for member in ENTERPRISES.values()},
    enterprises=REGISTERED, may_submit_for={ABATTOIR}, hosts={"id.gs1.org"}, now=NOW, future_s=300,
    context=CONTEXT,
)  # fmt: skip
NO_TERMS: dict[str, Any] = dict.fromkeys(name for name in event() if name.startswith("cn:"))
GOODS = "https://id.gs1.org/01/09521234200024"


def faults(rules: Rules = RULES, **changes: Any) -> list[tuple[str, str]]:
    found = check_event(event(**changes), "/e", rules)
    return [] if isinstance(found, Facts) else [(fault.code, fault.pointer.removeprefix("/e")) for fault in found]


def at(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_good_event_gives_the_facts_of_its_record() -> None:
    facts = check_event(event(), "", RULES)
    assert facts == Facts(
        None,
        COM,
        ABATTOIR,
        "pork",
        "livestock",
        "slaughter",
        ("01/09521234100027/10/S20250602-07",),
        scope_bits("livestock", "slaughter"),
        hashlib.sha256(canonical(event())).digest(),
        (Fault("time.late", "/eventTime"),),
        (PaperUse("meatQualityCert", "ABAPZ25060207", "S20250602-07", "/cn:meatQualityCert", False),),
    )


def declared(**declaration: object) -> dict[str, object]:
    """An event that declares an error at a good time."""
    return {"errorDeclaration": {"declarationTime": "2025-06-02T09:00:00Z", **declaration}}


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_an_event_is_an_object(value: Any) -> None:
    found = check_event(value, "/e", RULES)
    assert isinstance(found, list) and [(fault.code, fault.pointer) for fault in found] == [("epcis.schema", "/e")]


def test_all_faults_are_named_at_once() -> None:
    found = faults(
        type="X", eventTimeZoneOffset=None, cn__category=None, cn__link="x", quantityList=[{"epcClass": 1, "quantity": "1"}]
    )
    assert sorted(found) == [
        ("catalogue.required_field", "/cn:category"),
        ("catalogue.unknown_link", "/cn:link"),
        ("epcis.schema", "/eventTimeZoneOffset"),
        ("epcis.schema", "/quantityList/0/epcClass"),
        ("epcis.unknown_event_type", "/type"),
        ("qty.format", "/quantityList/0/quantity"),
    ]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"type": None}, "epcis.unknown_event_type", "/type"),
        ({"type": ["ObjectEvent"]}, "epcis.unknown_event_type", "/type"),
        ({"@context": {}}, "epcis.context.event", "/@context"),
        ({"ilmd": [], "action": "ADD"}, "epcis.schema", "/ilmd"),
        ({"errorDeclaration": "x"}, "epcis.schema", "/errorDeclaration"),
        (declared(correctiveEventIDs="urn:x:1"), "epcis.schema", "/errorDeclaration/correctiveEventIDs"),
        (declared(correctiveEventIDs=["no uri"]), "epcis.schema", "/errorDeclaration/correctiveEventIDs/0"),
        (declared(correctiveEventIDs=[{}]), "epcis.schema", "/errorDeclaration/correctiveEventIDs/0"),
        (declared(correctiveEventIDs=["urn:x:1"] * 17), "epcis.schema", "/errorDeclaration/correctiveEventIDs"),
        ({"errorDeclaration": {}}, "epcis.schema", "/errorDeclaration/declarationTime"),
        ({"errorDeclaration": {"declarationTime": "2025-06-02T09:00:00"}}, "time.naive", "/errorDeclaration/declarationTime"),
        ({"recordTime": "yesterday"}, "time.invalid", "/recordTime"),
        ({"eventID": ""}, "epcis.schema", "/eventID"),
        ({"eventID": 1}, "epcis.schema", "/eventID"),
        ({"eventID": "no-scheme"}, "epcis.schema", "/eventID"),
        ({"eventID": "urn:批号"}, "epcis.schema", "/eventID"),
        ({"eventID": "urn:a b"}, "epcis.schema", "/eventID"),
        ({"eventID": "urn:" + "x" * 509}, "epcis.schema", "/eventID"),
        ({"eventTimeZoneOffset": 8}, "epcis.schema", "/eventTimeZoneOffset"),
        ({"eventTimeZoneOffset": "+14:30"}, "epcis.schema", "/eventTimeZoneOffset"),
        ({"eventTimeZoneOffset": "8:00"}, "epcis.schema", "/eventTimeZoneOffset"),
        ({"eventTime": None}, "epcis.schema", "/eventTime"),
        ({"eventTime": 1}, "time.invalid", "/eventTime"),
        ({"eventTime": "2025-02-30T00:00:00Z"}, "time.invalid", "/eventTime"),
        ({"eventTime": "2025-06-02T22:15:00.5"}, "time.naive", "/eventTime"),
        ({"eventTime": "9999-12-31T23:59:59Z"}, "time.future", "/eventTime"),
        ({"eventTime": "0001-01-01T00:00:00+14:00"}, "time.invalid", "/eventTime"),
        ({"epcList": GOODS}, "epcis.schema", "/epcList"),
        ({"quantityList": [1]}, "epcis.schema", "/quantityList/0"),
        ({"quantityList": [{"epcClass": GOODS, "quantity": True}]}, "qty.format", "/quantityList/0/quantity"),
        ({"quantityList": [{"epcClass": GOODS, "quantity": None}]}, "qty.format", "/quantityList/0/quantity"),
        ({"quantityList": [{"epcClass": GOODS, "quantity": 0}]}, "qty.not_positive", "/quantityList/0/quantity"),
        ({"quantityList": [{"epcClass": GOODS, "quantity": -0.5}]}, "qty.not_positive", "/quantityList/0/quantity"),
        ({"cn:category": "unicorn"}, "catalogue.unknown_category", "/cn:category"),
        ({"cn:category": ""}, "catalogue.required_field", "/cn:category"),
        ({"cn:category": ["pork"]}, "catalogue.required_field", "/cn:category"),
        ({"cn:link": None}, "catalogue.required_field", "/cn:link"),
        ({"cn:uscc": None}, "catalogue.required_field", "/cn:uscc"),
        ({"cn:uscc": FARM}, "submitter.not_allowed", "/cn:uscc"),
        ({"cn:uscc": ABATTOIR[:-1] + "0"}, "id.uscc_check", "/cn:uscc"),
        ({"cn:uscc": ABATTOIR.lower()}, "id.uscc_format", "/cn:uscc"),
        *[
            ({f"cn:{term}": ABATTOIR[:-1] + "0"}, "id.uscc_check", f"/cn:{term}")
            for term in ("onBehalfOfUscc", "sellerUscc", "buyerUscc", "producerUscc", "abattoirUscc")
        ],
        ({"cn:sellerUscc": 1}, "id.uscc_format", "/cn:sellerUscc"),
        ({"cn:sellerUscc": ""}, "id.uscc_format", "/cn:sellerUscc"),
        ({"cn:sellerUscc": [ABATTOIR]}, "id.uscc_format", "/cn:sellerUscc"),
        ({"cn:abattoirUscc": []}, "id.uscc_format", "/cn:abattoirUscc"),
        ({"cn:abattoirUscc": [ABATTOIR, 1]}, "id.uscc_format", "/cn:abattoirUscc/1"),
        ({"x:y": "z" * 60_000, "x:z": "z" * 6_000}, "event.size", ""),
        ({"x:y": [0] * 4_000}, "event.values", ""),
        ({"x:y": eval("[" * 24 + "]" * 24)}, "event.depth", ""),  # the event itself is one level more
    ],
)
def test_one_fault_has_its_code_and_place(changes: dict[str, Any], code: str, pointer: str) -> None:
    assert faults(**changes) == [(code, pointer)]


@pytest.mark.parametrize(
    "changes",
    [
        {"eventTimeZoneOffset": "-13:59"},
        {"eventTimeZoneOffset": "+14:00"},
        {"eventTime": "2025-06-01T19:00:00Z"},
        {"eventID": "urn:" + "x" * 508},
        {"quantityList": [{"epcClass": GOODS}]},
        {"cn:abattoirUscc": [ABATTOIR, FARM]},
        {"ilmd": {}, "action": "ADD"},
        {"x:y": [0] * 3_900},
        {"x:y": eval("[" * 23 + "]" * 23)},
        {"cn:officialVet": "<b>"},
    ],
)
def test_what_is_at_the_edge_is_taken(changes: dict[str, Any]) -> None:
    assert faults(**changes) == []


def test_a_clock_may_be_five_minutes_ahead_and_no_more() -> None:
    assert faults(eventTime=at(NOW + 300)) == []
    assert faults(eventTime=at(NOW + 301)) == [("time.future", "/eventTime")]


def test_a_variety_is_judged_on_its_day_in_beijing() -> None:
    crayfish = Variety("aquatic", "小龙虾", Days(date(2025, 7, 1)), ("pork",))
    pigeon = Variety("poultry", "活鸽", Days(date(2015, 10, 1), date(2024, 12, 31)), ("pork",))
    rules = replace(RULES, catalogue=replace(CATALOGUE, varieties={"crayfish": (crayfish,), "pigeon": (pigeon,)}))
    early = [("catalogue.not_in_force", "/cn:category")]
    assert faults(rules, cn__category="crayfish", eventTime="2025-06-30T15:59:59Z") == early
    assert faults(rules, cn__category="crayfish", eventTime="2025-06-30T16:00:00Z") == []
    assert faults(rules, cn__category="pigeon", eventTime="2024-12-31T23:59:59+08:00") == []
    assert faults(rules, cn__category="pigeon", eventTime="2025-01-01T00:00:00+08:00") == early


def test_the_submitter_is_registered_under_a_member_that_is_served_here() -> None:
    assert faults(replace(RULES, enterprises={})) == [("submitter.unregistered", "/cn:uscc")]
    closed = replace(REGISTERED[ABATTOIR], closed_at=NOW - 1)
    assert faults(replace(RULES, enterprises={ABATTOIR: closed})) == [("submitter.closed", "/cn:uscc")]
    for members in ({}, {COM: Member("COM", EVERYTHING, False, 1)}):
        assert faults(replace(RULES, members=members)) == [("submitter.member", "/cn:uscc")]


@pytest.mark.parametrize(("class_", "stage"), [("livestock", "retail"), ("grain", "slaughter")])
def test_a_class_or_stage_that_the_member_may_not_anchor_is_refused(class_: str, stage: str) -> None:
    """One such event would make the contract refuse the whole batch."""
    rules = replace(RULES, members={COM: Member("COM", scope_bits(class_, stage), True, 1)})
    assert faults(rules) == [("event.scope", "/cn:link")]


def test_no_fault_holds_anything_of_the_input() -> None:
    found = faults(**{"cn:category": "Zq-secret", "eventID": "Zq secret", "type": "Zq", "x:Zq": eval("[" * 23 + "]" * 23)})
    assert found and "Zq" not in str(found)


def test_texts_are_judged_under_the_general_profile_too_and_the_catalogue_is_not() -> None:
    general = replace(RULES, general=General(ABATTOIR, None), context=CONTEXT[0])
    assert faults(general, readPoint=None, x__scNo="x", **NO_TERMS) == []
    assert faults(general, x__officialVet="a\u202eb", **NO_TERMS) == [("text.bidi_control", "")]
    found = check_event(event(x__officialVet="Mіlk", **NO_TERMS), "", general)
    assert isinstance(found, Facts) and (found.uses, found.class_) == ((), "other")
    assert [fault.code for fault in found.warnings] == ["text.mixed_script"]


@pytest.mark.parametrize("term", ["scNo", "officialVet", "anything"])
def test_a_term_of_ours_written_out_is_refused_under_either_profile(term: str) -> None:
    written = {f"{RULES.catalogue.tiers.namespace}{term}": "x"}
    assert faults(**written) == [("epcis.prefix", "")]
    for prefixes in (None, frozenset({"x"})):
        general = replace(RULES, general=General(ABATTOIR, prefixes))
        assert faults(general, **written, **NO_TERMS) == [("epcis.prefix", "")]
    assert faults(bizLocation={"id": "urn:x:1", **written}) == [("epcis.prefix", "/bizLocation")]


def test_terms_of_the_catalogue_are_refused_under_the_general_profile() -> None:
    for prefixes in (None, frozenset({"x"})):
        general = replace(RULES, general=General(ABATTOIR, prefixes))
        assert faults(general, cn__scNo="x", **NO_TERMS) == [("epcis.prefix", "")]


def test_a_field_that_is_not_public_may_not_stand_inside_one_that_is() -> None:
    place = {"id": "https://id.gs1.org/414/9521234000020", "cn:driverPhone": "13800000000"}
    assert faults(readPoint=place) == [("event.hidden_field", "/readPoint")]
    assert faults(**declared(**{"cn:driverPhone": "1"})) == [("event.hidden_field", "/errorDeclaration")]


def test_what_the_standard_refuses_is_not_refused_again_by_the_catalogue() -> None:
    assert faults(bizStep="slaughtering") == [("epcis.vocab", "/bizStep")]
    assert faults(quantityList=[{"epcClass": GOODS, "quantity": 1, "uom": 1}]) == [("epcis.schema", "/quantityList/0/uom")]


def test_an_event_that_must_anchor_names_goods_that_a_certificate_can_name() -> None:
    private = [{"epcClass": "https://x.example/lot/1", "quantity": 1, "uom": "KGM"}]
    assert faults(quantityList=private) == [("catalogue.must_anchor", "")]


def test_an_error_declaration_repeats_what_no_rule_would_take_and_is_never_late() -> None:
    wrong = event(cn__meatQualityCert=None, bizStep="receiving", **declared())
    found = check_event(wrong, "", RULES)
    assert isinstance(found, Facts) and (found.warnings, found.uses) == ((), ())


def test_the_clock_tolerance_is_the_smaller_of_the_settings_and_the_catalogues() -> None:
    strict = replace(CATALOGUE, bounds=replace(CATALOGUE.bounds, future_s=10))
    for rules in (replace(RULES, future_s=10), replace(RULES, catalogue=strict)):
        assert faults(rules, eventTime=at(NOW + 10)) == []
        assert faults(rules, eventTime=at(NOW + 11)) == [("time.future", "/eventTime")]


def test_a_fault_says_what_kind_of_value_was_found() -> None:
    found = check_event(event(cn__productQuarantineCertB="310123456", cn__meatQualityCert=None), "", RULES)
    assert isinstance(found, list)
    assert {fault.code: fault.value for fault in found} == {
        "id.quarantine_format": "digits:9", "catalogue.required_field": "missing",
    }  # fmt: skip
