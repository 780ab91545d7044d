"""Records of accepted events, and what is durable when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from certs.canonical import canonical, parse
from certs.record import Record, Tier
from certs.scope import scope_bits
from gateway.auth import make_key
from gateway.catalogue.tables import read_catalogue
from gateway.errors import Refused
from gateway.intake import accept, epcis
from gateway.intake.accept import take
from gateway.intake.epcis import Document, read_document
from gateway.intake.event_list import EventList
from gateway.intake.hash_id import event_hash_id
from gateway.intake.records import cited_documents
from gateway.routes.views import outcome_view
from gateway.store.tables import captures
from tests.service import ABATTOIR, CODES, COM, CONTEXT, NOW, Service, document, event, service_in

CATALOGUE = read_catalogue()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def test_the_three_bodies_are_those_of_the_protocol(service: Service) -> None:
    raw = document(event())
    service.post("/capture", raw, service.key(ABATTOIR))
    (row,) = service.rows()
    public = parse(row.public_body)
    assert public == {
        "member": COM, "submitter": ABATTOIR, "class": "livestock", "stage": "slaughter", "category": "pork",
        "type": "ObjectEvent", "time": "2025-06-02T03:00:00.000+08:00", "codes": ["01/09521234100027/10/S20250602-07"],
        "context": CONTEXT, "documents": ["cert", "meatQualityCert", "productQuarantineCertB"], "event": public["event"],
    }  # fmt: skip
    assert set(parse(row.bureaus_body)) == {"event"}
    assert parse(row.submitter_body) == {
        "event": {"cn:officialVet": "虚构兽医乙"},
        "sha256": "0x" + hashlib.sha256(raw).hexdigest(),
    }


def test_what_is_stored_gives_the_leaf_and_the_scope_beside_it(service: Service) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    (row,) = service.rows()
    tiers = [
        Tier(salt, parse(body))
        for salt, body in (
            (row.public_salt, row.public_body), (row.bureaus_salt, row.bureaus_body), (row.submitter_salt, row.submitter_body),
        )
    ]  # fmt: skip
    assert Record(row.suite, *tiers).leaf() == row.leaf
    assert row.public_body == canonical(tiers[0].body)
    assert int.from_bytes(row.scope, "big") == scope_bits("livestock", "slaughter")
    assert row.content_sha256 == hashlib.sha256(canonical(event())).digest()
    assert (row.received_at, row.member) == (NOW, COM)


def test_no_salt_is_used_twice(service: Service) -> None:
    listed = [event(eventID=f"urn:x:{i}") for i in range(5)]
    service.post("/capture", document(*listed), service.key(ABATTOIR))
    salts = [salt for row in service.rows() for salt in (row.public_salt, row.bureaus_salt, row.submitter_salt)]
    assert len(set(salts)) == len(salts) == 15
    assert {len(salt) for salt in salts} == {32}


def test_a_kept_event_is_durable_and_waits_for_no_batch(service: Service) -> None:
    logger = event(
        type="AssociationEvent", cn__link="logger_attach", bizStep="assembling", action="ADD", quantityList=None,
        parentID="https://id.gs1.org/8003/09521234900016TRUCK01", childEPCs=["https://id.gs1.org/8004/9521234LOG42"],
    )  # fmt: skip
    service.post("/capture", document(logger), service.key(ABATTOIR))
    (row,) = service.rows()
    assert (row.state, parse(row.public_body)["codes"]) == ("kept", [])


def test_everything_of_a_request_is_one_transaction(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store fails at the last statement: nothing of the request is there."""

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(accept, "finish_capture", fail)
    answer = service.post("/capture", document(event(), event(eventID="urn:x:1")), service.key(ABATTOIR))
    assert answer.status_code == 500
    assert service.stored() == (0, 0)


def test_the_capture_row_says_what_became_of_each_event_and_not_what_it_was(service: Service) -> None:
    key, _ = make_key(ABATTOIR, rights=["submit"], now=NOW, valid_s=60, random=service.random)
    parts = service.app.state.parts
    raw = document(event(), event(type="Zq"))
    capture = take(
        service.db, parts.intake, read_document(raw, tiers=CATALOGUE.tiers, max_events=9), key=key, behaviour="proceed"
    )
    assert [entry["outcome"] for entry in capture.result] == ["accepted", "refused"]
    assert capture.document_sha256 == hashlib.sha256(raw).digest()
    assert "虚构" not in str(capture.result) and "Zq" not in str(capture.result)


