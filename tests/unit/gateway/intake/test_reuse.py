"""Papers used twice: one animal form serves one slaughter lot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.store.enterprises import Enterprise, register
from tests.rule_cases import CARCASSES, slaughter
from tests.service import ABATTOIR, COM, Service, document, event, service_in

OTHER = "91310120TE5T001048"
DECLARED = {"errorDeclaration": {"declarationTime": "2025-06-02T09:00:00+08:00", "reason": "incorrect_data"}}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    for made in service_in(tmp_path):
        with made.db.write() as tx:
            register(tx, Enterprise(OTHER, "示例", "slaughterhouse", COM))
        yield made


def lot(number: str, **changes: Any) -> dict[str, Any]:
    made = [{"epcClass": CARCASSES.replace("S20250602-07", number), "quantity": 8010.5, "uom": "KGM"}]
    return slaughter({"cbvmda:lotNumber": number}, outputQuantityList=made, **changes)


def post(service: Service, *events: dict[str, Any], key: str = ABATTOIR) -> list[str]:
    """The codes of what was refused, or else of the warnings."""
    answer = service.post("/capture", document(*events), service.key(key))
    body = answer.json()
    if answer.status_code == 202:
        return [
            warning["code"] for outcome in body["events"] for warning in outcome["warnings"] if warning["code"] != "time.late"
        ]
    return [fault["code"] for fault in body["errors"]]


def test_a_form_serves_one_lot_within_a_document_and_ever_after(service: Service) -> None:
    assert post(service, lot("A"), lot("B")) == ["cert.reused"]
    assert service.stored() == (0, 0)
    assert post(service, lot("A")) == []
    assert post(service, lot("B")) == ["cert.reused"]
    assert post(service, lot("B", cn__animalQuarantineCertA="3200123457")) == []


def test_the_fault_is_at_the_number(service: Service) -> None:
    post(service, lot("A"))
    two = lot("B", cn__animalQuarantineCertA=["3200123457", "3200123456"])
    answer = service.post("/capture", document(lot("A", eventID="urn:x:1"), two), service.key(ABATTOIR))
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/epcisBody/eventList/1/cn:animalQuarantineCertA/1"]


def test_the_same_lot_may_cite_its_form_again(service: Service) -> None:
    first = lot("A")
    assert post(service, first) == post(service, first) == []
    assert post(service, lot("A", eventTime="2025-06-02T02:40:00+08:00")) == []
    assert post(service, lot("A", cn__animalQuarantineCertA=["3200123456", "3200123456"])) == []


def test_the_same_number_on_a_form_of_the_other_kind_is_the_same_form(service: Service) -> None:
    post(service, lot("A"))
    assert post(service, lot("B", cn__animalQuarantineCertA=None, cn__animalQuarantineCertB="3200123456")) == ["cert.reused"]


def test_a_declared_error_frees_the_form_for_the_corrective_event(service: Service) -> None:
    wrong = lot("A", eventID="urn:x:wrong")
    assert post(service, wrong) == []
    assert post(service, lot("B", eventID="urn:x:right")) == ["cert.reused"]
    assert post(service, wrong | DECLARED, lot("B", eventID="urn:x:right")) == []
    assert post(service, lot("C")) == ["cert.reused"]


def test_a_correction_of_the_same_lot_uses_the_same_form(service: Service) -> None:
    wrong = lot("A", eventID="urn:x:wrong")
    right = lot("A", eventID="urn:x:right", eventTime="2025-06-02T02:40:00+08:00")
    assert post(service, wrong, wrong | DECLARED, right) == []


def test_another_submitters_use_is_flagged_and_blocks_nobody(service: Service) -> None:
    assert post(service, lot("A")) == []
    assert post(service, lot("A", cn__uscc=OTHER), key=OTHER) == ["cert.used_elsewhere"]
    assert post(service, lot("B", cn__uscc=OTHER), key=OTHER) == ["cert.reused"]


def test_another_submitters_declaration_frees_nothing(service: Service) -> None:
    post(service, lot("A", eventID="urn:x:wrong"))
    post(service, lot("A", eventID="urn:x:wrong", cn__uscc=OTHER) | DECLARED, key=OTHER)
    assert post(service, lot("B")) == ["cert.reused"]


def test_of_events_that_are_refused_no_use_is_recorded(service: Service) -> None:
    good, bad = lot("A"), lot("B", cn__animalQuarantineCertA="320012345")
    assert post(service, good, bad) == ["id.quarantine_format"]
    assert post(service, lot("C")) == []


def test_an_inspection_certificate_of_two_lots_is_flagged(service: Service) -> None:
    def inspected(number: str) -> dict[str, Any]:
        return event(quantityList=[{"epcClass": CARCASSES.replace("S20250602-07", number), "quantity": 100, "uom": "KGM"}])

    assert post(service, inspected("A"), inspected("A") | {"eventID": "urn:x:again"}) == []
    assert post(service, inspected("B")) == ["cert.used_again"]
