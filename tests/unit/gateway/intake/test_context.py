"""The @context of a submission."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from certs.canonical import canonical
from gateway.catalogue.tables import read_catalogue
from gateway.intake.context import General, content_sha256, context_faults, general_profile

TIERS = read_catalogue().tiers
GS1 = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CN = {"cn": "https://trace.example.cn/ns/cn/"}


def codes(context: Any) -> list[str]:
    faults = list(context_faults(context, TIERS))
    assert all(fault.pointer == "/@context" for fault in faults)
    return [fault.code for fault in faults]


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (None, ["epcis.context"]),
        ([], ["epcis.context"]),
        (CN, ["epcis.context"]),
        ([GS1, CN, 5], ["epcis.context"]),
        ([GS1, [GS1]], ["epcis.context"]),
        ([CN], ["epcis.context"]),
        ([CN, "https://gs1.org.evil.example/epcis-context.jsonld"], ["epcis.context"]),
        ([GS1, {"cn": "https://other.example/"}], ["epcis.context.cn"]),
        ([GS1, CN, CN], ["epcis.context.cn"]),
        ([GS1, CN, {"eventTime": "https://other.example/"}], ["epcis.context.term"]),
        ([GS1, CN, {"cn:uscc": "https://other.example/"}], ["epcis.context.term"]),
        ([GS1, CN, {"cn:uscc": {"@type": "@id"}}], ["epcis.context.term"]),
        ([GS1, CN, {"cbvmda:lotNumber": {"@type": "@id"}}], ["epcis.context.term"]),
        ([GS1, CN, {"cbvmda": "https://other.example/"}], ["epcis.context.term"]),
        ([GS1, CN, {"@base": "https://other.example/"}], ["epcis.context.term"]),
        ([GS1, CN, {"@vocab": "https://other.example/"}], ["epcis.context.term"]),
        ([GS1, CN, {"x": {"@id": "https://other.example/"}}], ["epcis.context.term"]),
        ([GS1, CN, {"x": {"@type": "@id"}}], ["epcis.context.term"]),
        ([GS1, CN, {"x:y": {"@type": "@id", "@id": "https://other.example/"}}], ["epcis.context.term"]),
        ([GS1, CN, {"x:y": {"@type": 1}}], ["epcis.context.term"]),
        ([GS1, CN, {"x:y": {}}], ["epcis.context.term"]),
        ([GS1, {"eventTime": "https://other.example/"}], ["epcis.context.term"]),
        ([GS1, CN, {"x": ["https://other.example/"]}], ["epcis.context.term"]),
        *[
            ([GS1, {name: "https://other.example/"}], ["epcis.context.term"])
            for name in ("id", "type", "epcClass", "uom", "quantity", "sensorReport", "maxValue", "cbv", "gs1", "epcis", "xsd")
        ],
        ([GS1, CN, {"cn2": "https://trace.example.cn/ns/cn/"}], ["epcis.context.term"]),
        ([GS1, {"x": "https://trace.example.cn/ns/"}], ["epcis.context.term"]),  # x:cn/uscc would be a term of ours
        ([GS1, {"x": "https:"}], ["epcis.context.term"]),
        *[
            ([GS1, *ours, {"x": target}], ["epcis.context.term"])
            for ours in ([], [CN])
            for target in (
                "cn:",
                "cn:uscc",
                "cbvmda:",
                "gs1:",
                "urn:epcglobal:cbv:mda:",
                "urn:epcglobal:cbv:",
                "https://ref.gs1.org/epcis/",
                "https://ref.gs1.org/epcis/bizStep",
                "https://ref.gs1.org/cbv/",
                "x:y",
            )
        ],
        *[([GS1, CN, {name: "https://other.example/"}], ["epcis.context.term"]) for name in ("urn", "http", "https", "ni")],
        ([GS1, {"y": "https://other.example/"}, {"x": "y:z"}], ["epcis.context.term"]),
        ([GS1, CN, {"cn:new": {"@type": "@id"}}], ["epcis.context.term"]),
        ([GS1, {"gs1:new": {"@type": "@id"}}], ["epcis.context.term"]),
        ([GS1, {"x:y": {"@type": "no type"}}], ["epcis.context.term"]),
        *[([GS1, {"x": f"urn:x{hidden}"}], ["epcis.context.term"]) for hidden in "\u202e\u200b\u0007 "],
        ([GS1, "https://x.example/\u202e"], ["epcis.context.term"]),
        ([GS1, CN, {"x:y": ["@type"]}], ["epcis.context.term"]),
        ([GS1, "x:" + "x" * (8_192 - len(GS1) - 8)], ["epcis.context.size"]),
        ([GS1, *["x:"] * 199], ["epcis.context.size"]),
    ],
)
def test_a_context_that_could_change_what_names_mean_is_refused(context: Any, expected: list[str]) -> None:
    assert codes(context) == expected


@pytest.mark.parametrize(
    "context",
    [
        GS1,
        [GS1],
        [GS1, "x:" + "x" * (8_192 - len(GS1) - 9)],
        [GS1, *["x:"] * 198],
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        "https://gs1.github.io/EPCIS/epcis-context.jsonld",
        [GS1, CN],
        [GS1, CN, {"cbvmda": "urn:epcglobal:cbv:mda:"}],
        [GS1, {"cbvmda": "http://example.com/cbvmda/"}],  # as an example of GS1 has it
        [GS1, {"rdfs": "http://www.w3.org/2000/01/rdf-schema#"}],  # so does one of GS1's
        [GS1, {"rail": "urn:gs1:epcisapp:rail:", "rail:axles": {"@type": "xsd:integer"}}],
        [GS1, {**CN, "x": "https://x.example/"}, "https://x.example/context.jsonld"],
    ],
)
def test_a_context_may_add_prefixes_types_of_extensions_and_further_documents(context: Any) -> None:
    assert codes(context) == []


def test_a_context_that_declares_cn_is_the_catalogues_and_any_other_is_general() -> None:
    assert general_profile([GS1, CN], "U") is None
    assert general_profile([GS1, {"x": "https://x.example/", "x:y": {"@type": "@id"}}], "U") == General(
        "U", frozenset({"epcis", "cbv", "cbvmda", "gs1", "rdfs", "owl", "xsd", "dcterms", "x"})
    )


def test_a_context_that_cites_another_document_may_have_any_prefix() -> None:
    assert general_profile([GS1, "https://x.example/context.jsonld"], "U") == General("U", None)


def test_content_is_told_apart_by_profile_and_not_by_how_the_context_is_written() -> None:
    assert content_sha256({}, [GS1, CN]) == content_sha256({}, [CN, GS1]) != content_sha256({}, GS1)
    said = {"x:grade": "1", "cn:remark": "y:word"}
    kinds = [
        {"x": "https://a.example/"},
        {"x": "https://b.example/"},
        {"y": "https://a.example/"},
        {"y": "https://b.example/"},
        {},
    ]
    assert len({content_sha256(said, [GS1, *ours, kind]) for kind in kinds for ours in ([], [CN])}) == 10
    assert content_sha256(said, [GS1, CN, {"z": "https://a.example/"}]) == content_sha256(said, [GS1, CN])
    named = said | {"eventID": "urn:x:1"}  # that it is the same event is its sender's word
    assert content_sha256(named, [GS1, CN, kinds[0]]) == content_sha256(named, [GS1, CN])
    assert content_sha256(said, [GS1, CN]) == hashlib.sha256(canonical(said)).digest()
    assert content_sha256({}, GS1) == content_sha256({}, [GS1]) == hashlib.sha256(canonical(["general", {}])).digest()
