"""Too many requests, wrong keys, open events; a disk nearly full; a clock moved back (H12)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.service import ABATTOIR, COM, MARKET, Service, document, event

GOOD = document(event())
Make = Callable[..., Service]


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Make:
    """A service with the rates, proxies and limits that are named."""

    def made(*, trusted_proxies: tuple[str, ...] = (), limits: dict[str, int] | None = None, **rates: float) -> Service:
        service = Service(tmp_path, rates=rates, trusted_proxies=trusted_proxies, **(limits or {}))
        request.addfinalizer(service.db.close)
        return service

    return made


def refused(answer: httpx.Response, code: str, *, status: int = 429, after: str | None = None) -> bool:
    """Whether this is that problem, in two languages, with a time to come back."""
    body = answer.json()
    assert body["status"] == answer.status_code and body["title"] and body["titleEn"] and body["remedy"] and body["remedyEn"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1 and after in (None, answer.headers["retry-after"])
    return (answer.status_code, body["code"]) == (status, code)


def test_an_address_that_asks_too_often_is_told_when_to_come_back(make: Make) -> None:
    service = make(address_per_s=0.5, address_burst=3)
    assert [service.get("/trust").status_code for _ in range(3)] == [200] * 3
    assert refused(service.get("/trust"), "rate.address", after="2")
    service.uptime += 2
    assert service.get("/trust").status_code == 200
    assert refused(service.get("/nothing"), "rate.address")


def test_whether_the_process_lives_may_always_be_asked(make: Make) -> None:
    service = make(address_burst=1)
    assert [service.get("/healthz").status_code for _ in range(5)] == [200] * 5
    assert service.get("/trust").status_code == 200
    assert service.get("/healthz").status_code == 200
    assert refused(service.get("/healthz/"), "rate.address")


def test_a_key_that_asks_too_often_waits_alone(make: Make) -> None:
    service = make(key_per_s=1, key_burst=2)
    key, other = service.key(ABATTOIR), service.key(ABATTOIR)
    assert [service.get("/events/urn:x:1", key).status_code for _ in range(2)] == [404, 404]
    assert refused(service.get("/events/urn:x:1", key), "rate.key", after="1")
    assert service.get("/events/urn:x:1", other).status_code == 404
    assert service.get("/trust", key).status_code == 200  # a route without a caller has none to count


def test_nobody_uses_up_a_key_by_its_id(make: Make) -> None:
    service = make(key_burst=1)
    key = service.key(ABATTOIR)
    forged = {"Authorization": key["Authorization"].partition(".")[0] + "." + "A" * 43}
    assert [service.get("/events/urn:x:1", forged).status_code for _ in range(5)] == [401] * 5
    assert service.get("/events/urn:x:1", key).status_code == 404


def test_an_address_with_too_many_wrong_keys_is_refused_before_the_store_is_asked(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make(failure_per_s=0.1, failure_burst=2)
    key = service.key(ABATTOIR)
    wrong = {"Authorization": "Bearer nonsense"}
    assert [service.get("/events/urn:x:1", wrong).status_code for _ in range(2)] == [401, 401]
    asked: list[int] = []
    monkeypatch.setattr("gateway.routes.caller.authenticate", lambda *_given, **_named: asked.append(1))
    for sent in (wrong, key):
        assert refused(service.get("/events/urn:x:1", sent), "rate.failures", after="10")
    assert asked == []
    monkeypatch.undo()
    assert service.get("/trust").status_code == 200  # who sends no key fails nothing
    service.uptime += 10
    assert service.get("/events/urn:x:1", key).status_code == 404


def test_right_keys_are_no_failures(make: Make) -> None:
    service = make(failure_burst=1)
    key = service.key(ABATTOIR)
    assert [service.get("/events/urn:x:1", key).status_code for _ in range(5)] == [404] * 5


def test_a_forwarded_address_counts_from_a_trusted_proxy_only(make: Make) -> None:
    """The tests' socket address is 127.0.0.1."""
    service = make(address_burst=1)
    first, second = {"X-Forwarded-For": "203.0.113.1"}, {"X-Forwarded-For": "203.0.113.2"}
    assert service.get("/trust", first).status_code == 200
    assert refused(service.get("/trust", second), "rate.address")


def test_behind_a_trusted_proxy_callers_are_told_apart(make: Make) -> None:
    service = make(address_burst=1, trusted_proxies=("127.0.0.1",))
    first, second = {"X-Forwarded-For": "203.0.113.1"}, {"X-Forwarded-For": "203.0.113.2"}
    assert [service.get("/trust", sent).status_code for sent in (first, second, first)] == [200, 200, 429]
    forged = {"X-Forwarded-For": "198.51.100.77, 203.0.113.1"}
    assert refused(service.get("/trust", forged), "rate.address")


def test_a_clock_moved_back_opens_nothing_and_locks_nobody_out(make: Make) -> None:
    service = make(address_per_s=1, address_burst=1)
    assert service.get("/trust").status_code == 200
    service.now -= 86_400
    assert refused(service.get("/trust"), "rate.address")
    service.uptime -= 3_600  # a monotonic clock does not: if it does all the same
    assert refused(service.get("/trust"), "rate.address", after="1")
    service.uptime += 1
    assert service.get("/trust").status_code == 200


def full_of(service: Service, code: str) -> None:
    """Everything that takes events refuses them before reading a body, and everything else goes on."""
    key = service.key(ABATTOIR)
    (number,) = service.issue_all(COM)
    service.post("/capture", document(event(eventID="urn:x:2")), key)
    service.uptime += 60
    before = service.stored()
    new = document(event(eventID="urn:x:3"))
    for path in ("/capture", "/events", "/imports?profile=x"):
        sent = {**key, "Content-Type": "text/csv" if path.startswith("/imports") else "application/json"}
        answer = service.request("POST", path, headers=sent, content=new)
        assert refused(answer, code, status=503, after="30"), path
    assert service.stored() == before
    for path in (f"/certificates/{number}", f"/certificates/{number}.json", f"/staples/{number}", "/trust", "/events"):
        assert service.get(path, key).status_code == 200, path
    bad = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    assert service.request("POST", "/capture", headers=bad, content=GOOD).status_code == 401


def test_a_backlog_stops_the_intake_and_nothing_else(make: Make) -> None:
    service = make(limits={"open_events": 1})
    service.post("/capture", GOOD, service.key(ABATTOIR))
    full_of(service, "intake.backlog")
    service.close_all(COM, seq=2)
    service.uptime += 60
    assert service.post("/capture", document(event(eventID="urn:x:4")), service.key(ABATTOIR)).status_code == 202


def test_a_disk_nearly_full_stops_the_intake_and_nothing_else(make: Make) -> None:
    service = make(limits={"free_bytes": 2**62})
    answer = service.post("/capture", GOOD, service.key(MARKET))
    assert refused(answer, "intake.disk", status=503, after="30")
    assert service.stored() == (0, 0)


def test_a_days_uploads_of_a_clerk_do_not_meet_the_default_rates(make: Make) -> None:
    service = make()
    key = service.key(ABATTOIR)
    assert {service.get("/events/urn:x:1", key).status_code for _ in range(1_000)} == {404}
