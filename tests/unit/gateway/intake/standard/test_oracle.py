"""Our verdict on an event is the schema's, on real events and on random changes of them; where it differs, here is why."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import Fault
from gateway.intake.standard.events import EVENT_TYPES, standard_faults
from gateway.intake.standard.vocabulary import BUSINESS_STEPS
from tests.unit.gateway.intake.standard.oracle import events_of, is_rfc_3339, mutant, oracle, samples

BATCHES, CHANGES = 20, 60  # random changes: so many in each of so many batches

# Where we refuse what the schema takes: why, the fault as code and pointer, and the text found there. Nowhere do we take what
# it refuses.
STRICTER = (
    ("an event inside a document may not change what its names mean", r"epcis\.context\.event /@context", ""),
    ("the schema leaves these two open, against its own rule of prefixes", r"epcis\.unknown_field /(readPoint|bizLocation)", ""),
    ("the schema knows only the drafts' namespace of CBV as closed", r"epcis\.vocab .*", r"https://ref\.gs1\.org/cbv/.*"),
    ("offsets end at 14:00 (PROTOCOL.md §2)", r"time\.invalid .*", r".*[+-](14:(?!00)|1[5-9]:|2[0-3]:).*"),
    ("§7.4.3: an aggregation that is made or ended has a parent", r"epcis\.schema /parentID missing", ""),
    ("an eventID is kept in an index: 512 characters", r"epcis\.schema /eventID", r".{513,}"),
    ("an error declaration names up to 16 corrective events", r"epcis\.schema /errorDeclaration/correctiveEventIDs", ""),
)


def explained(event: dict[str, Any], faults: list[Fault]) -> bool:
    """Whether each fault is one of those. A custom event type is EPCIS, but none of the five that this chain knows."""
    if event.get("type") not in EVENT_TYPES:
        return faults[0].code == "epcis.unknown_event_type"
    return all(any(_fits(event, fault, rule, text) for _, rule, text in STRICTER) for fault in faults)


def _fits(event: dict[str, Any], fault: Fault, rule: str, text: str) -> bool:
    shown = f"{fault.code} {fault.pointer}{' missing' if fault.value == 'missing' else ''}"
    return re.fullmatch(rule, shown) is not None and (not text or re.fullmatch(text, found(event, fault.pointer)) is not None)


def found(value: Any, pointer: str) -> str:
    """The text that a pointer points at."""
    for part in pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return str(value)


def test_every_example_of_gs1_has_the_verdict_of_its_index(shared: Path) -> None:
    for entry in json.loads((shared / "data/epcis/gs1/index.json").read_text("utf-8")):
        value = json.loads((shared / "data/epcis/gs1" / entry["file"]).read_text("utf-8"))
        faults = [fault for event in events_of(value) for fault in standard_faults(event, "")]
        if entry["events"] == ["example:CustomEvent"]:
            assert faults[0].code == "epcis.unknown_event_type"
        else:
            assert (not faults) is entry["valid"], (entry["file"], faults)


def test_every_sample_has_the_verdict_of_the_schema(shared: Path) -> None:
    is_valid = oracle(shared)
    listed = samples(shared)
    assert len(listed) > 80
    for event in listed:
        faults = list(standard_faults(event, ""))
        assert is_valid(event) is (not faults) or explained(event, faults), (event, faults)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_changes_of_real_events_have_the_verdict_of_the_schema(shared: Path, batch: int) -> None:
    rng = random.Random(batch)
    is_valid = oracle(shared)
    listed = samples(shared)
    for _ in range(CHANGES):
        event = mutant(rng.choice(listed), listed, rng)
        faults = list(standard_faults(event, ""))
        if is_valid(event):
            assert not faults or explained(event, faults), (event, faults)
        else:
            assert faults, event


def test_the_oracle_of_times_knows_its_edges() -> None:
    assert is_rfc_3339("2025-06-02T23:59:59.999+23:59")
    assert not is_rfc_3339("2025-06-02T23:59:60Z") and not is_rfc_3339("2025-02-29T00:00:00Z")


def test_each_difference_from_the_schema_is_one(shared: Path) -> None:
    """An explanation that nothing needs would hide a fault of ours."""
    is_valid = oracle(shared)
    good = {
        "type": "AggregationEvent", "eventTime": "2025-06-02T10:00:00Z", "eventTimeZoneOffset": "+08:00", "action": "ADD",
        "parentID": "urn:x:p", "childEPCs": ["urn:x:c"], "readPoint": {"id": "urn:x:r"},
    }  # fmt: skip
    assert not list(standard_faults(good, ""))
    for change in (
        {"type": "x:Custom"},
        {"@context": "https://x.example/"},
        {"readPoint": {"id": "urn:x:r", "phone": "1"}},
        {"bizStep": "https://ref.gs1.org/cbv/BizStep-slaughtering"},
        {"eventTime": "2025-06-02T10:00:00+14:01"},
        {"parentID": None},
        {"eventID": "urn:" + "x" * 509},
        {"errorDeclaration": {"declarationTime": "2025-06-02T10:00:00Z", "correctiveEventIDs": ["urn:x:1"] * 17}},
    ):
        event = {name: value for name, value in {**good, **change}.items() if value is not None}
        faults = list(standard_faults(event, ""))
        assert is_valid(event) and faults and explained(event, faults), (change, faults)


def test_a_word_is_taken_bare_and_as_its_full_uri(shared: Path) -> None:
    is_valid = oracle(shared)
    base = {
        "type": "ObjectEvent", "eventTime": "2025-06-02T10:00:00Z", "eventTimeZoneOffset": "+08:00", "action": "ADD",
        "epcList": [],
    }  # fmt: skip
    for word in BUSINESS_STEPS.words:
        for spelling in (word, f"https://ref.gs1.org/cbv/BizStep-{word}"):
            event = {**base, "bizStep": spelling}
            assert is_valid(event) and not list(standard_faults(event, ""))
