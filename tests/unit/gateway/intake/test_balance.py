"""Balances over several events of one lot and of one certificate."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from gateway.store.enterprises import Enterprise, register
from tests.rule_cases import CARCASSES, PIGS, changed, slaughter
from tests.service import ABATTOIR, COM, SHOP, Service, document, service_in

FARM = "91310120TE5T001048"
LOIN = "https://id.gs1.org/01/09521234100034/10/C20250602-07"
DECLARED = {"errorDeclaration": {"declarationTime": "2025-06-02T09:00:00+08:00", "reason": "incorrect_data"}}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    for made in service_in(tmp_path):
        with made.db.write() as tx:
            register(tx, Enterprise(FARM, "示例", "farm", COM))
        yield made


def post(service: Service, *events: dict[str, Any], key: str = ABATTOIR) -> list[str]:
    """The codes of what was refused, or else of the warnings."""
    body = service.post("/capture", document(*events), service.key(key)).json()
    if "events" in body:
        return [each["code"] for one in body["events"] for each in one["warnings"] if each["code"] != "time.late"]
    return [fault["code"] for fault in body["errors"]]


def cut(kg: float, minute: int = 0, **changes: Any) -> dict[str, Any]:
    """So much of the slaughter lot becomes loin."""
    event = slaughter(
        {"cn:productionDate": "2025-06-02", "cn:expiryDate": "2025-06-09", "cbvmda:lotNumber": "C20250602-07", "cn:headsIn": None,
         "cn:carcassCount": None, "cn:headsDead": None, "cn:headsCondemned": None},
        eventTime=f"2025-06-02T05:{minute:02d}:00+08:00", bizStep="creating_class_instance", cn__link="cutting",
        inputQuantityList=[{"epcClass": CARCASSES, "quantity": kg, "uom": "KGM"}],
        outputQuantityList=[{"epcClass": LOIN, "quantity": kg, "uom": "KGM"}], cn__animalQuarantineCertA=None,
    )  # fmt: skip
    return changed(event, changes)


def arrival(heads: int, uscc: str = ABATTOIR, **changes: Any) -> dict[str, Any]:
    """So many pigs come in under the certificate, or leave the farm under it."""
    link = "slaughter_in" if uscc == ABATTOIR else "transport_out"
    event = {
        "type": "ObjectEvent", "action": "OBSERVE", "eventTime": "2025-06-01T21:10:00+08:00", "eventTimeZoneOffset": "+08:00",
        "bizStep": "receiving" if uscc == ABATTOIR else "shipping", "quantityList": [{"epcClass": PIGS, "quantity": heads}],
        "readPoint": {"id": "https://id.gs1.org/414/9521234000020"},
        "bizTransactionList": [{"type": "cert", "bizTransaction": "urn:x:1"}],
        "sourceList": [{"type": "possessing_party", "source": "https://id.gs1.org/417/9521234000020"}],
        "destinationList": [{"type": "possessing_party", "destination": "https://id.gs1.org/417/9521234000020"}],
        "cn:uscc": uscc, "cn:category": "pork", "cn:link": link, "cn:animalQuarantineCertA": "3200123456",
        "cn:certIssueDate": "2025-06-01", "cn:betaAgonistTest": "negative",
    }  # fmt: skip
    return changed(event, changes)


def test_a_lot_cut_in_parts_is_used_no_further_than_it_was_made(service: Service) -> None:
    assert post(service, slaughter(), cut(4000), cut(4010.9, 1)) == []
    assert post(service, cut(1, 2)) == ["qty.lot_balance"]
    assert post(service, cut(0.05, 3)) == []


def test_parts_of_one_document_add_up(service: Service) -> None:
    assert post(service, slaughter(), cut(4500), cut(4500, 1)) == ["qty.lot_balance"]
    assert service.stored() == (0, 0)


def test_more_output_of_the_lot_leaves_more_to_use(service: Service) -> None:
    assert post(service, slaughter(), slaughter(eventTime="2025-06-02T01:50:00+08:00"), cut(16_000)) == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whichever_order_parts_come_too_much_is_told(service: Service, order: tuple[int, ...]) -> None:
    events = [slaughter(), cut(5000), cut(5000, 1)]
    said = [code for i in order for code in post(service, events[i])]
    assert said == (["qty.lot_balance_late"] if order[2] == 0 else ["qty.lot_balance"])


def test_a_lot_made_elsewhere_is_not_weighed(service: Service) -> None:
    assert post(service, cut(9000), cut(9000, 1)) == []


def test_what_was_declared_wrong_is_used_again(service: Service) -> None:
    wrong = cut(8000, eventID="urn:x:wrong")
    assert post(service, slaughter(), wrong) == []
    assert post(service, cut(7000, 1)) == ["qty.lot_balance"]
    assert post(service, wrong | DECLARED, cut(7000, 1)) == []


def test_a_lot_split_over_events_has_no_more_heads_than_arrived(service: Service) -> None:
    assert post(service, arrival(100), slaughter()) == []
    assert post(service, slaughter(eventTime="2025-06-02T01:50:00+08:00")) == ["cert.heads"]


def test_of_a_certificate_of_which_nobody_says_anything_nothing_is_asked(service: Service) -> None:
    assert post(service, slaughter(), slaughter(eventTime="2025-06-02T01:50:00+08:00")) == []


def test_what_left_the_farm_counts_and_the_abattoirs_own_word_outbids_it(service: Service) -> None:
    assert post(service, arrival(1, FARM), key=FARM) == []
    assert post(service, slaughter()) == ["cert.heads"]
    assert post(service, arrival(98), slaughter()) == ["cert.heads"]
    assert post(service, arrival(100), slaughter()) == []


def test_several_certificates_of_one_lot_are_added_up(service: Service) -> None:
    def both(minute: int) -> dict[str, Any]:
        when = f"2025-06-02T02:{minute:02d}:00+08:00"
        return slaughter(eventTime=when, cn__animalQuarantineCertA=["3200123456", "3200123457"])

    came = arrival(100, cn__animalQuarantineCertA="3200123457")
    assert post(service, came, both(0)) == []
    assert post(service, both(1)) == ["cert.heads"]  # the other certificate, of which nothing is known, adds nothing
    assert post(service, arrival(100), both(1)) == []
    assert post(service, both(2)) == ["cert.heads"]


def test_an_arrival_that_says_too_little_afterwards_is_told(service: Service) -> None:
    assert post(service, slaughter(), arrival(99)) == ["cert.heads_late"]


def test_what_one_arrival_says_of_two_certificates_is_shared(service: Service) -> None:
    two = ["3200123456", "3200123457"]
    assert post(service, arrival(100, cn__animalQuarantineCertA=two)) == []
    assert post(service, slaughter(cn__animalQuarantineCertA=two)) == []
    for cited in (two, two[0], two[1]):
        again = slaughter(eventTime="2025-06-02T01:50:00+08:00", cn__animalQuarantineCertA=cited)
        assert post(service, again) == ["cert.heads"]


def test_pieces_of_other_goods_are_no_animals(service: Service) -> None:
    def cold_chain(pieces: int, uscc: str) -> dict[str, Any]:
        return arrival(
            pieces, uscc, cn__link="cold_chain", bizStep="transporting", quantityList=[{"epcClass": LOIN, "quantity": pieces}],
            sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 1, "uom": "CEL"}]}],
        )  # fmt: skip

    assert post(service, cold_chain(1, SHOP), key=SHOP) == []
    assert post(service, slaughter()) == []
    assert post(service, arrival(100), cold_chain(5000, ABATTOIR)) == []
    assert post(service, slaughter(eventTime="2025-06-02T01:50:00+08:00")) == ["cert.heads"]


def test_an_arrival_declared_wrong_counts_no_longer(service: Service) -> None:
    wrong = arrival(200, eventID="urn:x:wrong")
    assert post(service, wrong, wrong | DECLARED, arrival(100), slaughter()) == []
    assert post(service, slaughter(eventTime="2025-06-02T01:50:00+08:00")) == ["cert.heads"]