def test_an_event_without_an_id_gets_its_hash_id(service: Service) -> None:
    key = service.key(ABATTOIR)
    first = service.post("/capture", document(event(), event(cn__meatQualityCert="ABA-2")), key).json()["events"]
    assert first[0]["eventID"] == event_hash_id(event(), CONTEXT) != first[1]["eventID"]
    assert first[0]["eventID"] == service.post("/capture", document(event()), key).json()["events"][0]["eventID"]


def test_an_error_declaration_without_an_id_is_of_the_event_it_repeats(service: Service) -> None:
    declared = event(errorDeclaration={"declarationTime": "2025-06-02T09:00:00+08:00", "reason": "incorrect_data"})
    said = service.post("/capture", document(event(), declared), service.key(ABATTOIR)).json()["events"]
    assert said[0]["eventID"] == said[1]["eventID"]
    assert [row.declares for row in service.rows()] == [0, 1]


def test_the_same_event_without_an_id_in_other_words_is_a_conflict(service: Service) -> None:
    key = service.key(ABATTOIR)
    service.post("/capture", document(event()), key)
    answer = service.post("/capture", document(event(eventTime="2025-06-01T19:00:00Z")), key)
    assert (answer.status_code, answer.json()["code"]) == (409, "event.id_conflict")


def test_a_hash_id_of_another_event_is_taken_with_a_warning(service: Service) -> None:
    right, wrong = event_hash_id(event(), CONTEXT), event_hash_id(event(bizStep="receiving"), CONTEXT)
    for given, codes in ((right, []), (wrong, ["event.hash_id"])):
        answer = service.post("/capture", document(event(eventID=given)), service.key(ABATTOIR))
        (outcome,) = answer.json()["events"]
        assert (outcome["outcome"], outcome["eventID"]) == ("accepted", given)
        warned = [warning["code"] for warning in outcome["warnings"]]
        assert [code for code in warned if code == "event.hash_id"] == codes


