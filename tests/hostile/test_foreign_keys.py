"""What is not the caller's is as if it were not there: the same status and the same body as for what never was (H5)."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service import ABATTOIR, AGR, COM, EDU, FARM, KITCHEN, MARKET, Service, document, event

SLIPS = "data/hostile/h89-csv-bom-accepted.csv"


def told(answer: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """The answer without what names this one request."""
    named = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, {name: value for name, value in answer.json().items() if name != "requestId"}, named


@pytest.fixture
def owned(service: Service, shared: Path) -> dict[str, str]:
    """Paths of things of the abattoir, the market and COM."""
    key, market = service.key(ABATTOIR), service.key(MARKET)
    capture = service.post("/capture", document(event(eventID="urn:x:1")), key).headers["location"]
    (number,) = service.issue_all(COM)
    sent = {**market, "Content-Type": "text/csv"}
    table = service.request("POST", "/imports?profile=pork_wholesale_day", headers=sent, content=(shared / SLIPS).read_bytes())
    asked = service.post("/freeze", b"{}", service.key(COM, "admin"))
    assert (table.status_code, asked.status_code) == (201, 202)
    return {
        "capture": capture,
        "event": "/events/urn%3Ax%3A1",
        "import": table.headers["location"],
        "status": f"/statuses/{number}",
        "act": asked.headers["location"],
        "enterprise": f"/enterprises/{ABATTOIR}",
        "mappings": f"/enterprises/{ABATTOIR}/mappings",
    }


ABSENT = {
    "capture": "/capture/nothing",
    "event": "/events/urn%3Ax%3A0",
    "import": "/imports/nothing",
    "status": "/statuses/SHFS-COM-9-0-R",
    "act": "/acts/999",
    "enterprise": f"/enterprises/{FARM[:-1]}X",
    "mappings": f"/enterprises/{FARM[:-1]}X/mappings",
}
OTHERS = {"act": AGR, "enterprise": EDU, "mappings": EDU}


@pytest.mark.parametrize("thing", ABSENT)
def test_anothers_is_told_apart_from_nothing_by_nothing(service: Service, owned: dict[str, str], thing: str) -> None:
    stranger = service.key(OTHERS.get(thing, KITCHEN), "submit", "read", "admin")
    foreign, absent = (told(service.get(path, stranger)) for path in (owned[thing], ABSENT[thing]))
    assert foreign == absent
    assert foreign[0] == 404


def test_the_owners_are_there(service: Service, owned: dict[str, str]) -> None:
    """What the test above compares with is really there, for those whose it is."""
    owner = {"act": COM, "enterprise": COM, "mappings": COM, "import": MARKET}
    for thing, path in owned.items():
        if thing == "status":  # of a chain that holds nothing of it here
            continue
        assert service.get(path, service.key(owner.get(thing, ABATTOIR), "read", "submit", "admin")).status_code == 200, thing


def test_changing_anothers_enterprise_is_changing_nothing(service: Service) -> None:
    stranger = service.key(EDU, "admin")
    for method, path in (("DELETE", ""), ("DELETE", "/mappings/x"), ("GET", "/mappings/x")):
        foreign, absent = (
            told(service.request(method, f"/enterprises/{uscc}{path}", headers=stranger)) for uscc in (ABATTOIR, FARM[:-1] + "X")
        )
        assert foreign == absent and foreign[0] == 404


def test_a_key_that_is_wrong_revoked_or_expired_gets_one_answer(service: Service) -> None:
    key = service.key(ABATTOIR, valid_s=10)["Authorization"]
    others = [key[:-1] + ("A" if key[-1] != "A" else "B"), "Bearer " + "0" * 16 + "." + "A" * 43, "Bearer x", "Basic x", ""]
    answers = [told(service.get("/events", {"Authorization": text})) for text in others]
    service.now += 10
    answers.append(told(service.get("/events", {"Authorization": key})))
    assert all(answer == answers[0] for answer in answers) and answers[0][0] == 401


def test_a_secret_is_compared_in_constant_time_also_for_an_unknown_id(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def recording(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    monkeypatch.setattr("gateway.auth.hmac.compare_digest", recording)
    for text in (service.key(ABATTOIR)["Authorization"], "Bearer " + "0" * 16 + "." + "A" * 43):
        service.get("/events", {"Authorization": text})
    assert compared == [(32, 32)] * 2
