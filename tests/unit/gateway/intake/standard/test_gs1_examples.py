"""The general profile: GS1's own examples are taken, and what EPCIS alone does not allow is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certs.scope import scope_bits
from gateway.intake.members import Member
from tests.service import AMR, PLANT, PLATFORM, Service, document, service_in

GS1 = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CONTEXT = [GS1, {"example": "https://example.org/epcis/"}]
REFUSED = {
    "JSON/AssociationEvent/AssociationEvent-h.jsonld": "json.duplicate_key",  # eventID twice
    "JSON/EPCISQueryDocument.jsonld": "epcis.schema",  # what a query answers; nothing to capture
    "JSON-Schema/test/Extended-Event.json": "epcis.unknown_event_type",  # a type of its own
}
EXAMPLES = 37


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def lone(**changes: Any) -> dict[str, Any]:
    """A good event of EPCIS alone; `None` leaves a field out, `__` in a name stands for `:`."""
    made: dict[str, Any] = {
        "type": "ObjectEvent", "eventTime": "2025-06-02T10:00:00Z", "eventTimeZoneOffset": "+02:00", "action": "OBSERVE",
        "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"], "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.1234"},
    }  # fmt: skip
    made.update({name.replace("__", ":"): value for name, value in changes.items()})
    return {name: value for name, value in made.items() if value is not None}


def refusal(service: Service, event: dict[str, Any], context: Any = CONTEXT) -> list[tuple[str, str]]:
    answer = service.post("/capture", document(event, **{"@context": context}), service.key(PLANT))
    return [(fault["code"], fault["pointer"].removeprefix("/epcisBody/eventList/0")) for fault in answer.json().get("errors", [])]


def test_every_valid_example_of_gs1_is_taken_and_every_other_is_refused(service: Service, shared: Path) -> None:
    index = json.loads((shared / "data/epcis/gs1/index.json").read_text("utf-8"))
    assert len(index) == EXAMPLES
    key = service.key(PLANT)
    for entry in index:
        before = service.stored()
        route, taken = ("/events", 201) if entry["document"] == "single event" else ("/capture", 202)
        answer = service.post(route, (shared / "data/epcis/gs1" / entry["file"]).read_bytes(), key)
        if entry["valid"] and entry["file"] not in REFUSED:
            assert answer.status_code == taken, (entry["file"], answer.text)
            assert service.stored() != before
        else:
            assert answer.status_code == 400 and service.stored() == before, entry["file"]
            assert answer.json()["code"] == REFUSED.get(entry["file"], answer.json()["code"])


def test_a_general_event_is_recorded_as_other_under_the_owner_of_the_key(service: Service) -> None:
    assert refusal(service, lone()) == []
    (row,) = service.rows()
    public = json.loads(row.public_body)
    assert (row.member, row.submitter, row.state) == (AMR, PLANT, "open")
    assert {name: public[name] for name in ("member", "submitter", "category", "class", "stage", "context", "codes")} == {
        "member": AMR, "submitter": PLANT, "category": "general", "class": "other", "stage": "other", "context": CONTEXT,
        "codes": ["01/10614141073464/21/2017"],
    }  # fmt: skip


def test_a_key_that_may_only_submit_for_others_cannot_speak_for_its_owner(service: Service) -> None:
    key = service.key(PLATFORM, "submit:onbehalf", on_behalf=(PLANT,))
    answer = service.post("/capture", document(lone(), **{"@context": CONTEXT}), key)
    assert (answer.status_code, answer.json()["code"]) == (403, "submitter.not_allowed")


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"other__note": 1}, "epcis.prefix", ""),
        ({"cn__uscc": PLANT}, "epcis.prefix", ""),
        ({"ilmd": {"other:note": 1}, "action": "ADD"}, "epcis.prefix", "/ilmd"),
        ({"note": 1}, "epcis.unknown_field", ""),
        ({"epcList": ["https://id.gs1.org/01/70614141123452/21/2018"]}, "id.gtin_check", "/epcList/0"),
        ({"epcList": ["https://other.example/01/70614141123451/21/2018"]}, "id.digital_link", "/epcList/0"),
        ({"readPoint": {"id": "https://id.gs1.org/414/9521234000038"}}, "id.gln_check", "/readPoint/id"),
        ({"eventTime": "2099-01-01T00:00:00Z"}, "time.future", "/eventTime"),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, "epcis.vocab", "/bizStep"),
    ],
)
def test_a_general_event_is_still_judged(service: Service, changes: dict[str, Any], code: str, pointer: str) -> None:
    assert refusal(service, lone(**changes)) == [(code, pointer)]
    assert service.stored() == (0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"example__note": 1},
        {"https://example.org/note": 1},
        {"urn:example:note": 1},
        {"gs1__note": 1},
        {"ilmd": {"cbvmda:lotNumber": "A"}, "action": "ADD"},
        {"bizStep": "https://ref.gs1.org/cbv/BizStep-shipping"},
    ],
)
def test_a_name_of_a_declared_prefix_or_written_out_is_taken(service: Service, changes: dict[str, Any]) -> None:
    assert refusal(service, lone(**changes)) == []


def test_a_context_that_cites_another_document_may_have_declared_any_prefix(service: Service) -> None:
    assert refusal(service, lone(other__note=1), [GS1, "https://other.example/context.jsonld"]) == []


def test_a_document_that_declares_cn_is_judged_by_the_catalogue(service: Service) -> None:
    found = refusal(service, lone(), [GS1, {"cn": "https://trace.example.cn/ns/cn/"}])
    assert ("catalogue.required_field", "/cn:uscc") in found


@pytest.mark.parametrize(("class_", "stage"), [("other", "retail"), ("grain", "other")])
def test_a_member_without_the_other_bits_takes_no_general_event(service: Service, class_: str, stage: str) -> None:
    service.members[AMR] = Member("AMR", scope_bits(class_, stage), True, 1)
    assert refusal(service, lone()) == [("event.scope", "")]
    service.members[AMR] = Member("AMR", scope_bits("other", "other"), True, 1)
    assert refusal(service, lone()) == []
