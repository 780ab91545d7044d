"""POST /capture and GET /capture/{id}."""

from __future__ import annotations

import json
from pathlib import Path

from certs.canonical import parse
from certs.certificate import check_public_body
from tests.service import ABATTOIR, AGR, COM, EDU, FARM, KITCHEN, MARKET, PLATFORM, SHOP, Service, document, event

PORK = (FARM, ABATTOIR, MARKET, SHOP, KITCHEN)


def test_the_pork_chain_gives_seventeen_open_events_and_one_that_is_kept(service: Service, shared: Path) -> None:
    key = service.key(PLATFORM, "submit:onbehalf", on_behalf=PORK)
    answer = service.post("/capture", (shared / "data/shanghai/pork.epcis.json").read_bytes(), key)
    assert answer.status_code == 202, answer.text
    rows = service.rows()
    assert sorted(row.state for row in rows) == ["kept"] + ["open"] * 17
    assert {row.member for row in rows} == {AGR, COM, EDU}
    kept = [outcome for outcome in answer.json()["events"] if outcome["state"] == "kept"]
    assert [[warning["code"] for warning in outcome["warnings"]] for outcome in kept] == [["time.late", "event.codes.none"]]
    assert [outcome["index"] for outcome in kept] == [2]  # P3: only a truck and a logger


def test_every_open_event_can_become_a_certificate(service: Service, shared: Path) -> None:
    key = service.key(PLATFORM, "submit:onbehalf", on_behalf=PORK)
    raw = (shared / "data/shanghai/pork.epcis.json").read_bytes()
    service.post("/capture", raw, key)
    submitted = {json.dumps(one, sort_keys=True) for one in parse(raw)["epcisBody"]["eventList"]}
    united = set()
    for row in service.rows():
        bodies = [parse(body) for body in (row.public_body, row.bureaus_body, row.submitter_body)]
        if row.state == "open":
            check_public_body(bodies[0], "")
        event_: dict[str, object] = {}
        for body in bodies:
            for name, value in body["event"].items():
                event_[name] = {**event_.get(name, {}), **value} if name == "ilmd" else value  # type: ignore[dict-item]
        united.add(json.dumps(event_, sort_keys=True))
    assert united == submitted


def test_the_job_is_read_by_its_owner_and_is_not_there_for_others(service: Service) -> None:
    key = service.key(ABATTOIR)
    answer = service.post("/capture", document(event()), key)
    location = answer.headers["location"]
    assert location == f"/capture/{answer.json()['captureID']}"
    job = service.get(location, key).json()
    assert job["success"] is True and job["running"] is False and job["errors"] == []
    assert job["captureErrorBehaviour"] == "rollback"
    assert service.get(location, service.key(FARM)).status_code == 404
    assert service.get(location, service.key(COM)).status_code == 404
    assert service.get(location).status_code == 401
    assert service.get("/capture/none", key).status_code == 404


def test_an_issued_event_shows_its_number_and_link_in_the_job(service: Service) -> None:
    key = service.key(ABATTOIR)
    location = service.post("/capture", document(event()), key).headers["location"]
    (number,) = service.issue_all(COM)
    (outcome,) = service.get(location, key).json()["events"]
    assert (outcome["state"], outcome["number"]) == ("issued", number)
    assert outcome["link"].startswith(f"https://trace.test/certificates/{number}?k=")


def test_the_same_document_twice_is_the_same_events(service: Service) -> None:
    key = service.key(ABATTOIR)
    first = service.post("/capture", document(event()), key).json()
    second = service.post("/capture", document(event()), key).json()
    assert [one["outcome"] for one in first["events"] + second["events"]] == ["accepted", "known"]
    assert service.stored() == (2, 1)
    assert first["events"][0]["eventID"] == second["events"][0]["eventID"]


def test_the_same_event_twice_in_a_document_is_one_event(service: Service) -> None:
    answer = service.post("/capture", document(event(), event()), service.key(ABATTOIR))
    assert [one["outcome"] for one in answer.json()["events"]] == ["accepted", "known"]
    assert service.stored() == (1, 1)


