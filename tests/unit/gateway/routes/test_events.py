"""POST /events and GET /events/{id}."""

from __future__ import annotations

import json

from tests.service import ABATTOIR, AGR, BASE, COM, CONTEXT, FARM, PLATFORM, Service, document, event


def lone(**changes: object) -> bytes:
    return json.dumps({"@context": CONTEXT, **event(**changes)}, ensure_ascii=False).encode()


def test_a_lone_event_is_taken_and_found_under_its_location(service: Service) -> None:
    key = service.key(ABATTOIR)
    answer = service.post("/events", lone(eventID="ni:///sha-256;0b27?ver=CBV2.0"), key)
    assert (answer.status_code, answer.json()["state"]) == (201, "open")
    found = service.get(answer.headers["location"], key)
    assert [one["eventID"] for one in found.json()["events"]] == ["ni:///sha-256;0b27?ver=CBV2.0"]


def test_a_lone_event_and_the_same_event_in_a_document_are_one(service: Service) -> None:
    key = service.key(ABATTOIR)
    service.post("/capture", document(event()), key)
    assert service.post("/events", lone(), key).json()["outcome"] == "known"
    assert service.stored() == (2, 1)


def test_a_lone_event_without_context_is_refused(service: Service) -> None:
    answer = service.post("/events", json.dumps(event()).encode(), service.key(ABATTOIR))
    assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == ("epcis.context", "/@context")


def test_pointers_of_a_lone_event_begin_at_the_event(service: Service) -> None:
    answer = service.post("/events", lone(cn__category=None), service.key(ABATTOIR))
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/cn:category"]


def test_the_submitter_and_a_bureau_that_may_read_see_an_event_and_others_do_not(service: Service) -> None:
    location = service.post("/events", lone(), service.key(ABATTOIR)).headers["location"]
    assert service.get(location, service.key(ABATTOIR, "read")).status_code == 200
    assert service.get(location, service.key(AGR, "read")).status_code == 200
    assert service.get(location, service.key(AGR, "submit")).status_code == 404
    assert service.get(location, service.key(FARM)).status_code == 404
    assert service.get(location, service.key(PLATFORM, "submit:onbehalf", on_behalf=(ABATTOIR,))).status_code == 404
    assert service.get(location).status_code == 401


def test_states_follow_the_batch_and_the_number_comes_with_the_certificate(service: Service) -> None:
    key = service.key(ABATTOIR)
    location = service.post("/events", lone(), key).headers["location"]
    assert service.get(location, key).json()["events"][0]["state"] == "open"
    (number,) = service.issue_all(COM)
    (shown,) = service.get(location, key).json()["events"]
    assert (shown["state"], shown["number"]) == ("issued", number)
    assert shown["link"].startswith(f"{BASE}/certificates/{number}?k=")


def test_a_closed_event_has_no_number(service: Service) -> None:
    key = service.key(ABATTOIR)
    location = service.post("/events", lone(), key).headers["location"]
    service.close_all(COM)
    (shown,) = service.get(location, key).json()["events"]
    assert shown["state"] == "closed" and "number" not in shown and "link" not in shown


def test_an_event_and_its_error_declaration_are_shown_together(service: Service) -> None:
    key = service.key(ABATTOIR)
    service.post("/events", lone(eventID="urn:x:1"), key)
    service.post("/events", lone(eventID="urn:x:1", errorDeclaration={"declarationTime": "2025-06-02T09:00:00Z"}), key)
    assert len(service.get("/events/urn%3Ax%3A1", key).json()["events"]) == 2


def test_an_id_that_cannot_be_one_is_not_there(service: Service) -> None:
    for text in ("nothing", "urn:x:%00", "urn:x:" + "a" * 600):
        assert service.get(f"/events/{text}", service.key(ABATTOIR)).status_code == 404
