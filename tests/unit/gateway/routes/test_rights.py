"""Who may send whose events: kinds of keys × whose event × route."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from gateway.store.enterprises import Enterprise, register
from tests.service import COM, CONTEXT, FARM, MARKET, PLATFORM, Service, document, event

SLIPS = "data/hostile/h89-csv-bom-accepted.csv"
STRANGER = "92310118TE5T00120Y"  # not registered
NOT_ALLOWED, NO_RIGHT, ALLOWED = "submitter.not_allowed", "auth.right", ""

# A kind of key: owner, rights, its list; what becomes of an event of the market, and of one of the farm
KEYS = {
    "the market's own": (MARKET, ("submit",), (), ALLOWED, NOT_ALLOWED),
    "the market's, that may only read": (MARKET, ("read",), (), NO_RIGHT, NO_RIGHT),
    "the market's, that may only act": (MARKET, ("admin",), (), NO_RIGHT, NO_RIGHT),
    "the market's, for itself and the farm": (MARKET, ("submit", "submit:onbehalf"), (FARM,), ALLOWED, ALLOWED),
    "the market's, for the farm only": (MARKET, ("submit:onbehalf",), (FARM,), NOT_ALLOWED, ALLOWED),
    "a platform's, for the market": (PLATFORM, ("submit:onbehalf",), (MARKET,), ALLOWED, NOT_ALLOWED),
    "a platform's, for both": (PLATFORM, ("submit:onbehalf",), (MARKET, FARM), ALLOWED, ALLOWED),
    "a platform's, with an empty list": (PLATFORM, ("submit:onbehalf",), (), NO_RIGHT, NO_RIGHT),
    "a platform's, with a list and no right to it": (PLATFORM, ("submit",), (MARKET,), NOT_ALLOWED, NOT_ALLOWED),
    "the bureau's": (COM, ("submit", "read", "admin"), (), NOT_ALLOWED, NOT_ALLOWED),
    "the bureau's, for the farm": (COM, ("submit:onbehalf",), (FARM,), NOT_ALLOWED, ALLOWED),
}


def send(service: Service, shared: Path, route: str, whose: str, key: dict[str, str]) -> httpx.Response:
    """A good event of `whose`, which is of the kind that may report it, or a good table."""
    with service.db.write() as tx:
        register(tx, Enterprise(whose, "示例", "wholesale_market" if route == "/imports" else "slaughterhouse", COM))
    if route == "/capture":
        return service.post(route, document(event(cn__uscc=whose)), key)
    if route == "/events":
        return service.post(route, json.dumps({"@context": CONTEXT, **event(cn__uscc=whose)}).encode(), key)
    path = f"/imports?profile=pork_wholesale_day&submitter={whose}"
    return service.request("POST", path, headers={**key, "Content-Type": "text/csv"}, content=(shared / SLIPS).read_bytes())


@pytest.mark.parametrize("route", ["/capture", "/events", "/imports"])
@pytest.mark.parametrize("whose", [MARKET, FARM], ids=["of the market", "of the farm"])
@pytest.mark.parametrize("kind", KEYS)
def test_a_key_sends_what_its_owner_and_its_list_allow_and_nothing_else(
    service: Service, shared: Path, kind: str, whose: str, route: str
) -> None:
    owner, rights, on_behalf, of_market, of_farm = KEYS[kind]
    expected = of_market if whose == MARKET else of_farm
    answer = send(service, shared, route, whose, service.key(owner, *rights, on_behalf=on_behalf))
    assert (answer.status_code, answer.json().get("code", "")) == (
        403 if expected else 202 if route == "/capture" else 201,
        expected,
    )
    assert bool(service.rows()) is (not expected)


@pytest.mark.parametrize("path", ["/capture", "/imports?profile=pork_wholesale_day"])
def test_an_enterprise_that_is_not_registered_sends_nothing(service: Service, path: str) -> None:
    media_type = "text/csv" if path.startswith("/imports") else "application/json"
    sent = {**service.key(STRANGER), "Content-Type": media_type}
    answer = service.request("POST", path, headers=sent, content=document(event(cn__uscc=STRANGER)))
    assert (answer.status_code, answer.json()["code"]) == (403, "submitter.unregistered")


def test_one_event_of_another_refuses_a_document_and_proceed_takes_the_rest(service: Service) -> None:
    with service.db.write() as tx:
        register(tx, Enterprise(MARKET, "示例", "slaughterhouse", COM))
    raw, key = document(event(cn__uscc=MARKET), event(cn__uscc=FARM)), service.key(MARKET)
    assert service.post("/capture", raw, key).json()["code"] == NOT_ALLOWED
    taken = service.post("/capture", raw, key, GS1_Capture_Error_Behaviour="proceed").json()["events"]
    assert [entry["outcome"] for entry in taken] == ["accepted", "refused"]


def test_reporting_for_another_party_needs_no_right_of_it_and_gives_it_none(service: Service) -> None:
    """`cn:onBehalfOfUscc`: the market reports its stall's sale under its own name."""
    with service.db.write() as tx:
        register(tx, Enterprise(MARKET, "示例", "slaughterhouse", COM))
    answer = service.post(
        "/capture", document(event(eventID="urn:x:1", cn__uscc=MARKET, cn__onBehalfOfUscc=FARM)), service.key(MARKET)
    )
    assert answer.status_code == 202
    codes = [warning["code"] for warning in answer.json()["events"][0]["warnings"]]
    assert "submitter.behalf_unregistered" not in codes
    assert service.get("/events/urn:x:1", service.key(FARM)).status_code == 404
    on_behalf_of = document(event(eventID="urn:x:2", cn__uscc=FARM, cn__onBehalfOfUscc=MARKET))
    assert service.post("/capture", on_behalf_of, service.key(MARKET)).json()["code"] == NOT_ALLOWED


def test_a_party_that_is_not_registered_may_be_reported_for_and_that_is_said(service: Service) -> None:
    with service.db.write() as tx:
        register(tx, Enterprise(MARKET, "示例", "slaughterhouse", COM))
    raw = document(event(cn__uscc=MARKET, cn__onBehalfOfUscc=STRANGER))
    (outcome,) = service.post("/capture", raw, service.key(MARKET)).json()["events"]
    told = [(warning["code"], warning["pointer"]) for warning in outcome["warnings"]]
    assert ("submitter.behalf_unregistered", "/epcisBody/eventList/0/cn:onBehalfOfUscc") in told
