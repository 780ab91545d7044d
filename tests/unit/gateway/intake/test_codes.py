"""Events → codes."""

from __future__ import annotations

from typing import Any

from gateway.intake.codes import event_codes, named_codes, quantities

DL = "https://id.gs1.org/01/09521234200024"
HOSTS = {"id.gs1.org"}


def codes(event: dict[str, Any]) -> tuple[str, ...]:
    found, faults = event_codes(event, "", HOSTS)
    assert faults == []
    return found


def test_every_place_of_an_event_gives_its_codes() -> None:
    lists = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
    quantity_lists = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
    event: dict[str, Any] = {"parentID": f"{DL}/21/parent"}
    event.update({name: [f"{DL}/21/{name}"] for name in lists})
    event.update({name: [{"epcClass": f"{DL}/10/{name}"}] for name in quantity_lists})
    expected = {f"01/09521234200024/21/{name}" for name in ("parent", *lists)} | {
        f"01/09521234200024/10/{name}" for name in quantity_lists
    }
    assert set(codes(event)) == expected


def test_codes_are_sorted_bytewise_and_distinct() -> None:
    assert codes({"epcList": [f"{DL}/21/b", f"{DL}/21/B", f"{DL}/21/b"]}) == ("01/09521234200024/21/B", "01/09521234200024/21/b")


def test_items_made_here_are_written_with_the_lot_the_event_states() -> None:
    made = {"epcList": [f"{DL}/21/1"], "parentID": f"{DL}/21/2", "ilmd": {"cbvmda:lotNumber": "L/1"}}
    assert codes(made) == ("01/09521234200024/10/L%2F1/21/1", "01/09521234200024/21/2")
    assert codes({"outputEPCList": [f"{DL}/21/1"], "inputEPCList": [f"{DL}/21/2"], "ilmd": {"cbvmda:lotNumber": "L"}}) == (
        "01/09521234200024/10/L/21/1",
        "01/09521234200024/21/2",
    )


def test_an_item_that_states_its_own_lot_keeps_it() -> None:
    assert codes({"epcList": [f"{DL}/10/A/21/1", DL], "ilmd": {"cbvmda:lotNumber": "B"}}) == (
        "01/09521234200024",
        "01/09521234200024/10/A/21/1",
    )


def test_a_stated_lot_that_cannot_be_one_is_a_fault() -> None:
    _, faults = event_codes({"epcList": [f"{DL}/21/1"], "ilmd": {"cbvmda:lotNumber": "批"}}, "/e", HOSTS)
    assert [(fault.code, fault.pointer) for fault in faults] == [("id.lot", "/e/ilmd/cbvmda:lotNumber")]


def test_faults_point_at_the_identifier_and_say_what_kind_of_value_stands_there() -> None:
    event = {"parentID": 1, "childEPCs": [DL, None], "quantityList": [{}, {"epcClass": f"{DL[:-1]}5"}]}
    _, faults = event_codes(event, "/e", HOSTS)
    assert [(fault.code, fault.pointer, fault.value) for fault in faults] == [
        ("id.gtin_check", "/e/quantityList/1/epcClass", "ascii:36"),
    ]


def test_a_code_is_named_with_its_field_and_place_as_often_as_the_event_names_it() -> None:
    event = {"epcList": [f"{DL}/21/1"], "childEPCs": [f"{DL}/21/1"], "quantityList": [{"epcClass": DL}]}
    named, _ = named_codes(event, "/e", HOSTS)
    assert [(str(entry.code), entry.field, entry.pointer) for entry in named] == [
        ("01/09521234200024/21/1", "epcList", "/e/epcList/0"),
        ("01/09521234200024/21/1", "childEPCs", "/e/childEPCs/0"),
        ("01/09521234200024", "quantityList", "/e/quantityList/0/epcClass"),
    ]


def test_a_list_that_is_none_has_no_elements() -> None:
    event = {"epcList": DL, "quantityList": {"epcClass": DL}}
    assert codes(event) == ()
    assert list(quantities(event, "")) == []
