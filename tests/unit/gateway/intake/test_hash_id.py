"""EPCIS Event Hash ID: golden values, what it depends on, and what it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Fault
from gateway.intake.hash_id import event_hash_id, hash_id_faults
from tests.service import CONTEXT, event

BARE = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
DL = "https://id.gs1.org"


def hash_id(digits: str) -> str:
    return f"ni:///sha-256;{digits}?ver=CBV2.0"


def is_accepted(given_id: str, said: dict[str, Any], context: Any = CONTEXT) -> bool:
    return not list(hash_id_faults({**said, "eventID": given_id}, context, ""))


def at(day_and_time: str) -> str:
    return f"2025-{day_and_time}:00.000+08:00"


# DOMAIN.md §C3, expanded as it says.
P2 = {
    "type": "ObjectEvent", "eventTime": at("06-01T08:30"), "eventTimeZoneOffset": "+08:00", "action": "OBSERVE",
    "bizStep": "shipping", "disposition": "in_transit",
    "quantityList": [{"epcClass": f"{DL}/01/09521234100010/10/F1-20250601", "quantity": 100}],
    "readPoint": {"id": f"{DL}/414/9521234000013"},
    "bizTransactionList": [{"type": "cert", "bizTransaction": "https://trace.example.cn/id/qcert/animalA/3200123456"}],
    "sourceList": [{"type": "possessing_party", "source": f"{DL}/417/9521234000013"}],
    "destinationList": [{"type": "possessing_party", "destination": f"{DL}/417/9521234000020"}],
}  # fmt: skip
P10 = {
    "type": "ObjectEvent", "eventTime": at("06-03T01:00"), "eventTimeZoneOffset": "+08:00", "action": "OBSERVE",
    "bizStep": "transporting", "disposition": "in_transit", "epcList": [f"{DL}/00/095212340000000020"],
    "readPoint": {"id": f"{DL}/414/9521234000044"},
    "sensorElementList": [{
        "sensorMetadata": {
            "startTime": at("06-02T23:00"), "endTime": at("06-03T01:00"), "deviceID": f"{DL}/8004/9521234LOG42",
            "rawData": "https://trace.example.cn/id/sensor/LOG42/20250602",
        },
        "sensorReport": [
            {"type": "Temperature", "minValue": 0.6, "maxValue": 3.8, "meanValue": 2.1, "uom": "CEL"},
            {"type": "Temperature", "exception": "ALARM_CONDITION", "booleanValue": False},
        ],
    }],
}  # fmt: skip
F4 = {
    "type": "AggregationEvent", "eventTime": at("06-03T14:20"), "eventTimeZoneOffset": "+08:00",
    "parentID": f"{DL}/01/19521234200021/21/C0000000001",
    "childEPCs": [f"{DL}/01/09521234200024/21/7K3M9QX2VB4T", f"{DL}/01/09521234200024/21/8R5N2WD6HJ1C"],
    "action": "ADD", "bizStep": "packing", "disposition": "in_progress", "readPoint": {"id": f"{DL}/414/9521234000051"},
}  # fmt: skip
P2_ID = hash_id("44587a46ee11bdbe3d47cd187407c08cbce81b5e9ba29c283d1a2205b25653f1")
P10_ID = hash_id("a740339e453c49459b0e047acf8fdb8132af2577aa7bd025dfdd0092a8d310fe")
F4_ID = hash_id("fccbe62de40c203f5483869f410e38af9d038f8660900c20218b080238a7a302")

# What epcis-event-hash-generator 1.9.3 gives for the last event of some of GS1's examples, each alone in its document.
GENERATED = [
    ("JSON/WithSensorData/SensorDataExample1.jsonld", "4eea934e9e0b466884b4b444a5924cabb9e649cdff0447b97e1b688c802a91bb"),
    ("JSON/WithSensorData/SensorDataExample9.jsonld", "7b2d70d5d9ed66cab7163c213a1e756d013535567e306fb0f38a194dd7174b1f"),
    ("JSON/WithSensorData/SensorDataExample15.jsonld", "fcb10e73fec55b657dfb734b81b949a00a0bb311a603199425b9476ae7d9f287"),
    (
        "JSON/WithFullCombinationOfFields/aggregation_event_all_possible_fields.jsonld",
        "cb93254f1156113b38cce997e5ca4e0d50e77fc4cb1814783017d44ec2162d07",
    ),
    (
        "JSON/WithFullCombinationOfFields/association_event_all_possible_fields.jsonld",
        "7fcb6b58d9091b1145c1e90b7587f3d6d9c8288aee43afa4597dd8191ec7f9a1",
    ),
    ("JSON/Example_9.6.1-with-comment.jsonld", "32547b2344d525ea60ab1b899d82a9011fd9c39bb26ed936e113066146f49941"),
    ("JSON/Example_9.6.4-TransformationEvent.jsonld", "c794227acf3a4d9be9ba1f8340425782f88a0f4e3f35b533a8bf8f1bc206a379"),
]


def listed(document: dict[str, Any]) -> list[dict[str, Any]]:
    body = document["epcisBody"]
    events: list[dict[str, Any]] = body["eventList"] if "eventList" in body else body["queryResults"]["resultsBody"]["eventList"]
    return events


@pytest.mark.parametrize(("said", "golden"), [(P2, P2_ID), (F4, F4_ID)])
def test_the_golden_values_come_out(said: dict[str, Any], golden: str) -> None:
    assert event_hash_id(said, BARE) == golden


def test_a_boolean_is_written_as_in_xml_and_the_generators_spelling_is_accepted() -> None:
    assert event_hash_id(P10, BARE) != P10_ID
    assert is_accepted(P10_ID, P10) and is_accepted(event_hash_id(P10, BARE), P10)
    changed = json.loads(json.dumps(P10).replace("false", "true"))
    assert not is_accepted(P10_ID, changed)


@pytest.mark.parametrize(("name", "exact"), [("pork", 15), ("infant-formula", 16), ("query-result", 3)])
def test_every_event_id_of_the_sample_data_is_its_events(shared: Path, name: str, exact: int) -> None:
    document = json.loads((shared / f"data/shanghai/{name}.epcis.json").read_text("utf-8"))
    events = listed(document)
    assert [fault for said in events for fault in hash_id_faults(said, document["@context"], "")] == []
    # The others hold a boolean, or a link code that is spelled like their business step.
    assert sum(event_hash_id(said, document["@context"]) == said["eventID"] for said in events) == exact


@pytest.mark.parametrize(("file", "digits"), GENERATED)
def test_gs1s_examples_have_the_ids_that_the_generator_gives_them(shared: Path, file: str, digits: str) -> None:
    document = json.loads((shared / "data/epcis/gs1" / file).read_text("utf-8"))
    said = listed(document)[-1]
    assert is_accepted(hash_id(digits), said, document["@context"])
    assert not is_accepted(hash_id(digits), {**said, "eventTimeZoneOffset": "+09:00"}, document["@context"])


def test_no_id_in_gs1s_valid_examples_is_its_events_which_is_why_a_mismatch_is_no_refusal(shared: Path) -> None:
    index = json.loads((shared / "data/epcis/gs1/index.json").read_text("utf-8"))
    verdicts = []
    for entry in index:
        document = json.loads((shared / "data/epcis/gs1" / entry["file"]).read_text("utf-8"))
        for said in listed(document) if entry["valid"] and "epcisBody" in document else []:
            if str(said.get("eventID")).startswith("ni:"):
                verdicts.append(is_accepted(said["eventID"], said, document["@context"]))
    assert len(verdicts) > 20 and not any(verdicts)


def test_a_wrong_id_is_named_at_its_place_and_other_ids_are_not_judged() -> None:
    wrong = event(eventID=hash_id("0" * 64))
    assert list(hash_id_faults(wrong, CONTEXT, "/at")) == [Fault("event.hash_id", "/at/eventID")]
    for other in ("urn:x:1", hash_id("0" * 63), hash_id("A" * 64), hash_id("0" * 64).replace("CBV2.0", "CBV3.0"), None):
        assert list(hash_id_faults(event(eventID=other), CONTEXT, "")) == []
    assert list(hash_id_faults(event(eventID=event_hash_id(event(), CONTEXT)), CONTEXT, "")) == []


def test_an_error_declaration_has_the_id_of_the_event_it_declares() -> None:
    declared = {**event(), "errorDeclaration": {"declarationTime": "2025-06-02T09:00:00Z"}, "eventID": "urn:x:1"}
    declared |= {"recordTime": "2025-06-02T09:00:00Z", "rdfs:comment": "x", "comment": "y"}
    assert event_hash_id(declared, CONTEXT) == event_hash_id(event(), CONTEXT)


EVENT = event(
    quantityList=[{"epcClass": f"{DL}/01/09521234100027/10/S1", "quantity": 100}, {"epcClass": f"{DL}/01/09521234100010/10/F1"}],
    persistentDisposition={"set": ["recalled"], "unset": ["active", "expired"]},
    ilmd={"cbvmda:lotNumber": "S1", "cn:testList": ["b", "a", {"cn:x": [1, [2, 3]]}], "cn:nothing": None},
    readPoint={"id": f"{DL}/414/9521234000020", "cn:gate": "1"}, certificationInfo=["https://b.example/2", "https://a.example/1"],
    epcList=[f"{DL}/01/09521234100027/21/1", f"{DL}/00/095212340000000020"],
    bizTransactionList=[
        {"type": "cert", "bizTransaction": "https://t.example/2"}, {"type": "inv", "bizTransaction": "https://t.example/1"},
    ],
)  # fmt: skip
# The same event in other words: (the words of EVENT, the others).
SAME = [
    ('"2025-06-02T03:00:00.000+08:00"', '"2025-06-01T19:00:00Z"'),
    ('"quantity": 100', '"quantity": 1e2'),
    (f"{DL}/01/09521234100027/10/S1", "urn:epc:class:lgtin:9521234.010002.S1"),
    (f"{DL}/01/09521234100027/10/S1", "https://a.example/x/gtin/9521234100027/22/V/lot/S1?17=260101"),
    (f"{DL}/01/09521234100027/21/1", f"{DL}/01/09521234100027/10/S9/21/1"),
    (f"{DL}/414/9521234000020", "urn:epc:id:sgln:9521234.00002.0"),
    ('"inspecting"', '"https://ref.gs1.org/cbv/BizStep-inspecting"'),
    ('"inspecting"', '"urn:epcglobal:cbv:bizstep:inspecting"'),
    ('"inspecting"', '"cbv:BizStep-inspecting"'),
    ('"cert"', '"https://ref.gs1.org/cbv/BTT-cert"'),
    ('"recalled"', '"https://ref.gs1.org/cbv/Disp-recalled"'),
    ('"cn:category": "pork"', '"cn:category": " pork "'),
]


@pytest.mark.parametrize(("words", "others"), SAME)
def test_the_same_event_in_other_words_has_the_same_id(words: str, others: str) -> None:
    text = json.dumps(EVENT, ensure_ascii=False)
    assert words in text
    assert event_hash_id(json.loads(text.replace(words, others, 1)), CONTEXT) == event_hash_id(EVENT, CONTEXT)


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("09521234100027/10/S1", "09521234100027/10/S2"), ('"quantity": 100', '"quantity": 100.1'),
        ("03:00:00.000", "03:00:00.001"), ('"eventTimeZoneOffset": "+08:00"', '"eventTimeZoneOffset": "+00:00"'),
        ("inspecting", "receiving"), ("OBSERVE", "ADD"), ("recalled", "reserved"), ("lotNumber", "lotNo"), ('"cert"', '"inv"'),
        ('"cn:gate": "1"', '"cn:gate": "2"'), ("https://a.example/1", "https://a.example/3"), ("[2, 3]", "[2, 4]"),
        ("https://t.example/1", "https://t.example/3"), ('"cn:x"', '"cn:y"'), ("ObjectEvent", "TransactionEvent"),
        ('"set"', '"sets"'), ('"cn:nothing": null', '"cn:nothing": 0'), ("cn:testList", "cn:test"),
    ],
)  # fmt: skip
def test_another_event_has_another_id(words: str, others: str) -> None:
    text = json.dumps(EVENT, ensure_ascii=False)
    assert words in text
    assert event_hash_id(json.loads(text.replace(words, others, 1)), CONTEXT) != event_hash_id(EVENT, CONTEXT)


def test_a_prefix_counts_by_its_namespace_in_names_and_values() -> None:
    other = [*BARE, {"zz": "https://trace.example.cn/ns/cn/"}]
    said = {**event(), "cn:see": "cn:thing"}
    renamed = json.loads(json.dumps(said).replace('"cn:', '"zz:'))
    assert event_hash_id(renamed, other) == event_hash_id(said, CONTEXT)
    assert event_hash_id({**said, "cn:see": "https://trace.example.cn/ns/cn/thing"}, CONTEXT) == event_hash_id(said, CONTEXT)
    moved = [*BARE, {"cn": "https://other.example/"}]
    assert event_hash_id(said, moved) != event_hash_id(said, CONTEXT)


def test_a_context_without_prefixes_leaves_names_as_they_are() -> None:
    assert event_hash_id(event(), BARE[0]) == event_hash_id(event(), BARE) != event_hash_id(event(), CONTEXT)


def test_long_digit_strings_are_kept_whole_in_the_standards_spelling() -> None:
    one, other = event(cn__slipNo="123456789012345678901"), event(cn__slipNo="123456789012345678902")
    assert event_hash_id(one, CONTEXT) != event_hash_id(other, CONTEXT)


def test_a_word_outside_its_field_stays_a_word() -> None:
    said = event(cn__note="inspecting")
    spelled_out = event(cn__note="https://ref.gs1.org/cbv/BizStep-inspecting")
    assert event_hash_id(said, CONTEXT) != event_hash_id(spelled_out, CONTEXT)
    # The generator expands it everywhere: an id that it made for `said` is accepted.
    assert is_accepted(event_hash_id(spelled_out, CONTEXT), said)
    before = {"cn:note": "cert", **event()}
    assert is_accepted(event_hash_id({**before, "cn:note": "https://ref.gs1.org/cbv/BTT-cert"}, CONTEXT), before)


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_order_does_not_matter(random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            names = list(value)
            random.shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        if isinstance(value, list):
            values = [shuffled(item) for item in value]
            random.shuffle(values)
            return values
        return value

    assert event_hash_id(shuffled(EVENT), CONTEXT) == event_hash_id(EVENT, CONTEXT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["ilmd", "readPoint", "epcList", "sensorElementList", "childEPCs", "cn:xList", "bizStep"]), JSON
    )
)
def test_anything_that_is_json_has_an_id_in_both_spellings(said: dict[str, Any]) -> None:
    wrong = {**said, "eventID": hash_id("0" * 64)}
    assert event_hash_id(said, CONTEXT) == event_hash_id(wrong, CONTEXT)
    assert [fault.code for fault in hash_id_faults(wrong, CONTEXT, "")] == ["event.hash_id"]
