"""POST /events and GET /events/{id}."""

from __future__ import annotations

import json
from dataclasses import replace

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


def corrected(service: Service, key: dict[str, str], event_id: str = "urn:x:1") -> tuple[str | None, int]:
    """(state of the correction of the wrong event, how many events show one)."""
    shown = service.get(f"/events/{event_id.replace(':', '%3A')}", key).json()["events"]
    views = [one["correction"] for one in shown if "correction" in one]
    return views[0]["state"] if views else None, len(views)


def declare(service: Service, key: dict[str, str], **declaration: object) -> None:
    declared = {"declarationTime": "2025-06-02T09:00:00Z", "reason": "incorrect_data", **declaration}
    answer = service.post("/events", lone(eventID="urn:x:1", errorDeclaration=declared), key)
    assert (answer.status_code, answer.json()["declaresError"]) == (201, True)


def test_a_wrong_event_says_how_far_its_correction_is(service: Service) -> None:
    key = service.key(ABATTOIR)
    service.post("/events", lone(eventID="urn:x:1"), key)
    assert corrected(service, key) == (None, 0)
    declare(service, key, correctiveEventIDs=["urn:x:2"])
    assert corrected(service, key) == ("unknown", 1)
    service.post("/events", lone(eventID="urn:x:2", cn__officialVet="兽医"), key)
    assert corrected(service, key) == ("waiting", 1)
    assert corrected(service, key, "urn:x:2") == (None, 0)


def test_a_wrong_event_without_a_corrective_one_is_said_to_stay(service: Service) -> None:
    key = service.key(ABATTOIR)
    service.post("/events", lone(eventID="urn:x:1"), key)
    declare(service, key, reason="did_not_occur")
    assert corrected(service, key) == ("not_named", 1)


def test_a_corrective_event_that_lies_before_the_wrong_one_is_said_to_be_no_successor(service: Service) -> None:
    key = service.key(ABATTOIR)
    service.post("/events", lone(eventID="urn:x:2", cn__officialVet="兽医"), key)
    service.post("/events", lone(eventID="urn:x:1"), key)
    declare(service, key, correctiveEventIDs=["urn:x:2"])
    service.issue_all(COM)  # closed by hand, in the order of receipt
    assert corrected(service, key) == ("earlier", 1)


def test_a_correction_links_both_certificates(service: Service) -> None:
    """The act is carried to its end by hand: no worker runs here."""
    from gateway.acts.statuses import supersede
    from gateway.store import acts, corrections

    key = service.key(ABATTOIR)
    service.post("/events", lone(eventID="urn:x:1"), key)
    service.post("/events", lone(eventID="urn:x:2", cn__officialVet="兽医"), key)
    declare(service, key, correctiveEventIDs=["urn:x:2"])
    wrong, right, _ = service.issue_all(COM)
    with service.db.write() as tx:
        (due,) = corrections.due(tx, COM, limit=9)
        assert (due.wrong.number, due.right.number) == (wrong, right)
        act = acts.ask(tx, supersede(COM, (wrong, 1, 0), (right, 1, 1)), by="correction", now=1)
        corrections.settle(tx, due.declaration, act.id)
    assert corrected(service, key) == ("asked", 1)
    assert "supersededBy" not in service.get(f"/certificates/{wrong}", key).json()
    with service.db.write() as tx:
        acts.move(tx, act.id, source=("queued",), to="included", now=2, block_number=9, block_hash=bytes(32))
        acts.move(tx, act.id, source=("included",), to="final", now=3)
    assert corrected(service, key) == ("done", 1)
    assert service.get(f"/certificates/{wrong}", key).json()["supersededBy"] == right
    assert service.get(f"/certificates/{right}", key).json()["supersedes"] == [wrong]
    assert "supersededBy" not in service.get(f"/certificates/{wrong}").json()  # without a check code


def test_a_refused_correction_is_said(service: Service) -> None:
    from gateway.acts.statuses import supersede
    from gateway.store import acts, corrections

    key = service.key(ABATTOIR)
    service.post("/events", lone(eventID="urn:x:1"), key)
    declare(service, key, correctiveEventIDs=["urn:x:2"])
    with service.db.write() as tx:
        act = acts.ask(tx, supersede(COM, ("a", 1, 0), ("b", 1, 1)), by="correction", now=1)
        corrections.settle(tx, 2, act.id)
        acts.move(tx, act.id, source=("queued",), to="refused", now=2, refusal="StatusRevoked")
    assert corrected(service, key) == ("refused", 1)


def test_a_correction_that_waits_for_the_member_is_said(service: Service) -> None:
    from certs.staple import Status
    from gateway.store import acts
    from tests.member_line import leaf_ask

    key = service.key(ABATTOIR)
    service.post("/events", lone(eventID="urn:x:1"), key)
    service.post("/events", lone(eventID="urn:x:2", cn__officialVet="兽医"), key)
    declare(service, key, correctiveEventIDs=["urn:x:2"])
    service.issue_all(COM)
    with service.db.write() as tx:
        act = acts.ask(tx, replace(leaf_ask(Status.SUSPENDED), member=COM), by="key", now=1)
    assert corrected(service, key) == ("waiting", 1)
    with service.db.write() as tx:
        acts.move(tx, act.id, source=("queued",), to="included", now=2, block_number=9, block_hash=bytes(32))
        acts.move(tx, act.id, source=("included",), to="final", now=3)
    assert corrected(service, key) == ("held", 1)