def in_parts(raw: bytes) -> Document:
    """The document as a large one is read."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(epcis, "WHOLE_BYTES", 0)
        found = read_document(raw, tiers=CATALOGUE.tiers, max_events=99)
    assert isinstance(found.events, EventList)
    return found


def test_a_document_in_parts_is_taken_as_a_whole_one_is(service: Service) -> None:
    key, _ = make_key(ABATTOIR, rights=["submit"], now=NOW, valid_s=60, random=service.random)
    raw = document(event(), event(type="Zq"), event(), event(eventID="urn:x:1"))
    capture = take(service.db, service.app.state.parts.intake, in_parts(raw), key=key, behaviour="proceed")
    assert [entry["outcome"] for entry in capture.result] == ["accepted", "refused", "known", "accepted"]
    assert [row.content_sha256 for row in service.rows()] == [
        hashlib.sha256(canonical(said)).digest() for said in (event(), event(eventID="urn:x:1"))
    ]


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_an_event_that_is_no_strict_json_refuses_a_document_in_parts_whole(service: Service, behaviour: str) -> None:
    key, _ = make_key(ABATTOIR, rights=["submit"], now=NOW, valid_s=60, random=service.random)
    raw = document(event(), event(type="Zq"), event(eventID="urn:x:1")).replace(b'"urn:x:1"', b'"urn:x:1", "eventID": "urn:x:2"')
    with pytest.raises(Refused) as refused:
        take(service.db, service.app.state.parts.intake, in_parts(raw), key=key, behaviour=behaviour)
    assert (refused.value.code, refused.value.faults) == ("json.duplicate_key", ())
    assert service.stored() == (0, 0)


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_of_very_many_faults_few_are_kept_and_all_are_counted(service: Service, behaviour: str) -> None:
    bad = event(quantityList=None, epcList=["x"] * 400)
    late = event(quantityList=None, epcList=["x"] * 400, eventTime="2025-02-30T00:00:00Z")
    key, _ = make_key(ABATTOIR, rights=("submit",), on_behalf=(), now=NOW, valid_s=60, random=service.random)
    made = read_document(document(bad, bad, bad, late), tiers=CATALOGUE.tiers, max_events=10)
    with pytest.raises(Refused) as refused:
        take(service.db, service.app.state.parts.intake, made, key=key, behaviour=behaviour)
    assert refused.value.count > 1_600
    assert len(refused.value.faults) < 520
    of_late = {fault.code for fault in refused.value.faults if fault.pointer.startswith("/epcisBody/eventList/3/")}
    assert of_late == {"epcis.schema", "time.invalid"}  # each of its codes, though there is no room left
    answer = service.post("/capture", document(bad, bad, bad, late), service.key(ABATTOIR), gs1_capture_error_behaviour=behaviour)
    assert (answer.json()["errorCount"], len(answer.json()["errors"])) == (refused.value.count, 500)


def test_an_outcome_with_few_of_its_faults_says_how_many_there_are(service: Service) -> None:
    bad = event(quantityList=None, epcList=["x"] * 600)
    key = service.key(ABATTOIR)
    answer = service.post("/capture", document(bad, event()), key, gs1_capture_error_behaviour="proceed")
    with service.db.read() as tx:
        (capture,) = tx.execute(select(captures.c.result)).scalars()
    refused = parse(capture.encode())[0]
    assert (answer.status_code, refused["errorCount"] >= 600, len(refused["errors"]) < 520) == (202, True, True)
    shown = outcome_view(refused, {}, "")
    assert (shown["errorCount"], len(shown["errors"])) == (refused["errorCount"], len(refused["errors"]))


def test_all_faults_of_a_document_in_parts_are_named_at_once(service: Service) -> None:
    key, _ = make_key(ABATTOIR, rights=["submit"], now=NOW, valid_s=60, random=service.random)
    raw = document(event(type="Zq"), event(), event(cn__category="unicorn"))
    with pytest.raises(Refused) as refused:
        take(service.db, service.app.state.parts.intake, in_parts(raw), key=key, behaviour="rollback")
    pointers = {fault.pointer for fault in refused.value.faults}
    assert {"/epcisBody/eventList/0/type", "/epcisBody/eventList/2/cn:category"} <= pointers
    assert service.stored() == (0, 0)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, []),
        ({"cn:animalQuarantineCertA": "1", "cn:meatQualityCert": "2"}, ["animalQuarantineCertA", "meatQualityCert"]),
        ({"cn:meatQualityCert": ""}, []),
        ({"cn:slipNo": "1"}, []),
        ({"bizTransactionList": [{"type": "inv"}, {"type": "cert"}, {"type": "inv"}]}, ["cert", "inv"]),
        ({"bizTransactionList": [{"type": "张三 13800000000"}, {"type": ["inv"]}, "inv", {}]}, []),
        ({"bizTransactionList": "inv"}, []),
    ],
)
def test_documents_are_listed_kinds_and_never_numbers(changes: dict[str, object], kinds: list[str]) -> None:
    assert cited_documents(changes, CATALOGUE) == kinds


@pytest.mark.parametrize("suite", [1, 2])
def test_a_record_is_of_its_members_suite(tmp_path: Path, suite: int) -> None:
    """The bureau of the sender decides; what the other bureaus use does not matter."""
    suites = {member: suite if member == COM else 3 - suite for member in CODES}
    for made in service_in(tmp_path, suites=suites):
        made.post("/capture", document(event()), made.key(ABATTOIR))
        assert [(row.member, row.suite) for row in made.rows()] == [(COM, suite)]


def test_a_system_that_writes_another_record_time_sends_the_same_event(service: Service) -> None:
    key = service.key(ABATTOIR)
    for changes in ({}, {"eventID": "urn:x:1"}):
        sent = [event(recordTime=f"2025-06-02T0{hour}:00:00Z", **changes) for hour in (4, 5)] + [event(**changes)]
        outcomes = [service.post("/capture", document(one), key).json()["events"][0]["outcome"] for one in sent]
        assert outcomes == ["accepted", "known", "known"]


def test_what_was_declared_wrong_is_known_with_a_warning(service: Service) -> None:
    def warned(*listed: dict[str, Any]) -> list[str]:
        outcome = service.post("/capture", document(*listed), key).json()["events"][-1]
        return [outcome["outcome"], *(warning["code"] for warning in outcome["warnings"] if warning["code"] != "time.late")]

    key = service.key(ABATTOIR)
    declaration = event() | {"errorDeclaration": {"declarationTime": "2025-06-02T09:00:00Z"}}
    assert warned(event()) == ["accepted"]
    assert warned(event()) == ["known"]
    assert warned(declaration) == ["accepted"]
    assert warned(declaration) == ["known"]
    assert warned(event()) == ["known", "event.declared_wrong"]
