"""What an error declaration must repeat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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


def test_what_the_general_profile_took_was_never_judged(service: Service) -> None:
    plain = {name: value for name, value in event(eventID="urn:x:1").items() if not name.startswith("cn:")}
    assert post(service, plain, context=CONTEXT[0]) == ""
    placed = plain | {"cn:uscc": ABATTOIR, "cn:category": "pork", "cn:link": "post_mortem"}
    assert post(service, placed | DECLARED) == "event.declares_unknown"
    assert post(service, plain | DECLARED, context=CONTEXT[0]) == ""  # there no rule is switched off
