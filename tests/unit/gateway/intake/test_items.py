"""How records name their goods: lots from the registry, item trees, serial files cited."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from certs.assemble import item_levels, stated_items
from certs.canonical import parse
from gateway.errors import Fault
from gateway.intake.checks import Facts
from gateway.intake.codes import event_codes
from gateway.intake.context import content_sha256
from gateway.intake.epcis import Document
from gateway.intake.items import name_goods
from gateway.intake.keep import Arrival, Stored, keep_event
from gateway.intake.records import Goods
from gateway.intake.serials import keep_serials
from gateway.store.captures import Capture, open_capture
from gateway.store.items import units_of
from gateway.store.serials import SerialFile, insert_file, register, registered
from gateway.store.tables import items, serial_lots
from tests.service import ABATTOIR, COM, CONTEXT, FARM, MARKET, NOW, PLANT, SHOP, Service, document, event, service_in

GTIN = "09521234200024"
DL = f"https://id.gs1.org/01/{GTIN}"
PALLET = "https://id.gs1.org/00/095212340000000013"
SHA256 = b"\7" * 32
DATA = Path("/work/shared/data/shanghai")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def goods(service: Service, made: dict[str, Any], *, submitter: str = PLANT) -> Goods | list[Fault]:
    with service.db.read() as tx:
        return name_goods(tx, service.app.state.parts.intake, made, submitter, "/e")


def codes(service: Service, made: dict[str, Any]) -> tuple[str, ...]:
    found = goods(service, made)
    assert isinstance(found, Goods)
    return found.codes


def faults(service: Service, made: dict[str, Any], *, submitter: str = PLANT) -> list[tuple[str, str]]:
    found = goods(service, made, submitter=submitter)
    assert isinstance(found, list)
    return [(fault.code, fault.pointer) for fault in found]


def know(service: Service, lots: dict[str, str], *, submitter: str = PLANT) -> None:
    with service.db.write() as tx:
        units = {f"01/{GTIN}/21/{serial}": lot for serial, lot in lots.items()}
        register(tx, units, submitter=submitter, event=None, binding=False)


def send_file(
    service: Service, *serials: str, lot: str = "L", voided: int = 0, sha256: bytes = SHA256, submitter: str = PLANT
) -> None:
    listed = tuple(f"01/{GTIN}/10/{lot}/21/{serial}" for serial in serials)
    with service.db.write() as tx:
        insert_file(tx, SerialFile(sha256, listed, len(listed) + voided, voided), submitter=submitter, now=NOW)
        register(tx, {f"01/{GTIN}/21/{serial}": lot for serial in serials}, submitter=submitter, event=None, binding=False)


def citing(*serials: str, lot: str | None = "L", **more: Any) -> dict[str, Any]:
    ilmd = {"cn:serialListSha256": SHA256.hex(), **more}
    if lot is not None:
        ilmd["cbvmda:lotNumber"] = lot
    return {"action": "ADD", "epcList": [f"{DL}/21/{serial}" for serial in serials], "ilmd": ilmd}


# --- lots


def test_a_unit_whose_lot_the_gateway_knows_is_written_with_it_wherever_it_is_named(service: Service) -> None:
    know(service, {"A": "L1", "B": "L2"})
    named = {"parentID": f"{DL}/21/A", "childEPCs": [f"{DL}/21/B", f"{DL}/21/C"], "action": "ADD"}
    assert codes(service, named) == (f"01/{GTIN}/10/L1/21/A", f"01/{GTIN}/10/L2/21/B", f"01/{GTIN}/21/C")


def test_a_lot_is_known_by_the_canonical_code_of_a_unit(service: Service) -> None:
    know(service, {"B%2F": "L2"})
    assert codes(service, {"childEPCs": [f"{DL}/21/B%2F"]}) == (f"01/{GTIN}/10/L2/21/B%2F",)


def test_another_lot_than_its_submitters_first_is_refused_where_it_is_stated(service: Service) -> None:
    know(service, {"A": "L1"})
    made = {"action": "ADD", "epcList": [f"{DL}/21/B", f"{DL}/21/A"], "ilmd": {"cbvmda:lotNumber": "L2"}}
    assert faults(service, made) == [("item.lot_conflict", "/e/epcList/1")]
    assert isinstance(goods(service, made, submitter=FARM), Goods)
    assert faults(service, {"childEPCs": [f"{DL}/10/L2/21/A"]}) == [("item.lot_conflict", "/e/childEPCs/0")]
    assert codes(service, {"childEPCs": [f"{DL}/10/L1/21/A"]}) == (f"01/{GTIN}/10/L1/21/A",)


def test_one_event_may_not_give_a_unit_two_lots(service: Service) -> None:
    made = {"epcList": [f"{DL}/10/L1/21/A", f"{DL}/10/L2/21/A"]}
    assert faults(service, made) == [("item.lot_conflict", "/e/epcList/1")]


def test_a_unit_named_with_and_without_its_lot_is_one_code(service: Service) -> None:
    made = {"action": "ADD", "epcList": [f"{DL}/21/A"], "parentID": f"{DL}/21/A", "ilmd": {"cbvmda:lotNumber": "L"}}
    assert codes(service, made) == (f"01/{GTIN}/10/L/21/A",)


def test_an_event_states_the_lots_of_what_it_makes_and_of_nothing_else(service: Service) -> None:
    lot = {"cbvmda:lotNumber": "L"}
    stated = {
        "commissioned": {"action": "ADD", "epcList": [f"{DL}/21/A"], "ilmd": lot},
        "observed": {"action": "OBSERVE", "epcList": [f"{DL}/10/L/21/A"]},
        "made": {"inputEPCList": [f"{DL}/10/L/21/I"], "outputEPCList": [f"{DL}/21/A"], "ilmd": lot},
        "packed": {"action": "ADD", "parentID": PALLET, "childEPCs": [f"{DL}/10/L/21/A"]},
        "lots": {"action": "ADD", "quantityList": [{"epcClass": f"{DL}/10/L"}]},
    }
    found = {name: goods(service, made) for name, made in stated.items()}
    assert {name: dict(made.lots) for name, made in found.items() if isinstance(made, Goods)} == {
        "commissioned": {f"01/{GTIN}/21/A": "L"}, "observed": {}, "made": {f"01/{GTIN}/21/A": "L"}, "packed": {}, "lots": {},
    }  # fmt: skip


# --- trees


def test_sixteen_codes_stand_in_the_record_and_seventeen_go_into_a_tree(service: Service) -> None:
    sixteen = [f"{DL}/21/{at:02}" for at in range(16)]
    few, many = (goods(service, {"epcList": listed}) for listed in (sixteen, [*sixteen, f"{DL}/21/16"]))
    assert isinstance(few, Goods) and isinstance(many, Goods)
    assert (len(few.codes), few.units) == (16, ())
    assert many.codes == (f"01/{GTIN}",)
    assert [code for code, _ in many.units] == [f"01/{GTIN}/21/{at:02}" for at in range(17)]
    salts = {salt for _, salt in many.units}
    assert (len(salts), {len(salt) for salt in salts}) == (17, {32})


def test_beside_a_tree_the_record_names_each_lot_and_what_has_no_serial(service: Service) -> None:
    know(service, {f"{at:02}": f"L{at % 2}" for at in range(16)})
    listed = [f"{DL}/21/{at:02}" for at in range(17)]
    made = {"parentID": PALLET, "childEPCs": listed, "childQuantityList": [{"epcClass": f"{DL}/10/L0"}], "action": "ADD"}
    assert codes(service, made) == ("00/095212340000000013", f"01/{GTIN}", f"01/{GTIN}/10/L0", f"01/{GTIN}/10/L1")


def test_more_than_sixteen_codes_that_are_no_units_are_refused(service: Service) -> None:
    lots = {"quantityList": [{"epcClass": f"{DL}/10/{at}"} for at in range(17)]}
    assert faults(service, lots) == [("event.codes.many", "/e")]
    units = {"epcList": [f"{DL}/10/{at}/21/{at}" for at in range(17)]}
    assert faults(service, units) == [("event.codes.many", "/e")]


# --- serial files


def test_an_event_that_cites_a_serial_file_has_all_its_units_in_the_files_order(service: Service) -> None:
    send_file(service, "B", "A", "C", voided=2)
    counts = {"cn:serialCount": 5, "cn:serialActivated": 3, "cn:serialVoided": 2}
    found = goods(service, citing("A", **counts))
    assert isinstance(found, Goods)
    assert found.codes == (f"01/{GTIN}/10/L",)
    assert [code for code, _ in found.units] == [f"01/{GTIN}/10/L/21/{serial}" for serial in "BAC"]
    assert set(found.lots) == {f"01/{GTIN}/21/{serial}" for serial in "ABC"}


def test_the_units_of_a_file_need_not_be_named_and_their_lot_neither(service: Service) -> None:
    send_file(service, "A")
    for made in (citing(), citing(lot=None), citing("A", lot=None)):
        assert codes(service, made) == (f"01/{GTIN}/10/L",)


def test_a_file_that_its_submitter_has_not_sent_is_unknown(service: Service) -> None:
    assert faults(service, citing("A")) == [("item.list_unknown", "/e/ilmd/cn:serialListSha256")]
    send_file(service, "A")
    assert faults(service, citing("A"), submitter=FARM) == [("item.list_unknown", "/e/ilmd/cn:serialListSha256")]


@pytest.mark.parametrize("cited", ["", "07" * 31, "0x" + "07" * 32, "zz" * 32, 7, None, ["07" * 32]])
def test_a_hash_of_another_form_is_refused(service: Service, cited: object) -> None:
    send_file(service, "A")
    made = citing("A", **{"cn:serialListSha256": cited})
    assert faults(service, made) == [("item.list_form", "/e/ilmd/cn:serialListSha256")]


def test_a_unit_that_is_not_in_the_cited_file_is_refused(service: Service) -> None:
    send_file(service, "A", "B")
    assert faults(service, citing("A", "X")) == [("item.not_listed", "/e/epcList/1")]


def test_what_an_event_uses_up_need_not_be_in_the_file_of_what_it_makes(service: Service) -> None:
    send_file(service, "A")
    made = citing() | {"outputEPCList": [f"{DL}/21/A"], "inputEPCList": [f"{DL}/21/X"], "epcList": []}
    found = goods(service, made)
    assert isinstance(found, Goods)
    assert [code for code, _ in found.units] == [f"01/{GTIN}/10/L/21/A", f"01/{GTIN}/21/X"]
    assert found.codes == (f"01/{GTIN}", f"01/{GTIN}/10/L")
    assert found.lots == {f"01/{GTIN}/21/A": "L"}


def test_a_file_of_another_lot_than_the_events_is_refused(service: Service) -> None:
    send_file(service, "A")
    assert faults(service, citing(lot="L2")) == [("item.list_lot", "/e/ilmd/cn:serialListSha256")]


@pytest.mark.parametrize("term", ["cn:serialCount", "cn:serialActivated", "cn:serialVoided"])
def test_numbers_that_are_not_the_files_are_refused(service: Service, term: str) -> None:
    send_file(service, "A", voided=1)
    assert faults(service, citing("A", **{term: 7})) == [("item.list_count", f"/e/ilmd/{term}")]


def test_a_file_whose_lots_were_said_anew_can_no_longer_be_cited(service: Service) -> None:
    send_file(service, "A")
    send_file(service, "A", lot="L2", sha256=b"\1" * 32)
    assert ("item.lot_conflict", "/e/ilmd/cn:serialListSha256") in faults(service, citing())


# --- kept with the event


def keep(
    service: Service, *listed: dict[str, Any], submitter: str = ABATTOIR, stage: str = "slaughter"
) -> list[Stored | list[Fault]]:
    """Keeps events as acceptance does once they are checked."""
    intake, made = service.app.state.parts.intake, Document(CONTEXT, listed, bytes(32))
    arrival = Arrival(service.random(16).hex(), bytes(32), NOW)
    capture = Capture(
        id=arrival.id, owner=submitter, document_sha256=bytes(32), error_behaviour="proceed", created_at=NOW, finished_at=NOW,
        result=[],
    )  # fmt: skip
    with service.db.write() as tx:
        open_capture(tx, capture)
        return [keep_event(tx, intake, made, at, facts_of(entry, submitter, stage), arrival) for at, entry in enumerate(listed)]


def facts_of(made: dict[str, Any], submitter: str, stage: str) -> Facts:
    codes, _ = event_codes(made, "", {"id.gs1.org"})
    return Facts(
        event_id=made.get("eventID"), member=COM, submitter=submitter, category=made["cn:category"], class_="livestock",
        stage=stage, codes=codes, scope=3, content_sha256=content_sha256(made, CONTEXT), gives_lots=stage != "other",
    )  # fmt: skip


def many(count: int = 17, *, lot: str = "L1", **changes: Any) -> dict[str, Any]:
    listed = [f"{DL}/21/{at}" for at in range(count)]
    return event(action="ADD", quantityList=None, epcList=listed, ilmd={"cbvmda:lotNumber": lot}, **changes)


def lot_of(service: Service, serial: str) -> str | None:
    with service.db.read() as tx:
        found = registered(tx, [f"01/{GTIN}/21/{serial}"], submitter=ABATTOIR)
    return next((entry.lot for entry in found.values()), None)


def test_what_is_stored_of_a_tree_gives_the_root_that_the_record_states(service: Service) -> None:
    keep(service, many())
    (row,) = service.rows()
    body = parse(row.public_body)
    with service.db.read() as tx:
        units = units_of(tx, row.id)
    assert body["items"] == stated_items(item_levels(units, 1))
    assert (body["items"]["size"], body["codes"]) == (17, [f"01/{GTIN}/10/L1"])


def test_an_event_of_few_codes_has_no_tree(service: Service) -> None:
    keep(service, many(16))
    assert "items" not in parse(service.rows()[0].public_body)
    with service.db.read() as tx:
        assert tx.execute(select(func.count()).select_from(items)).scalar_one() == 0


def test_the_lot_of_a_commissioning_is_known_to_the_next_event(service: Service) -> None:
    keep(service, many(2), event(quantityList=None, epcList=[f"{DL}/21/1"]))
    assert parse(service.rows()[1].public_body)["codes"] == [f"01/{GTIN}/10/L1/21/1"]


def test_an_event_that_names_goods_by_its_serial_file_alone_is_anchored(service: Service) -> None:
    send_file(service, "A", submitter=ABATTOIR)
    made = event(action="ADD", quantityList=None, ilmd={"cn:serialListSha256": SHA256.hex()})
    first, again, none = keep(service, made), keep(service, made), keep(service, event(quantityList=None))
    assert [row.state for row in service.rows()] == ["open", "kept"]
    outcomes = [entry for (entry,) in (first, again, none) if isinstance(entry, Stored)]
    assert [(entry.outcome, [warning.code for warning in entry.warnings]) for entry in outcomes] == [
        ("accepted", []), ("known", []), ("accepted", ["event.codes.none"]),
    ]  # fmt: skip


def test_who_names_a_producers_units_first_keeps_it_from_nothing_and_misleads_nobody(service: Service) -> None:
    seen = event(quantityList=None, epcList=[f"{DL}/21/0"])
    keep(service, many(1, lot="EVIL"), submitter=FARM, stage="other")
    send_file(service, "0", lot="WORSE", submitter=COM)
    keep(service, {**seen, "cn:slipNo": "1"}, submitter=PLANT)
    (made,) = keep(service, many(1), submitter=ABATTOIR)
    assert isinstance(made, Stored)
    for submitter in (PLANT, FARM):  # who stated something itself goes by that
        keep(service, {**seen, "cn:slipNo": "2"}, submitter=submitter)
    assert [parse(row.public_body)["codes"] for row in service.rows()[1:]] == [
        [f"01/{GTIN}/21/0"], [f"01/{GTIN}/10/L1/21/0"], [f"01/{GTIN}/10/L1/21/0"], [f"01/{GTIN}/10/EVIL/21/0"],
    ]  # fmt: skip


def test_a_later_conflicting_maker_is_warned_and_others_go_by_the_first(service: Service) -> None:
    (first,) = keep(service, many(1))
    (second,) = keep(service, many(1, lot="L9"), submitter=FARM)
    (third,) = keep(service, many(1, lot="L9", cn__slipNo="1"), submitter=COM, stage="other")
    keep(service, event(quantityList=None, epcList=[f"{DL}/21/0"]), submitter=PLANT)
    told = [[warning.code for warning in one.warnings] for one in (first, second, third) if isinstance(one, Stored)]
    assert told == [[], ["item.lot_elsewhere"], ["item.lot_elsewhere"]]
    assert parse(service.rows()[3].public_body)["codes"] == [f"01/{GTIN}/10/L1/21/0"]


def test_a_trader_gives_a_strangers_units_no_lot(service: Service) -> None:
    """By a link that every kind may report."""
    cans = [f"{DL}/21/0"]
    fake = event(
        bizStep="commissioning", action="ADD", quantityList=None, epcList=cans, cn__uscc=MARKET, cn__category="tomato",
        cn__link="production", cn__meatQualityCert=None, cn__productQuarantineCertB=None,
        ilmd={"cbvmda:lotNumber": "FAKE", "cn:productionDate": "2025-06-01", "cn:expiryDate": "2025-07-01"},
    )  # fmt: skip
    sale = event(
        bizStep="retail_selling", quantityList=None, epcList=cans, cn__uscc=SHOP, cn__category="infant_formula",
        cn__link="retail_sale", cn__meatQualityCert=None, cn__productQuarantineCertB=None,
    )  # fmt: skip
    for sent in (fake, sale):
        answer = service.post("/capture", document(sent), service.key(sent["cn:uscc"]))
        assert answer.status_code == 202, answer.text
    assert [parse(row.public_body)["codes"] for row in service.rows()] == [
        [f"01/{GTIN}/10/FAKE/21/0"], [f"01/{GTIN}/21/0"],
    ]  # fmt: skip


def test_a_serial_file_serves_one_commissioning(service: Service) -> None:
    send_file(service, "A", "B", submitter=ABATTOIR)
    first, second = ({**event(quantityList=None), **citing(serial)} for serial in "AB")
    (kept,), (again,), (refused,) = keep(service, first), keep(service, first), keep(service, second)
    assert isinstance(kept, Stored) and isinstance(again, Stored) and again.outcome == "known"
    assert refused == [Fault("item.list_used", "/epcisBody/eventList/0/ilmd/cn:serialListSha256")]
    wrong = first | {"errorDeclaration": {"declarationTime": "2025-06-02T04:00:00+08:00"}}
    (declared,), (right,) = keep(service, wrong), keep(service, second)
    assert isinstance(declared, Stored) and isinstance(right, Stored)


def test_a_declared_error_states_no_lot(service: Service) -> None:
    declared = many(1, errorDeclaration={"declarationTime": "2025-06-02T04:00:00+08:00"})
    keep(service, many(1), declared, event(quantityList=None, epcList=[f"{DL}/21/0"]))
    assert parse(service.rows()[2].public_body)["codes"] == [f"01/{GTIN}/21/0"]


def test_nothing_of_a_refused_event_is_known(service: Service) -> None:
    wrong = many(1, lot="L2")
    wrong["epcList"] = [f"{DL}/21/0", f"{DL}/21/new"]
    _, refused = keep(service, many(1), wrong)
    assert refused == [Fault("item.lot_conflict", "/epcisBody/eventList/1/epcList/0")]
    assert (lot_of(service, "0"), lot_of(service, "new"), len(service.rows())) == ("L1", None, 1)


def test_a_declared_error_takes_back_the_lots_so_that_the_right_event_can_state_them(service: Service) -> None:
    declaration = {"declarationTime": "2025-06-02T04:00:00+08:00", "reason": "incorrect_data"}
    keep(service, many(eventID="urn:x:1"))
    right = many(lot="L2", eventID="urn:x:2")
    for other in (FARM, ABATTOIR):  # only who stated it can take it back
        (refused,) = keep(service, right)
        assert isinstance(refused, list)
        keep(service, many(eventID="urn:x:1", errorDeclaration=declaration), submitter=other)
    assert lot_of(service, "0") is None
    (kept,) = keep(service, right)
    assert isinstance(kept, Stored)
    assert lot_of(service, "0") == "L2"


def test_the_formula_chain_gives_one_record_with_9988_units(service: Service) -> None:
    raw = (DATA / "formula_serials.csv").read_bytes()
    rows = enumerate(csv.DictReader(raw.decode().splitlines()), 2)
    keep_serials(service.db, submitter=PLANT, sha256=hashlib.sha256(raw).digest(), rows=rows, now=NOW)
    chain = json.loads((DATA / "infant-formula.epcis.json").read_text("utf-8"))["epcisBody"]["eventList"]
    keep(service, *chain[3:6], submitter=PLANT)  # coding, packing into a case, onto a pallet
    keep(service, chain[13], submitter=FARM)  # a shop sells a can
    coding, case, pallet, sale = (parse(row.public_body) for row in service.rows())
    assert (coding["codes"], coding["items"]["size"]) == ([f"01/{GTIN}/10/250603A1"], 9_988)
    assert case["codes"][0] == f"01/{GTIN}/10/250603A1/21/7K3M9QX2VB4T" and "items" not in case
    assert (pallet["codes"], pallet["items"]["size"]) == (["00/095212340000000013", "01/19521234200021"], 72)
    assert sale["codes"] == [f"01/{GTIN}/10/250603A1/21/7K3M9QX2VB4T"]
    with service.db.read() as tx:
        assert tx.execute(select(func.count()).select_from(items)).scalar_one() == 9_988 + 72
        stated = select(func.count()).where(serial_lots.c.event == service.rows()[0].id)
        assert tx.execute(stated).scalar_one() == 9_988
