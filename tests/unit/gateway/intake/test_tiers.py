"""The tier split and its table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.catalogue.tables import read_catalogue
from gateway.intake.tiers import split_event

TABLE = read_catalogue().tiers
TIERS = {"public", "bureaus", "submitter"}


def union(event: dict[str, Any]) -> dict[str, Any]:
    parts = split_event(event, TABLE)
    united: dict[str, Any] = {}
    for part in (parts.public, parts.bureaus, parts.submitter):
        for name, value in part.items():
            if name == "ilmd":
                assert not set(united.get(name, {})) & set(value)
                united[name] = {**united.get(name, {}), **value}
            else:
                assert name not in united
                united[name] = value
    return united


def test_every_epcis_core_name_has_a_row(shared: Path) -> None:
    schema = json.loads((shared / "data/epcis/schema/epcis-2.0.schema.json").read_text("utf-8"))["definitions"]
    names = set(schema["Event"]["properties"])
    for kind in ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"):
        for part in schema[kind]["allOf"]:
            names |= set(part.get("properties", {}))
            names |= {name for choice in part.get("propertyNames", {}).get("anyOf", []) for name in choice.get("enum", [])}
    assert len(names) > 25
    assert names - set(TABLE.event) == set()


def test_every_cn_term_has_the_tier_that_its_list_gives(shared: Path) -> None:
    terms = json.loads((shared / "data/shanghai/cn-terms.json").read_text("utf-8"))
    assert TABLE.namespace == terms["namespace"]
    for term in terms["terms"]:
        assert TABLE.event["cn:" + term["term"]] == TABLE.ilmd["cn:" + term["term"]] == term["tier"]


def test_every_ilmd_name_of_the_samples_has_a_row(shared: Path) -> None:
    for name in ("pork", "infant-formula"):
        document = json.loads((shared / f"data/shanghai/{name}.epcis.json").read_text("utf-8"))
        for event in document["epcisBody"]["eventList"]:
            assert set(event.get("ilmd", {})) <= set(TABLE.ilmd)


def test_every_row_is_a_tier_and_only_ilmd_is_split() -> None:
    assert {name for name, tier in TABLE.event.items() if tier not in TIERS} == {"ilmd"}
    assert set(TABLE.ilmd.values()) <= TIERS


@pytest.mark.parametrize("name", ["bizTransactionList", "sourceList", "destinationList"])
def test_who_traded_with_whom_is_for_the_bureaus(name: str) -> None:
    assert split_event({name: []}, TABLE).bureaus == {name: []}


def test_a_name_the_table_lacks_is_the_submitters_at_both_levels() -> None:
    parts = split_event({"x:y": 1, "price": 2, "ilmd": {"x:z": 3, "cbvmda:lotNumber": "L", "type": "张三"}}, TABLE)
    assert parts.submitter == {"x:y": 1, "price": 2, "ilmd": {"x:z": 3, "type": "张三"}}
    assert parts.public == {"ilmd": {"cbvmda:lotNumber": "L"}}


def test_an_error_declaration_and_an_empty_ilmd_are_public() -> None:
    assert split_event({"errorDeclaration": {}, "ilmd": {}}, TABLE).public == {"errorDeclaration": {}, "ilmd": {}}


def test_a_field_named_like_the_mark_of_the_table_is_nothing_special() -> None:
    assert split_event({"split": 1}, TABLE).submitter == {"split": 1}


NAMES = st.sampled_from([*TABLE.event, *TABLE.ilmd, "x:y", "z"]).filter(lambda name: name != "ilmd")
VALUES = st.one_of(st.integers(), st.text(), st.lists(st.integers()), st.dictionaries(st.text(), st.integers()))


@given(st.dictionaries(NAMES, VALUES), st.none() | st.dictionaries(NAMES, VALUES))
def test_the_union_is_exactly_the_event(event: dict[str, Any], ilmd: dict[str, Any] | None) -> None:
    if ilmd is not None:
        event["ilmd"] = ilmd
    assert union(event) == event
