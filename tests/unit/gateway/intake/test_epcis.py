"""Documents from bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from gateway.catalogue.tables import read_catalogue
from gateway.errors import Refused
from gateway.intake.epcis import Document, read_document, read_event
from tests.service import CONTEXT, document, event

TIERS = read_catalogue().tiers


def read(raw: bytes) -> Document:
    return read_document(raw, tiers=TIERS, max_events=10)


def faults(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        read(document(event(), **changes))
    assert refused.value.code == "document.refused"
    return [(fault.code, fault.pointer) for fault in refused.value.faults]


def test_a_document_gives_its_context_its_events_and_the_hash_of_its_bytes() -> None:
    raw = document(event())
    found = read(raw)
    assert (found.context, found.events, found.sha256) == (CONTEXT, (event(),), hashlib.sha256(raw).digest())
    assert found.pointer(3) == "/epcisBody/eventList/3"


def test_a_lone_event_is_a_document_of_one_without_its_context() -> None:
    raw = json.dumps({"@context": CONTEXT, **event()}).encode()
    found = read_event(raw, tiers=TIERS)
    assert (found.context, found.events, found.sha256) == (CONTEXT, (event(),), hashlib.sha256(raw).digest())
    assert found.pointer(0) == ""


def test_all_faults_of_the_shape_are_named_at_once() -> None:
    top = {"type": "EPCISQueryDocument", "schemaVersion": "1.2", "creationDate": "2025-06-02", "@context": []}
    assert faults(**top, epcisBody={"eventList": {}}) == [
        ("epcis.schema", "/type"),
        ("epcis.schema", "/schemaVersion"),
        ("time.invalid", "/creationDate"),
        ("epcis.context", "/@context"),
        ("epcis.schema", "/epcisBody/eventList"),
    ]


@pytest.mark.parametrize("body", [None, [], "x", {}, {"eventList": None}, {"eventList": []}])
def test_a_body_without_events_is_refused(body: Any) -> None:
    assert faults(epcisBody=body) == [("epcis.schema", "/epcisBody/eventList")]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "json.empty"),
        (b" \n", "json.empty"),
        (b"[]", "json.not_object"),
        (b'"x"', "json.not_object"),
        (b"{", "json.syntax"),
        (b'{"a":"NaN","b":1e400}', "json.number_out_of_range"),
        (b'{"a":"x","b":NaN}', "json.non_finite_number"),
        (b'{"a":-Infinity}', "json.non_finite_number"),
        (b'{"a":1,"a":1}', "json.duplicate_key"),
        (b'{"__proto__":1}', "json.proto"),
        (b'{"a":"\\ud800"}', "json.lone_surrogate"),
        (b'{"a":"\\u0000"}', "text.nul"),
        (b'{"a":"' + b"x" * 65_537 + b'"}', "text.too_long"),
        (b"[" * 40 + b"]" * 40, "json.too_deep"),
        (b"\xef\xbb\xbf{}", "json.bom"),
        (b"\xff{}", "json.not_utf8"),
    ],
)
def test_bytes_that_are_not_strict_json_have_their_code(raw: bytes, code: str) -> None:
    for reader in (read, lambda raw: read_event(raw, tiers=TIERS)):
        with pytest.raises(Refused) as refused:
            reader(raw)
        assert (refused.value.code, refused.value.faults) == (code, ())
