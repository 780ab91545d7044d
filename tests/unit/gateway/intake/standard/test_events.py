"""One event judged by EPCIS 2.0 alone: codes, places, and that nothing of the input is said."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import Fault
from gateway.intake.standard.events import EVENT_TYPES, standard_faults

TIME = "2025-06-02T10:00:00Z"
U = "urn:x:y"
MASS = {"type": "Mass"}
EXTRA: dict[str, dict[str, Any]] = {
    "ObjectEvent": {"action": "ADD", "epcList": []},
    "AggregationEvent": {"action": "ADD", "parentID": U, "childEPCs": [U]},
    "TransactionEvent": {"action": "ADD", "bizTransactionList": [{"bizTransaction": U}], "epcList": []},
    "TransformationEvent": {"inputEPCList": [U], "outputEPCList": [U]},
    "AssociationEvent": {"action": "ADD", "parentID": U, "childEPCs": [U]},
}


def event(type_: str = "ObjectEvent", **changes: Any) -> dict[str, Any]:
    """The least good event of a type, changed; `None` leaves a field out, `__` in a name stands for `:`."""
    made = {"type": type_, "eventTime": TIME, "eventTimeZoneOffset": "+08:00", **EXTRA[type_]}
    made.update({name.replace("__", ":"): value for name, value in changes.items()})
    return {name: value for name, value in made.items() if value is not None}


def faults(event: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(fault.code, fault.pointer, fault.value) for fault in standard_faults(event, "")]


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_the_least_event_of_each_type_is_good(type_: str) -> None:
    assert faults(event(type_)) == []


REQUIRED = {
    "ObjectEvent": ("action",),
    "AggregationEvent": ("action", "parentID"),
    "TransactionEvent": ("action", "bizTransactionList"),
    "TransformationEvent": (),
    "AssociationEvent": ("action", "parentID"),
}


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_a_required_field_that_is_missing_is_named_where_it_would_stand(type_: str) -> None:
    for name in ("eventTime", "eventTimeZoneOffset", *REQUIRED[type_]):
        assert faults(event(type_, **{name: None})) == [("epcis.schema", f"/{name}", "missing")]


@pytest.mark.parametrize(
    ("type_", "field", "value"),
    [
        ("TransformationEvent", "action", "ADD"),
        ("TransformationEvent", "epcList", []),
        ("AggregationEvent", "persistentDisposition", {"set": ["active"]}),
        ("AggregationEvent", "ilmd", {}),
        ("TransactionEvent", "childEPCs", [U]),
        ("TransactionEvent", "ilmd", {}),
        ("AssociationEvent", "quantityList", []),
        ("ObjectEvent", "parentID", U),
        ("ObjectEvent", "transformationID", U),
    ],
)
def test_a_field_of_another_type_is_unknown_and_named(type_: str, field: str, value: Any) -> None:
    found = faults(event(type_, **{field: value}))
    assert [(code, pointer) for code, pointer, _ in found] == [("epcis.unknown_field", f"/{field}")]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"Zq": 1, "Zw": 1}, ""),
        ({"@id": U}, ""),
        ({":x": 1}, ""),
        ({"quantityList": [{"epcClass": U, "Zq": 1}]}, "/quantityList/0"),
        ({"quantityList": [{"epcClass": U, "x:y": 1}]}, "/quantityList/0"),
        ({"bizTransactionList": [{"bizTransaction": U, "x:y": 1}]}, "/bizTransactionList/0"),
        ({"sourceList": [{"type": "location", "source": U, "x:y": 1}]}, "/sourceList/0"),
        ({"destinationList": [{"type": "location", "destination": U, "x:y": 1}]}, "/destinationList/0"),
        ({"persistentDisposition": {"set": ["active"], "x:y": 1}}, "/persistentDisposition"),
        ({"errorDeclaration": {"declarationTime": TIME, "Zq": 1}}, "/errorDeclaration"),
        ({"readPoint": {"id": U, "Zq": 1}}, "/readPoint"),
        ({"ilmd": {"Zq": 1}}, "/ilmd"),
        ({"sensorElementList": [{"sensorReport": [{"type": "Mass", "Zq": 1}]}]}, "/sensorElementList/0/sensorReport/0"),
        ({"sensorElementList": [{"sensorMetadata": {"Zq": 1}, "sensorReport": [MASS]}]}, "/sensorElementList/0/sensorMetadata"),
    ],
)  # fmt: skip
def test_a_name_that_nobody_knows_is_told_once_at_the_object_that_holds_it(changes: dict[str, Any], pointer: str) -> None:
    assert [(code, at) for code, at, _ in faults(event(**changes))] == [("epcis.unknown_field", pointer)]


@pytest.mark.parametrize(
    "changes",
    [
        {"x:y": {"z": [{"Zq": 1}]}},
        {"ilmd": {"x:y": 1}},
        {"readPoint": {"id": U, "x:y": 1}},
        {"errorDeclaration": {"declarationTime": TIME, "x:y": 1}},
        {"sensorElementList": [{"x:y": 1, "sensorMetadata": {"x:y": 1}, "sensorReport": [{"type": "Mass", "x:y": 1}]}]},
    ],
)
def test_a_name_with_a_prefix_is_an_extension_and_is_not_looked_into(changes: dict[str, Any]) -> None:
    assert faults(event(**changes)) == []


SENSOR = "/sensorElementList/0/sensorReport/0"


def sensing(**report: Any) -> dict[str, Any]:
    return {"sensorElementList": [{"sensorReport": [{"type": "Temperature", **report}]}]}


@pytest.mark.parametrize(
    ("changes", "code", "pointer", "value"),
    [
        ({"action": "add"}, "epcis.schema", "/action", "ascii:3"),
        ({"action": ["ADD"]}, "epcis.schema", "/action", "list:1"),
        ({"eventTime": 1}, "time.invalid", "/eventTime", "integer"),
        ({"eventTime": "2025-06-02T10:00:00"}, "time.naive", "/eventTime", "ascii:19"),
        ({"recordTime": "2025-02-30T10:00:00Z"}, "time.invalid", "/recordTime", "ascii:20"),
        ({"eventTimeZoneOffset": "Z"}, "epcis.schema", "/eventTimeZoneOffset", "ascii:1"),
        ({"eventID": "x"}, "epcis.schema", "/eventID", "ascii:1"),
        ({"certificationInfo": [U, 1]}, "epcis.schema", "/certificationInfo/1", "integer"),
        ({"certificationInfo": {}}, "epcis.schema", "/certificationInfo", "empty"),
        ({"bizStep": "slaughtering"}, "epcis.vocab", "/bizStep", "ascii:12"),
        ({"disposition": "shipping"}, "epcis.vocab", "/disposition", "ascii:8"),
        ({"readPoint": U}, "epcis.schema", "/readPoint", "ascii:7"),
        ({"bizLocation": {}}, "epcis.schema", "/bizLocation/id", "missing"),
        ({"epcList": U}, "epcis.schema", "/epcList", "ascii:7"),
        ({"epcList": [U, U]}, "epcis.schema", "/epcList", "list:2"),
        ({"epcList": [U, "批"]}, "epcis.schema", "/epcList/1", "text:1"),
        ({"quantityList": [{}]}, "epcis.schema", "/quantityList/0/epcClass", "missing"),
        ({"quantityList": [{"epcClass": U, "quantity": "1"}]}, "qty.format", "/quantityList/0/quantity", "digits:1"),
        ({"quantityList": [{"epcClass": U, "quantity": True}]}, "qty.format", "/quantityList/0/quantity", "boolean"),
        ({"quantityList": [{"epcClass": U, "uom": "斤"}]}, "qty.unit_unknown", "/quantityList/0/uom", "text:1"),
        ({"quantityList": [{"epcClass": U, "uom": "kgm"}]}, "qty.unit_unknown", "/quantityList/0/uom", "ascii:3"),
        ({"quantityList": [{"epcClass": U, "uom": 1}]}, "epcis.schema", "/quantityList/0/uom", "integer"),
        ({"bizTransactionList": [{"type": "po"}]}, "epcis.schema", "/bizTransactionList/0/bizTransaction", "missing"),
        ({"bizTransactionList": [{"type": "slip", "bizTransaction": U}]}, "epcis.vocab", "/bizTransactionList/0/type", "ascii:4"),
        ({"sourceList": [{"source": U}]}, "epcis.schema", "/sourceList/0/type", "missing"),
        ({"destinationList": [{"type": "owner", "destination": U}]}, "epcis.vocab", "/destinationList/0/type", "ascii:5"),
        ({"persistentDisposition": {}}, "epcis.schema", "/persistentDisposition", "missing"),
        ({"persistentDisposition": {"set": []}}, "epcis.schema", "/persistentDisposition/set", "empty"),
        ({"persistentDisposition": {"unset": ["active", "active"]}}, "epcis.schema", "/persistentDisposition/unset", "list:2"),
        ({"persistentDisposition": {"set": ["gone"]}}, "epcis.vocab", "/persistentDisposition/set/0", "ascii:4"),
        ({"errorDeclaration": {}}, "epcis.schema", "/errorDeclaration/declarationTime", "missing"),
        ({"errorDeclaration": {"declarationTime": TIME, "reason": "oops"}}, "epcis.vocab", "/errorDeclaration/reason", "ascii:4"),
        ({"ilmd": []}, "epcis.schema", "/ilmd", "empty"),
        ({"ilmd": {}, "action": "OBSERVE"}, "epcis.schema", "/ilmd", "empty"),
        ({"ilmd": {"x:y": 1}, "action": "DELETE"}, "epcis.schema", "/ilmd", "object"),
        ({"epcList": None}, "epcis.schema", "", "missing"),
        ({"epcList": None, "quantityList": []}, "epcis.schema", "", "missing"),
        ({"epcList": None, "readPoint": {"id": U}}, "epcis.schema", "", "missing"),
        ({"epcList": None, **sensing()}, "epcis.schema", "", "missing"),
        ({"sensorElementList": [{}]}, "epcis.schema", "/sensorElementList/0/sensorReport", "missing"),
        ({"sensorElementList": [{"sensorReport": []}]}, "epcis.schema", "/sensorElementList/0/sensorReport", "empty"),
        ({"sensorElementList": [{"sensorReport": [{}]}]}, "epcis.schema", f"{SENSOR}/type", "missing"),
        (sensing(type="Cold"), "epcis.vocab", f"{SENSOR}/type", "ascii:4"),
        (sensing(exception="ALARM"), "epcis.vocab", f"{SENSOR}/exception", "ascii:5"),
        (sensing(component="w"), "epcis.vocab", f"{SENSOR}/component", "ascii:1"),
        (sensing(value="1"), "epcis.schema", f"{SENSOR}/value", "digits:1"),
        (sensing(booleanValue="true"), "epcis.schema", f"{SENSOR}/booleanValue", "ascii:4"),
        (sensing(stringValue=1), "epcis.schema", f"{SENSOR}/stringValue", "integer"),
        (sensing(hexBinaryValue="0xff"), "epcis.schema", f"{SENSOR}/hexBinaryValue", "ascii:4"),
        (sensing(uriValue="x"), "epcis.schema", f"{SENSOR}/uriValue", "ascii:1"),
        (sensing(time="2025"), "time.invalid", f"{SENSOR}/time", "digits:4"),
        ({"@context": []}, "epcis.context.event", "/@context", ""),
    ],
)
def test_one_fault_has_its_code_its_place_and_the_class_of_what_is_there(
    changes: dict[str, Any], code: str, pointer: str, value: str
) -> None:
    assert faults(event(**changes)) == [(code, pointer, value)]


@pytest.mark.parametrize(
    "changes",
    [
        {"epcList": None, "quantityList": [{"epcClass": U}]},
        {"epcList": None, "readPoint": {"id": U}, **sensing()},
        {"certificationInfo": U},
        {"certificationInfo": [U, U]},
        {"persistentDisposition": {"set": ["active"], "unset": ["inactive"]}},
        {"quantityList": [{"epcClass": U, "quantity": 0.5, "uom": "KGM"}] * 2},
        {"bizTransactionList": [{"bizTransaction": U}]},
        sensing(uom="CEL", minValue=-1, maxValue=2.5, booleanValue=False, hexBinaryValue="0F", stringValue=""),
        sensing(exception="ERROR_CONDITION", component="x", uriValue=U, time=TIME),
    ],
)  # fmt: skip
def test_what_the_standard_allows_is_taken(changes: dict[str, Any]) -> None:
    assert faults(event(**changes)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"inputEPCList": None},
        {"outputEPCList": None, "outputQuantityList": []},
        {"inputEPCList": [], "outputEPCList": []},
        {"inputEPCList": None, "outputEPCList": None, "transformationID": U},
    ],
)
def test_a_transformation_has_two_sides_or_an_id_that_joins_them(changes: dict[str, Any]) -> None:
    assert faults(event("TransformationEvent", **changes)) == [("epcis.schema", "", "missing")]
    by_weight = {"inputEPCList": None, "inputQuantityList": [{"epcClass": U}], "outputEPCList": None}
    assert faults(event("TransformationEvent", **by_weight, outputQuantityList=[{"epcClass": U}], ilmd={"x:y": 1})) == []
    assert faults(event("TransformationEvent", outputEPCList=None, transformationID=U)) == []
    one_side = {"inputEPCList": None, "outputEPCList": None, "outputQuantityList": [{"epcClass": U}], "transformationID": U}
    assert faults(event("TransformationEvent", **one_side)) == []


@pytest.mark.parametrize("type_", ["AggregationEvent", "AssociationEvent"])
def test_only_an_end_of_all_may_leave_the_children_out(type_: str) -> None:
    assert faults(event(type_, childEPCs=[])) == [("epcis.schema", "", "missing")]
    assert faults(event(type_, childEPCs=None, action="OBSERVE")) == [("epcis.schema", "", "missing")]
    assert faults(event(type_, childEPCs=None, action="DELETE")) == []
    assert faults(event(type_, childEPCs=None, childQuantityList=[{"epcClass": U}])) == []


def test_an_aggregation_that_is_only_seen_needs_no_parent() -> None:
    assert faults(event("AggregationEvent", action="OBSERVE", parentID=None)) == []
    assert faults(event("AggregationEvent", action="DELETE", parentID=None)) == [("epcis.schema", "/parentID", "missing")]


def test_a_transaction_may_end_without_objects_but_not_without_a_transaction() -> None:
    assert faults(event("TransactionEvent", epcList=None)) == [("epcis.schema", "", "missing")]
    assert faults(event("TransactionEvent", epcList=None, action="DELETE")) == []
    assert faults(event("TransactionEvent", epcList=None, quantityList=[{"epcClass": U}])) == []
    assert faults(event("TransactionEvent", bizTransactionList=[])) == [("epcis.schema", "/bizTransactionList", "empty")]
    assert faults(event("TransactionEvent", epcList=[U, U])) == []  # only object and transformation events count each once


@pytest.mark.parametrize("type_", [None, "Zq", "x:Custom", ["ObjectEvent"], 1])
def test_an_unknown_type_is_told_with_everything_else(type_: Any) -> None:
    broken = {**event(eventTimeZoneOffset=None, quantityList=[{"epcClass": U, "quantity": "1"}], bizStep="Zq"), "type": type_}
    assert [(code, at) for code, at, _ in faults(broken)] == [
        ("epcis.unknown_event_type", "/type"),
        ("epcis.schema", "/eventTimeZoneOffset"),
        ("qty.format", "/quantityList/0/quantity"),
        ("epcis.vocab", "/bizStep"),
    ]


def test_a_type_that_is_not_there_is_missing_and_a_null_one_is_null() -> None:
    assert faults({**event(), "type": None})[0] == ("epcis.unknown_event_type", "/type", "null")
    assert faults({name: value for name, value in event().items() if name != "type"})[0][2] == "missing"


def test_prefixes_are_asked_for_only_where_they_are_known() -> None:
    made = event(x__y=1, z__y=1, readPoint={"id": U, "z:y": 1}, cn__link=1)
    assert list(standard_faults(made, "")) == []
    assert list(standard_faults(made, "/e", prefixes={"x"})) == [
        Fault("epcis.prefix", "/e/readPoint", "integer"),
        Fault("epcis.prefix", "/e", "integer"),
    ]


@pytest.mark.parametrize("name", ["x:y", "https://z.example/y", "urn:z:y"])
def test_a_declared_prefix_and_a_name_written_out_are_taken(name: str) -> None:
    assert list(standard_faults({**event(), name: 1}, "", prefixes={"x"})) == []
    assert [fault.code for fault in standard_faults({**event(), "z:y": 1}, "", prefixes={"x"})] == ["epcis.prefix"]


def test_an_error_declaration_names_up_to_16_corrective_events() -> None:
    def declared(count: int) -> dict[str, Any]:
        return event(errorDeclaration={"declarationTime": TIME, "correctiveEventIDs": [U] * count})

    assert faults(declared(16)) == []
    assert faults(declared(17)) == [("epcis.schema", "/errorDeclaration/correctiveEventIDs", "list:17")]


def test_no_fault_holds_anything_of_the_input() -> None:
    made = event(Zq=1, bizStep="Zq", ilmd={"Zq": "Zq"}, readPoint={"id": "Zq", "Zq:Zq": 1}, epcList=["Zq"], eventID="Zq")
    found = list(standard_faults(made, "", prefixes=()))
    assert len(found) == 7 and "Zq" not in str(found)


@pytest.mark.parametrize(
    "name",
    [
        "epcis:bizStep", "https://ref.gs1.org/epcis/errorDeclaration", "http://ref.gs1.org/epcis/x", "https://ref.gs1.org/cbv/x",
        "urn:epcglobal:cbv:mda:lotNumber", "URN:epcglobal:cbv:mda:lotNumber", "https://ns.gs1.org/cbv/x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefixes", [None, ("epcis", "cbvmda")])
def test_terms_that_have_a_short_spelling_are_not_written_out(name: str, prefixes: tuple[str, ...] | None) -> None:
    for made, place in (({name: 1}, "/e"), ({"ilmd": {name: 1}, "action": "ADD"}, "/e/ilmd")):
        found = list(standard_faults({**event(), **made}, "/e", prefixes=prefixes))
        assert found == [Fault("epcis.prefix", place, "integer")]