def test_the_same_content_of_two_submitters_is_two_events(service: Service) -> None:
    destroyed = {"cn__link": "destroy", "bizStep": "destroying", "cn__recallNo": "1", "cn__destroyEvidenceSha256": "0" * 64}
    one, other = event(**destroyed), event(**destroyed, cn__uscc=MARKET)
    key = service.key(PLATFORM, "submit:onbehalf", on_behalf=(ABATTOIR, MARKET))
    answer = service.post("/capture", document(one, other), key)
    assert answer.status_code == 202
    assert service.stored() == (1, 2)


def test_an_event_without_an_id_gets_one_that_its_record_does_not_contain(service: Service) -> None:
    answer = service.post("/capture", document(event()), service.key(ABATTOIR))
    assert answer.json()["events"][0]["eventID"].startswith("ni:///sha-256;")
    assert "eventID" not in parse(service.rows()[0].public_body)["event"]


def test_one_id_with_two_contents_is_a_conflict_and_nothing_is_stored(service: Service) -> None:
    one, other = event(eventID="urn:x:1"), event(eventID="urn:x:1", cn__meatQualityCert="ABA-2")
    answer = service.post("/capture", document(one, other), service.key(ABATTOIR))
    assert (answer.status_code, answer.json()["code"]) == (409, "event.id_conflict")
    assert answer.json()["errors"][0]["pointer"] == "/epcisBody/eventList/1/eventID"
    assert service.stored() == (0, 0)


def test_an_error_declaration_comes_after_the_event_that_it_repeats(service: Service) -> None:
    wrong = event(eventID="urn:x:1")
    declared = {**wrong, "errorDeclaration": {"declarationTime": "2025-06-02T09:00:00+08:00"}}
    key = service.key(ABATTOIR)
    assert service.post("/capture", document(wrong, declared), key).status_code == 202
    late, early = event(eventID="urn:x:2"), event(eventID="urn:x:2", errorDeclaration=declared["errorDeclaration"])
    answer = service.post("/capture", document(early, late), key)
    assert (answer.status_code, answer.json()["code"]) == (409, "event.declares_unknown")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/epcisBody/eventList/0/errorDeclaration"]
    assert service.stored() == (1, 2)


def test_another_submitters_id_is_no_conflict(service: Service) -> None:
    service.post("/capture", document(event(eventID="urn:x:1")), service.key(ABATTOIR))
    other = event(eventID="urn:x:1", cn__uscc=MARKET, cn__link="wholesale_in", bizStep="receiving")
    assert service.post("/capture", document(other), service.key(MARKET)).status_code == 202


def test_rollback_is_the_default_and_names_every_fault_of_every_event(service: Service) -> None:
    bad = event(eventTime="2025-06-02T03:00:00", cn__category="unicorn")
    answer = service.post("/capture", document(event(), bad, event(type="X")), service.key(ABATTOIR))
    assert (answer.status_code, answer.json()["code"]) == (400, "document.refused")
    assert [(one["code"], one["pointer"]) for one in answer.json()["errors"]] == [
        ("time.naive", "/epcisBody/eventList/1/eventTime"),
        ("catalogue.unknown_category", "/epcisBody/eventList/1/cn:category"),
        ("epcis.unknown_event_type", "/epcisBody/eventList/2/type"),
    ]
    assert answer.json()["errorCount"] == 3
    assert service.stored() == (0, 0)


def test_proceed_takes_the_good_events_and_says_what_is_wrong_with_the_others(service: Service) -> None:
    key = service.key(ABATTOIR)
    bad = event(cn__category="unicorn")
    answer = service.post("/capture", document(bad, event()), key, GS1_Capture_Error_Behaviour="proceed")
    assert answer.status_code == 202
    job = service.get(answer.headers["location"], key).json()
    assert (job["success"], [one["outcome"] for one in job["events"]]) == (False, ["refused", "accepted"])
    assert [one["code"] for one in job["errors"]] == ["catalogue.unknown_category"]
    assert service.stored() == (1, 1)


