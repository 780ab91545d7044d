"""Records of accepted events, and what is durable when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from certs.canonical import canonical, parse
from certs.record import Record, Tier
from certs.scope import scope_bits
from gateway.auth import make_key
from gateway.catalogue.tables import read_catalogue
from gateway.intake import accept
from gateway.intake.accept import take
from gateway.intake.epcis import read_document
from gateway.intake.records import cited_documents
from tests.service import ABATTOIR, COM, CONTEXT, NOW, Service, document, event, service_in

CATALOGUE = read_catalogue()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def test_the_three_bodies_are_those_of_the_protocol(service: Service) -> None:
    raw = document(event())
    service.post("/capture", raw, service.key(ABATTOIR))
    (row,) = service.rows()
    public = parse(row.public_body)
    assert public == {
        "member": COM, "submitter": ABATTOIR, "class": "livestock", "stage": "slaughter", "category": "pork",
        "type": "ObjectEvent", "time": "2025-06-02T03:00:00.000+08:00", "codes": ["01/09521234100027/10/S20250602-07"],
        "context": CONTEXT, "documents": ["cert", "productQuarantineCertB"], "event": public["event"],
    }  # fmt: skip
    assert set(parse(row.bureaus_body)) == {"event"}
    assert parse(row.submitter_body) == {
        "event": {"cn:officialVet": "虚构兽医乙"},
        "sha256": "0x" + hashlib.sha256(raw).hexdigest(),
    }


def test_what_is_stored_gives_the_leaf_and_the_scope_beside_it(service: Service) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    (row,) = service.rows()
    tiers = [
        Tier(salt, parse(body))
        for salt, body in (
            (row.public_salt, row.public_body), (row.bureaus_salt, row.bureaus_body), (row.submitter_salt, row.submitter_body),
        )
    ]  # fmt: skip
    assert Record(row.suite, *tiers).leaf() == row.leaf
    assert row.public_body == canonical(tiers[0].body)
    assert int.from_bytes(row.scope, "big") == scope_bits("livestock", "slaughter")
    assert row.content_sha256 == hashlib.sha256(canonical(event())).digest()
    assert (row.received_at, row.member) == (NOW, COM)


def test_no_salt_is_used_twice(service: Service) -> None:
    listed = [event(eventID=f"urn:x:{i}") for i in range(5)]
    service.post("/capture", document(*listed), service.key(ABATTOIR))
    salts = [salt for row in service.rows() for salt in (row.public_salt, row.bureaus_salt, row.submitter_salt)]
    assert len(set(salts)) == len(salts) == 15
    assert {len(salt) for salt in salts} == {32}


def test_a_kept_event_is_durable_and_waits_for_no_batch(service: Service) -> None:
    service.post("/capture", document(event(quantityList=None)), service.key(ABATTOIR))
    (row,) = service.rows()
    assert (row.state, parse(row.public_body)["codes"]) == ("kept", [])


def test_everything_of_a_request_is_one_transaction(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store fails at the last statement: nothing of the request is there."""

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(accept, "finish_capture", fail)
    answer = service.post("/capture", document(event(), event(eventID="urn:x:1")), service.key(ABATTOIR))
    assert answer.status_code == 500
    assert service.stored() == (0, 0)


def test_the_capture_row_says_what_became_of_each_event_and_not_what_it_was(service: Service) -> None:
    key, _ = make_key(ABATTOIR, rights=["submit"], now=NOW, valid_s=60, random=service.random)
    parts = service.app.state.parts
    raw = document(event(), event(type="Zq"))
    capture = take(
        service.db, parts.intake, read_document(raw, tiers=CATALOGUE.tiers, max_events=9), key=key, behaviour="proceed"
    )
    assert [entry["outcome"] for entry in capture.result] == ["accepted", "refused"]
    assert capture.document_sha256 == hashlib.sha256(raw).digest()
    assert "虚构" not in str(capture.result) and "Zq" not in str(capture.result)


def test_the_assigned_id_depends_on_submitter_and_content_only(service: Service) -> None:
    key = service.key(ABATTOIR)
    first = service.post("/capture", document(event(), event(bizStep="x")), key).json()["events"]
    assert first[0]["eventID"] != first[1]["eventID"]
    assert first[0]["eventID"] == service.post("/capture", document(event()), key).json()["events"][0]["eventID"]
    assert first[0]["eventID"] == "urn:uuid:" + first[0]["eventID"][9:].lower() and first[0]["eventID"][23] == "5"


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, []),
        ({"cn:animalQuarantineCertA": "1", "cn:meatQualityCert": "2"}, ["animalQuarantineCertA", "meatQualityCert"]),
        ({"cn:meatQualityCert": ""}, []),
        ({"cn:slipNo": "1"}, []),
        ({"bizTransactionList": [{"type": "inv"}, {"type": "cert"}, {"type": "inv"}]}, ["cert", "inv"]),
        ({"bizTransactionList": [{"type": "张三 13800000000"}, {"type": ["inv"]}, "inv", {}]}, []),
        ({"bizTransactionList": "inv"}, []),
    ],
)
def test_documents_are_listed_kinds_and_never_numbers(changes: dict[str, object], kinds: list[str]) -> None:
    assert cited_documents(changes, CATALOGUE) == kinds
