"""Our verdict on a document around its events is the schema's; where it is stricter, here is why."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from gateway.intake.standard.document import document_faults
from tests.epcis_events import NESTED
from tests.unit.gateway.intake.standard.oracle import CHECKER, mutant

_STAMPS = st.sampled_from(
    ["2025-06-02T04:00:00Z", "2025-06-02T04:00:00.5+08:00", "2025-06-02T04:00:00", "2025-06-02", "2025-02-30T00:00:00Z", 1, None]
)
_NAMES = st.sampled_from(["note", "x:note", "https://x.example/a", ":x", "1x:y", "Sender", "epcisMasterData", "eventList", ""])
_IDS = st.sampled_from(["urn:x:1", "x", "urn:x:一", "", None, 1])
_MASTER_DATA = {
    "vocabularyList": [
        {"type": "urn:epcglobal:epcis:vtype:Location", "note": 1, "vocabularyElementList": [
            {"id": "urn:x:1", "attributes": [{"id": "urn:x:a", "attribute": "1"}, {"id": "urn:x:b", "attribute": {"x": []}}],
             "children": ["urn:x:2"]},
        ]},
    ],
}  # fmt: skip
GOOD = {
    "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", "type": "EPCISDocument", "schemaVersion": "2.0",
    "creationDate": "2025-06-02T04:00:00Z", "id": "urn:x:1", "sender": "a", "receiver": "b", "instanceIdentifier": "c", "x:y": [],
    "epcisHeader": {"x:y": 1, "epcisMasterData": _MASTER_DATA}, "epcisBody": {"eventList": []},
}  # fmt: skip


@pytest.fixture(scope="module")
def schema(shared: Path) -> Draft7Validator:
    whole = json.loads((shared / "data/epcis/schema/epcis-2.0.schema.json").read_text("utf-8"))
    definitions = whole["definitions"]
    return Draft7Validator({"$ref": "#/definitions/epcisDocument", "definitions": definitions}, format_checker=CHECKER)


def same(schema: Draft7Validator, value: dict[str, Any]) -> None:
    """Equal verdicts, but that another edition than 2.0 is refused; the body and the @context are judged elsewhere."""
    value = {**value, "@context": GOOD["@context"], "epcisBody": GOOD["epcisBody"]}
    faults = list(document_faults(value))
    if schema.is_valid(value):
        is_other = value["schemaVersion"] not in ("2.0", "2.0.0")
        assert ([fault.pointer for fault in faults] == ["/schemaVersion"]) if is_other else not faults, (value, faults)
    else:
        assert faults, value


def test_a_good_document_has_no_fault_and_none_of_its_needs_can_go(schema: Draft7Validator) -> None:
    same(schema, GOOD)
    assert not list(document_faults(GOOD))
    for name in ("type", "schemaVersion", "creationDate"):
        without = {key: value for key, value in GOOD.items() if key != name}
        same(schema, without)
        assert [(fault.code, fault.pointer) for fault in document_faults(without)] == [("epcis.schema", f"/{name}")]


@pytest.mark.parametrize("version", ["2.0", "2.0.0", "2", "2.1", "1.2", "20.1", "2.", "", 2, None])
def test_every_spelling_of_the_edition_is_taken_and_no_other(schema: Draft7Validator, version: Any) -> None:
    same(schema, {**GOOD, "schemaVersion": version})


@pytest.mark.parametrize("version", ["2.0\n", "２.0"])  # as ECMA 262 reads the schema's pattern, and Python does not
def test_an_edition_is_ascii_digits_to_its_end(version: str) -> None:
    assert [fault.pointer for fault in document_faults({**GOOD, "schemaVersion": version})] == ["/schemaVersion"]


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries({}, optional={
        "creationDate": _STAMPS, "id": _IDS, "sender": NESTED, "receiver": NESTED, "instanceIdentifier": NESTED,
        "type": st.sampled_from(["EPCISDocument", "EPCISQueryDocument", None]), "epcisHeader": NESTED,
    }),
    st.dictionaries(_NAMES, NESTED, max_size=2),
)  # fmt: skip
def test_any_document_has_the_verdict_of_the_schema(
    schema: Draft7Validator, changes: dict[str, Any], more: dict[str, Any]
) -> None:
    same(schema, {**GOOD, **changes, **more})
    same(schema, {**{name: value for name, value in GOOD.items() if name not in changes}, **more})
    same(schema, {**GOOD, "epcisHeader": {**more, **changes}})


def test_random_changes_of_master_data_have_the_verdict_of_the_schema(schema: Draft7Validator) -> None:
    rng = random.Random(1)
    for _ in range(400):
        same(schema, {**GOOD, "epcisHeader": mutant(GOOD["epcisHeader"], [GOOD["epcisHeader"]], rng)})