def test_proceed_with_nothing_good_stores_nothing(service: Service) -> None:
    bad = event(cn__category="unicorn")
    answer = service.post("/capture", document(bad), service.key(ABATTOIR), GS1_Capture_Error_Behaviour="proceed")
    assert answer.status_code == 400
    clash = service.post(
        "/capture", document(event(eventID="urn:x:1")), service.key(ABATTOIR), GS1_Capture_Error_Behaviour="proceed"
    )
    assert clash.status_code == 202
    again = document(event(eventID="urn:x:1", cn__meatQualityCert="ABA-2"))
    assert service.post("/capture", again, service.key(ABATTOIR), GS1_Capture_Error_Behaviour="proceed").status_code == 409
    assert service.stored() == (1, 1)


def test_another_error_behaviour_is_refused(service: Service) -> None:
    answer = service.post("/capture", document(event()), service.key(ABATTOIR), GS1_Capture_Error_Behaviour="ignore")
    assert (answer.status_code, answer.json()["code"]) == (400, "capture.error_behaviour")


def test_a_key_submits_for_its_owner_or_for_the_enterprises_it_lists(service: Service) -> None:
    raw = document(event())
    assert service.post("/capture", raw, service.key(MARKET)).json()["code"] == "submitter.not_allowed"
    assert service.post("/capture", raw, service.key(PLATFORM, "submit", on_behalf=(ABATTOIR,))).status_code == 403
    assert service.post("/capture", raw, service.key(ABATTOIR, "submit:onbehalf", on_behalf=(MARKET,))).status_code == 403
    assert service.post("/capture", raw, service.key(PLATFORM, "submit:onbehalf", on_behalf=(ABATTOIR,))).status_code == 202


def test_a_key_without_a_right_to_submit_is_refused_before_its_body_is_read(service: Service) -> None:
    for rights in (("read",), ("admin",), ("submit:onbehalf",)):
        answer = service.post("/capture", b"not json", service.key(ABATTOIR, *rights))
        assert (answer.status_code, answer.json()["code"]) == (403, "auth.right")


def test_a_document_with_too_many_events_is_refused(tmp_path: Path) -> None:
    service = Service(tmp_path, document_events=2)
    key = service.key(ABATTOIR)
    answer = service.post("/capture", document(event(), event(), event()), key)
    assert answer.json()["code"] == "document.events"
    assert service.post("/capture", document(event(), event()), key).status_code == 202
    service.db.close()


def test_many_faults_are_counted_and_not_all_listed(service: Service) -> None:
    answer = service.post("/capture", document(*[event(type="X")] * 600), service.key(ABATTOIR))
    assert (answer.json()["errorCount"], len(answer.json()["errors"])) == (600, 500)


def test_a_document_of_more_than_a_mebibyte_is_taken_from_a_file(service: Service) -> None:
    key = service.key(ABATTOIR)
    raw = document(*[event(eventID=f"urn:x:{i}", cn__slipNo="x" * 900) for i in range(700)])
    assert len(raw) > 1024 * 1024
    pieces = [raw[at : at + 50_000] for at in range(0, len(raw), 50_000)]
    answer = service.post("/capture", pieces, key)
    assert answer.status_code == 202, answer.text
    assert [one["outcome"] for one in answer.json()["events"]] == ["accepted"] * 700
    assert [one["index"] for one in service.get(answer.headers["location"], key).json()["events"]] == list(range(700))
    again = service.post("/capture", raw, key).json()
    assert {one["outcome"] for one in again["events"]} == {"known"}
    assert service.stored() == (2, 700)


def test_a_large_document_with_one_bad_event_is_refused_whole(service: Service) -> None:
    listed = [event(eventID=f"urn:x:{i}", cn__slipNo="x" * 900) for i in range(700)]
    raw = document(*listed, event(eventID="urn:x:700", type="Zq"))
    answer = service.post("/capture", raw, service.key(ABATTOIR))
    assert (answer.status_code, answer.json()["code"]) == (400, "epcis.unknown_event_type")
    assert answer.json()["errors"][0]["pointer"] == "/epcisBody/eventList/700/type"
    cut = service.post("/capture", raw[:-40], service.key(ABATTOIR))
    assert (cut.status_code, cut.json()["code"]) == (400, "json.syntax")
    assert service.stored() == (0, 0)
