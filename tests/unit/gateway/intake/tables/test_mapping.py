"""Mappings: what ships agrees with the data's templates, and everything wrong with one is said at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import Refused
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.profiles import shipped, shipped_names

SMALL: dict[str, Any] = {
    "columns": [
        {"head": "时间", "to": "time", "required": True}, {"head": "条码", "to": "gtin"}, {"head": "批号", "to": "lot"},
    ],
    "shapes": [{"type": "ObjectEvent", "action": "OBSERVE", "step": "receiving", "link": "receive"}],
}  # fmt: skip


def refusal(value: Any) -> set[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        read_mapping(value)
    assert refused.value.code == "mapping.refused"
    return {(fault.code, fault.pointer) for fault in refused.value.faults}


def test_all_that_ships_can_be_read() -> None:
    assert shipped_names() == ("city_platform", "epcis", "formula_serials", "pork_wholesale_day")
    for name in shipped_names():
        assert read_mapping(shipped(name)).digest
    assert shipped("../profiles/epcis") is None and shipped("x") is None


@pytest.mark.parametrize("name", ["pork_wholesale_day", "formula_serials"])
def test_a_shipped_profile_has_the_templates_columns(shared: Path, name: str) -> None:
    templates = json.loads((shared / "data/shanghai/csv-templates.json").read_text("utf-8"))
    mapping = read_mapping(shipped(name))
    assert {column.head: column.required for column in mapping.columns} == {
        head: column["required"] for head, column in templates[name]["columns"].items()
    }
    assert list(mapping.unique) == templates[name]["unique"]
    if name == "pork_wholesale_day":
        assert mapping.units.items() >= templates["units"].items()
        assert {mapping.units[word] for word in ("公斤", "千克", "KGM")} == {"KGM"} and mapping.units["TNE"] == "TNE"
        fields = {head: column["field"] for head, column in templates[name]["columns"].items()}
        for column in mapping.columns:
            if column.to.startswith("cn:"):
                assert fields[column.head].startswith(column.to), column.head
            if fields[column.head] in ("display only", "not uploaded to the chain"):
                assert column.to == "none", column.head


def test_a_small_mapping_of_ones_own_is_enough() -> None:
    mapping = read_mapping(SMALL)
    assert mapping.heads == ("时间", "条码", "批号")
    assert mapping.digest != read_mapping({**SMALL, "title": "x"}).digest


def test_an_extension_replaces_columns_by_target_and_adds_to_tables() -> None:
    mapping = read_mapping(
        {"extends": "pork_wholesale_day", "columns": [{"head": "单价", "to": "none"}, {"head": "净重", "to": "quantity"}],
         "units": {"公斤": "KGM"}}
    )  # fmt: skip
    assert "净重" in mapping.heads and "重量" not in mapping.heads and "单价" in mapping.heads and "批号" in mapping.heads
    assert mapping.units["公斤"] == "KGM" == mapping.units["kg"]
    assert read_mapping({"extends": "pork_wholesale_day"}).heads == read_mapping(shipped("pork_wholesale_day")).heads


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"codes": "os.system"}, ("mapping.parser", "/codes")),
        ({"extends": "nothing"}, ("mapping.extends", "/extends")),
        ({"extends": 1}, ("mapping.extends", "/extends")),
        ({"password": "x"}, ("mapping.form", "")),
        ({"kind": "x"}, ("mapping.form", "/kind")),
        ({"title": 1}, ("mapping.form", "/title")),
        ({"columns": {}}, ("mapping.form", "/columns")),
        ({"columns": [1]}, ("mapping.form", "/columns")),
        ({"group": "追溯单号"}, ("mapping.form", "/group")),
        ({"group": ["没有"]}, ("mapping.reference", "/group/0")),
        ({"unique": ["没有"]}, ("mapping.reference", "/unique/0")),
        ({"parties": {"甲": "91310113TE5T00024H"}}, ("id.uscc_check", "/parties/0")),
        ({"products": {"甲": {"gtin": "09521234100035"}}}, ("id.gtin_check", "/products/0")),
        ({"products": {"甲": {"gtin": "1"}}}, ("id.gtin_format", "/products/0")),
        ({"products": {"甲": {"price": "1"}}}, ("mapping.form", "/products/0")),
        ({"categories": {"猪": "猪 肉"}}, ("mapping.form", "/categories/0")),
        ({"units": {"斤": "half a kilo"}}, ("mapping.form", "/units/0")),
        ({"fixed": {"cn:uscc": "91310113TE5T00024G"}}, ("mapping.form", "/fixed")),
        ({"fixed": {"eventID": "x"}}, ("mapping.form", "/fixed")),
        ({"shapes": []}, ("mapping.shape", "/shapes")),
        ({"shapes": [{**SMALL["shapes"][0], "when": "buyer"}]}, ("mapping.shape", "/shapes")),
        ({"shapes": [{**SMALL["shapes"][0], "type": "TransformationEvent"}]}, ("mapping.shape", "/shapes/0")),
        ({"shapes": [{**SMALL["shapes"][0], "cn:uscc": "x"}]}, ("mapping.shape", "/shapes/0")),
        ({"shapes": [{**SMALL["shapes"][0], "papers": [{"type": "inv"}]}]}, ("mapping.shape", "/shapes/0")),
        ({"columns": SMALL["columns"][:1]}, ("mapping.target", "/columns")),
    ],
)
def test_what_is_wrong_with_a_mapping_is_named(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in refusal({**SMALL, **changes})


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ({"head": "x", "to": "eventID"}, "mapping.target"), ({"head": "x", "to": "cn:uscc"}, "mapping.target"),
        ({"head": "x", "to": "cn:"}, "mapping.target"), ({"head": "x"}, "mapping.target"),
        ({"head": "", "to": "lot"}, "mapping.form"),
        ({"head": "x", "to": "none", "kind": "sql"}, "mapping.form"), ({"head": "x", "to": "none", "digits": 5}, "mapping.form"),
        ({"head": "x", "to": "cn:a", "kind": "digits"}, "mapping.form"), ({"head": "x", "to": "none", "note": 1}, "mapping.form"),
        ({"head": "批号", "to": "none"}, "mapping.twice"), ({"head": "x", "to": "lot"}, "mapping.twice"),
        ({"head": "x", "to": "cn:a", "combine": "max"}, "mapping.form"),
        ({"head": "x", "to": "none", "required": 1}, "mapping.form"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_column_is_named_by_its_place(column: dict[str, Any], code: str) -> None:
    assert (code, "/columns/3") in refusal({**SMALL, "columns": [*SMALL["columns"], column]})


def test_all_faults_come_at_once_and_what_is_no_object_or_too_large_is_refused() -> None:
    assert len(refusal({**SMALL, "codes": "x", "units": [], "fixed": 1})) == 3
    assert refusal([]) == refusal({**SMALL, "title": "x" * 300_000}) == {("mapping.form", "")}


def test_faults_of_an_extension_are_pointed_at_in_what_the_enterprise_wrote() -> None:
    bad = {"extends": "pork_wholesale_day", "columns": [{"head": "单价", "to": "none"}, {"head": "x", "to": "eventID"}]}
    assert refusal(bad) == {("mapping.target", "/columns/1")}
    units = {"extends": "pork_wholesale_day", "units": {"公斤": "KGM", "袋": "a sack"}}
    assert refusal(units) == {("mapping.form", "/units/1")}
    assert refusal({"extends": "pork_wholesale_day", "unique": ["没有"]}) == {("mapping.reference", "/unique/0")}
    emptied = {"extends": "epcis", "kind": "events"}
    assert refusal(emptied) == {("mapping.shape", "/extends"), ("mapping.target", "/extends")}
    assert refusal({"extends": "pork_wholesale_day", "columns": {}}) == {("mapping.form", "/columns")}


def test_a_renamed_column_is_renamed_where_the_profile_names_it() -> None:
    mapping = read_mapping({"extends": "pork_wholesale_day", "columns": [{"head": "单号", "to": "slip", "required": True}]})
    assert (mapping.group, mapping.unique) == (("单号",), ("单号", "行号"))


@pytest.mark.parametrize(
    "body",
    [
        {"extends": "pork_wholesale_day", "columns": [{"head": "a", "to": ["x"]}]},
        {"extends": "pork_wholesale_day", "columns": [{"head": {}, "to": "time"}]},
        {"columns": [{"head": ["a"], "to": "time"}], "shapes": []},
        {"columns": [{"head": "a", "to": "time"}], "group": [["a"]]},
    ],
)
def test_values_of_wrong_types_are_faults_and_nothing_worse(body: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read_mapping(body)
