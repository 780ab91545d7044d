"""Idempotency-Key: one effect and one answer for a request, however often it is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.errors import Refused
from gateway.routes import capture, idempotency
from gateway.store.captures import Capture
from gateway.store.tables import acts, answered
from tests.service import ABATTOIR, COM, FARM, MARKET, PLATFORM, Service, document, event

SECOND = document(event(eventID="urn:x:2"))


def kept(service: Service) -> int:
    with service.db.read() as tx:
        return tx.execute(select(func.count()).select_from(answered)).scalar_one()


def test_the_same_request_with_the_same_key_gets_the_very_first_answer(service: Service) -> None:
    key = service.key(ABATTOIR)
    first = service.post("/capture", document(event()), key, Idempotency_Key="a")
    service.now += 86_400 * 3_650
    again = service.post("/capture", document(event()), service.key(ABATTOIR), Idempotency_Key="a")
    assert (again.status_code, again.content) == (first.status_code, first.content) == (202, first.content)
    shown = ("location", "content-type", "content-length", "gs1-epcis-version")
    assert [again.headers[name] for name in shown] == [first.headers[name] for name in shown]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert service.stored() == (1, 1)


def test_without_the_header_nothing_is_kept(service: Service) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    assert kept(service) == 0


@pytest.mark.parametrize(
    "other",
    [
        lambda service, key: service.post("/capture", SECOND, key, Idempotency_Key="a"),
        lambda service, key: service.post("/capture?x=1", document(event()), key, Idempotency_Key="a"),
        lambda service, key: service.post("/events", document(event()), key, Idempotency_Key="a"),
        lambda service, key: service.post(
            "/capture", document(event()), key, Idempotency_Key="a", GS1_Capture_Error_Behaviour="proceed"
        ),
        lambda service, key: service.post(
            "/capture", document(event()), key, Idempotency_Key="a", Content_Type="application/json; charset=utf-8"
        ),
    ],
    ids=["body", "query", "path", "error behaviour", "content type"],
)
def test_the_same_key_for_another_request_is_a_conflict(service: Service, other: Callable[[Service, Any], Any]) -> None:
    key = service.key(ABATTOIR)
    service.post("/capture", document(event()), key, Idempotency_Key="a")
    answer = other(service, key)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency.conflict")
    assert service.stored() == (1, 1)


def test_a_key_belongs_to_its_owner(service: Service) -> None:
    on_behalf = service.key(PLATFORM, "submit:onbehalf", on_behalf=(ABATTOIR,))
    service.post("/capture", document(event()), service.key(ABATTOIR), Idempotency_Key="a")
    assert service.post("/capture", SECOND, on_behalf, Idempotency_Key="a").status_code == 202


def test_a_refusal_of_content_is_kept_with_its_faults(service: Service) -> None:
    key, bad = service.key(ABATTOIR), document(event(eventTime="2025-02-30T00:00:00Z"))
    first = service.post("/capture", bad, key, Idempotency_Key="a")
    again = service.post("/capture", bad, key, Idempotency_Key="a")
    assert (first.status_code, first.content) == (400, again.content)
    assert first.headers["content-type"] == again.headers["content-type"] == "application/problem+json"
    assert again.headers["idempotency-replayed"] == "true"


def test_a_refusal_of_the_sender_is_not_kept_and_the_same_request_can_succeed_later(service: Service) -> None:
    raw = document(event())
    assert service.post("/capture", raw, service.key(FARM), Idempotency_Key="a").status_code == 403
    allowed = service.key(FARM, "submit:onbehalf", on_behalf=(ABATTOIR,))
    assert service.post("/capture", raw, allowed, Idempotency_Key="a").status_code == 202


def test_a_failure_of_ours_is_not_kept(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Capture:
        raise RuntimeError

    key = service.key(ABATTOIR)
    with monkeypatch.context() as broken:
        broken.setattr(capture, "outcomes", fail)
        assert service.post("/capture", document(event()), key, Idempotency_Key="a").status_code == 500
    assert kept(service) == 0
    assert service.post("/capture", document(event()), key, Idempotency_Key="a").status_code == 202


def test_a_refusal_for_a_reason_of_ours_is_not_kept_either(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Capture:
        raise Refused("store.unavailable")

    key = service.key(ABATTOIR)
    with monkeypatch.context() as broken:
        broken.setattr(capture, "take", refuse)
        answer = service.post("/capture", document(event()), key, Idempotency_Key="a")
    assert (answer.status_code, answer.json()["code"]) == (503, "store.unavailable")
    assert kept(service) == 0


def test_dying_between_the_commit_and_the_answer_doubles_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object, **__: object) -> None:
        raise RuntimeError

    key, raw = service.key(ABATTOIR), document(event(), event(eventID="urn:x:2"))
    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "keep_answer", die)
        assert service.post("/capture", raw, key, Idempotency_Key="a").status_code == 500
    assert service.stored() == (1, 2)
    retried = service.post("/capture", raw, key, Idempotency_Key="a")
    assert [entry["outcome"] for entry in retried.json()["events"]] == ["known", "known"]
    assert service.stored() == (2, 2)
    assert service.post("/capture", raw, key, Idempotency_Key="a").content == retried.content


def test_of_two_requests_at_once_one_runs_and_the_other_is_told_to_come_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, inside, go = service.key(ABATTOIR), threading.Event(), threading.Event()
    really = capture.take

    def slowly(*given: Any, **more: Any) -> Any:
        inside.set()
        assert go.wait(20)
        return really(*given, **more)

    monkeypatch.setattr(capture, "take", slowly)
    answers: list[Any] = []
    first = threading.Thread(target=lambda: answers.append(service.post("/capture", document(event()), key, Idempotency_Key="a")))
    first.start()
    assert inside.wait(20)
    second = service.post("/capture", document(event()), key, Idempotency_Key="a")
    go.set()
    first.join()
    assert (second.status_code, second.json()["code"]) == (409, "idempotency.running")
    assert second.headers["retry-after"] == "1"
    assert answers[0].status_code == 202
    assert service.post("/capture", document(event()), key, Idempotency_Key="a").content == answers[0].content
    assert service.stored() == (1, 1)


def test_an_answer_of_another_process_that_was_faster_is_the_first_one(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    key = service.key(ABATTOIR)
    first = service.post("/capture", document(event()), key, Idempotency_Key="a")
    really, asked = idempotency.find_answer, []

    def late(*given: Any) -> Any:
        asked.append(given)
        return None if len(asked) == 1 else really(*given)

    monkeypatch.setattr(idempotency, "find_answer", late)
    second = service.post("/capture", document(event()), key, Idempotency_Key="a")
    assert (second.content, second.headers["idempotency-replayed"]) == (first.content, "true")


@pytest.mark.parametrize("text", ["", "a b", "a" * 256, "\x7f"])
def test_a_key_that_is_not_visible_ascii_or_too_long_is_refused(service: Service, text: str) -> None:
    answer = service.post("/capture", document(event()), service.key(ABATTOIR), Idempotency_Key=text)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency.key")
    assert service.stored() == (0, 0)


def test_two_keys_in_one_request_are_refused(service: Service) -> None:
    sent = [
        *service.key(ABATTOIR).items(),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "a"),
        ("Idempotency-Key", "b"),
    ]
    answer = service.request("POST", "/capture", headers=sent, content=document(event()))  # type: ignore[arg-type]
    assert answer.json()["code"] == "idempotency.key"


@pytest.mark.parametrize("text", ["!", "a" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"'])
def test_any_visible_ascii_is_a_key(service: Service, text: str) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR), Idempotency_Key=text)
    assert kept(service) == 1


@pytest.mark.parametrize(
    ("path", "body", "other"),
    [
        ("/events", {"@context": json.loads(document())["@context"], **event()}, {"type": "x"}),
        ("/proposals", {"action": "retire", "arguments": {"member": "EDU"}}, {"action": "retire"}),
        ("/freeze", {}, None),
    ],
)
def test_every_route_that_takes_something_in_answers_once(service: Service, path: str, body: Any, other: Any) -> None:
    key = service.key(ABATTOIR) if path == "/events" else service.key(COM, "admin")
    sent = [service.post(path, json.dumps(body).encode(), key, Idempotency_Key="a") for _ in range(2)]
    assert sent[0].status_code in (201, 202)
    assert (sent[1].content, sent[1].headers.get("idempotency-replayed")) == (sent[0].content, "true")
    if path != "/events":
        with service.db.read() as tx:
            assert tx.execute(select(func.count()).select_from(acts)).scalar_one() == 1
    if other is not None:
        assert service.post(path, json.dumps(other).encode(), key, Idempotency_Key="a").json()["code"] == "idempotency.conflict"


def test_a_replay_is_asked_for_a_live_key_like_anything_else(service: Service) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR), Idempotency_Key="a")
    assert service.post("/capture", document(event()), None, Idempotency_Key="a").status_code == 401
    assert service.post("/capture", document(event()), service.key(MARKET, "read"), Idempotency_Key="a").status_code == 403
