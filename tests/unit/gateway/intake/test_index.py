"""What an event is found by."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.index import MAX_KEY, index_row, time_ms
from gateway.intake.places import canonical_uri, site_of
from gateway.store.event_index import IndexRow
from tests.service import event

HOSTS = {"id.gs1.org"}
GTIN, LINK = "01/09521234200024", "https://id.gs1.org/01/09521234200024"
SITE = "https://id.gs1.org/414/9521234000020"


def row(codes: tuple[str, ...] = (), **changes: Any) -> IndexRow:
    return index_row(event(**changes), codes=codes, hosts=HOSTS)


def test_words_and_places_are_kept_in_one_spelling() -> None:
    plain = row(disposition="active", readPoint={"id": f"{SITE}/254/A"}, bizLocation={"id": SITE})
    other = row(
        bizStep="https://ref.gs1.org/cbv/BizStep-inspecting", disposition="https://ref.gs1.org/cbv/Disp-active",
        readPoint={"id": "urn:epc:id:sgln:9521234.00002.A"}, bizLocation={"id": "urn:epc:id:sgln:9521234.00002.0"},
    )  # fmt: skip
    assert plain == other
    assert (plain.biz_step, plain.disposition) == ("inspecting", "active")
    assert (plain.read_point, plain.read_site, plain.biz_location, plain.biz_site) == (f"{SITE}/254/A", SITE, SITE, SITE)


def test_an_event_without_words_and_places_has_none() -> None:
    bare = row(bizStep=None, readPoint=None, bizLocation=None, action=None)
    assert {bare.biz_step, bare.disposition, bare.read_point, bare.read_site, bare.biz_site, bare.action} == {None}


@pytest.mark.parametrize(
    ("uri", "site"),
    [
        ("https://evil.example/414/9521234000020/254/A", "https://evil.example/414/9521234000020/254/A"),
        ("urn:x:somewhere/254/here", "urn:x:somewhere/254/here"),
        (f"{SITE}/254/A%2FB", SITE),
    ],
)
def test_a_place_of_another_kind_or_host_is_itself(uri: str, site: str) -> None:
    assert (canonical_uri(uri, HOSTS), site_of(uri)) == (uri, site)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T08:00:01.5+08:00", 1_500),
        ("1970-01-01T00:00:00.007999Z", 7),
        ("1969-12-31T23:59:59.25Z", -750),
    ],
)
def test_times_are_milliseconds_and_what_is_finer_is_dropped(text: str, milliseconds: int) -> None:
    assert time_ms(text) == milliseconds


def test_a_lot_is_found_by_itself_and_its_gtin() -> None:
    made = row(codes=(f"{GTIN}/10/A",), quantityList=[{"epcClass": f"{LINK}/10/A"}])
    assert made.keys == ((GTIN, "epc"), (f"{GTIN}/10/A", "epc"))


def test_an_item_is_found_with_and_without_the_lot_that_the_gateway_knows() -> None:
    made = row(
        codes=(f"{GTIN}/10/A/21/1", f"{GTIN}/10/B"), quantityList=None, parentID="https://id.gs1.org/00/095212340000000020",
        childEPCs=[f"{LINK}/21/1"], childQuantityList=[{"epcClass": f"{LINK}/10/B"}],
    )  # fmt: skip
    assert set(made.keys) == {
        ("00/095212340000000020", "parent"), (GTIN, "child"), (f"{GTIN}/10/A", "child"), (f"{GTIN}/10/A/21/1", "child"),
        (f"{GTIN}/21/1", "child"), (f"{GTIN}/10/B", "child"),
    }  # fmt: skip


def test_an_item_s_lot_is_not_that_of_goods_beside_it() -> None:
    made = row(
        codes=(f"{GTIN}/10/A/21/1", f"{GTIN}/10/B"), quantityList=None, inputEPCList=[f"{LINK}/21/1"],
        outputQuantityList=[{"epcClass": f"{LINK}/10/B"}],
    )  # fmt: skip
    assert (f"{GTIN}/10/B", "input") not in made.keys and (f"{GTIN}/10/B", "output") in made.keys


def test_the_leaves_of_a_tree_are_found_by_gtin_and_lot_here_and_by_themselves_in_the_tree() -> None:
    made = row(codes=(f"{GTIN}/10/A",), quantityList=None, epcList=[f"{LINK}/21/{n}" for n in range(20)])
    assert set(made.keys) == {(GTIN, "epc"), (f"{GTIN}/10/A", "epc")}


def test_what_only_a_serial_file_names_is_found_too() -> None:
    made = row(codes=(f"{GTIN}/10/A",), quantityList=None)
    assert set(made.keys) == {(GTIN, "epc"), (f"{GTIN}/10/A", "epc")}


def test_a_thing_without_a_code_is_found_by_its_uri() -> None:
    made = row(quantityList=None, epcList=["urn:epc:id:giai:9521234.LOG42", "https://evil.example/8004/9521234LOG42", "urn:x:y"])
    assert {key for key, _ in made.keys} == {
        "https://id.gs1.org/8004/9521234LOG42",
        "https://evil.example/8004/9521234LOG42",
        "urn:x:y",
    }


def test_a_text_too_long_for_an_index_is_left_out_and_the_rest_is_kept() -> None:
    fits, long = "urn:x:".ljust(MAX_KEY, "a"), "urn:x:".ljust(MAX_KEY + 1, "a")
    made = row(bizStep=long, readPoint={"id": long}, quantityList=None, epcList=[fits, long])
    assert (made.biz_step, made.read_point, made.read_site, made.keys) == (None, None, None, ((fits, "epc"),))
    assert row(bizStep=fits).biz_step == fits
