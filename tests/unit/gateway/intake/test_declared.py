"""What an error declaration must repeat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.store.tables import events
from tests.rule_cases import slaughter
from tests.service import ABATTOIR, CONTEXT, MARKET, Service, document, event, service_in

DECLARED = {"errorDeclaration": {"declarationTime": "2025-06-02T09:00:00+08:00", "reason": "incorrect_data"}}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def post(service: Service, sent: dict[str, Any], *, key: str = ABATTOIR, context: Any = CONTEXT) -> str:
    """ "" or the code of the refusal."""
    answer = service.post("/capture", document(sent, **{"@context": context}), service.key(key))
    return "" if answer.status_code == 202 else str(answer.json()["errors"][0]["code"])


@pytest.mark.parametrize("wrong", [event(), event(eventID="urn:x:1"), slaughter()])
def test_what_was_said_before_may_be_declared_wrong(service: Service, wrong: dict[str, Any]) -> None:
    assert post(service, wrong) == ""
    assert post(service, wrong | DECLARED) == ""


def test_when_an_event_was_recorded_is_no_part_of_it(service: Service) -> None:
    wrong = event(eventID="urn:x:1")
    assert post(service, wrong | {"recordTime": "2025-06-02T04:00:00Z"}) == ""
    assert post(service, wrong | DECLARED | {"recordTime": "2025-06-02T05:00:00Z"}) == ""


def test_a_declaration_of_something_else_is_refused(service: Service) -> None:
    assert post(service, event() | DECLARED) == "event.declares_unknown"
    assert post(service, event(eventID="urn:x:1")) == ""
    for changes in ({"eventID": "urn:x:2"}, {"cn:slipNo": "1"}, {"cn:officialVet": "甲"}, {"ilmd": {}, "action": "ADD"}):
        assert post(service, event(eventID="urn:x:1") | DECLARED | changes) == "event.declares_unknown"
    assert service.stored() == (1, 1)


def test_a_declaration_is_nothing_that_can_be_declared_wrong(service: Service) -> None:
    assert post(service, event(eventID="urn:x:1")) == post(service, event(eventID="urn:x:1") | DECLARED) == ""
    again = {"errorDeclaration": {"declarationTime": "2025-06-02T10:00:00+08:00"}}
    assert post(service, event(eventID="urn:x:1") | again) == ""  # the event itself, once more


def test_another_submitters_event_cannot_be_declared(service: Service) -> None:
    assert post(service, event(eventID="urn:x:1")) == ""
    theirs = event(eventID="urn:x:1", cn__uscc=MARKET) | DECLARED
    assert post(service, theirs, key=MARKET) == "event.declares_unknown"


def plain(**changes: Any) -> dict[str, Any]:
    """The event as EPCIS alone has it."""
    return {name: value for name, value in event(**changes).items() if not name.startswith("cn:")}


def test_what_is_declared_before_it_is_sent_is_never_sent(service: Service) -> None:
    assert post(service, plain(eventID="urn:x:1") | DECLARED, context=CONTEXT[0]) == ""  # as GS1's example does
    assert post(service, slaughter(eventID="urn:x:1")) == "event.declared_before"
    assert post(service, plain(eventID="urn:x:1"), context=CONTEXT[0]) == "event.declared_before"
    assert post(service, slaughter(eventID="urn:x:1", cn__uscc=ABATTOIR) | DECLARED) == "event.declares_unknown"
    assert post(service, event(eventID="urn:x:1", cn__uscc=MARKET, cn__link="x"), key=MARKET) != "event.declared_before"
    assert post(service, slaughter(eventID="urn:x:2")) == ""


def test_a_declaration_of_nothing_is_told_of(service: Service) -> None:
    def warnings(sent: dict[str, Any]) -> list[str]:
        answer = service.post("/capture", document(sent, **{"@context": CONTEXT[0]}), service.key(ABATTOIR)).json()
        return [warning["code"] for warning in answer["events"][0]["warnings"]]

    assert warnings(plain(eventID="urn:x:1") | DECLARED) == ["event.declares_nothing"]
    assert warnings(plain(eventID="urn:x:2")) == warnings(plain(eventID="urn:x:2") | DECLARED) == []


def test_the_general_profile_calls_nothing_of_the_catalogues_wrong(service: Service) -> None:
    assert post(service, event(eventID="urn:x:1")) == post(service, plain(eventID="urn:x:2"), context=CONTEXT[0]) == ""
    for sent in (plain(eventID="urn:x:1"), event(eventID="urn:x:1"), plain(eventID="urn:x:2", action="ADD")):
        prefixes = [CONTEXT[0], "https://example.org/any.jsonld"]  # a context in which any prefix may be declared, but cn
        assert post(service, sent | DECLARED, context=prefixes) in ("event.declares_unknown", "epcis.prefix")
    assert not any(row.declares for row in service.rows())


def test_only_what_was_stored_before_it_is_called_wrong(service: Service) -> None:
    """As a store may have it from a time when a declaration could come first."""
    assert post(service, plain(eventID="urn:x:1") | DECLARED, context=CONTEXT[0]) == ""
    assert post(service, slaughter(eventID="urn:x:2")) == ""
    with service.db.write() as tx:
        tx.execute(events.update().where(events.c.event_id == "urn:x:2").values(event_id="urn:x:1"))
    assert post(service, slaughter({"cbvmda:lotNumber": "OTHER"}, outputQuantityList=[
        {"epcClass": "https://id.gs1.org/01/09521234100027/10/OTHER", "quantity": 8010.5, "uom": "KGM"}
    ])) == "cert.reused"  # fmt: skip


def test_what_the_general_profile_took_was_never_judged(service: Service) -> None:
    sent = plain(eventID="urn:x:1")
    assert post(service, sent, context=CONTEXT[0]) == ""
    placed = sent | {"cn:uscc": ABATTOIR, "cn:category": "pork", "cn:link": "post_mortem"}
    assert post(service, placed | DECLARED) == "event.declares_unknown"
    assert post(service, sent | DECLARED, context=CONTEXT[0]) == ""  # there no rule is switched off
