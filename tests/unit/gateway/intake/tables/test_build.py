"""Rows of one slip → one event, and back from a pointer in the event to the cell."""

from __future__ import annotations

from typing import Any

from gateway.intake.tables.build import Built, Sender, build_event, disagreement, shape_of
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.profiles import shipped

DAY = read_mapping(shipped("pork_wholesale_day"))
CITY = read_mapping(shipped("city_platform"))
SENDER = Sender("91310118TE5T00032K", "9521234000037")
OTHER = "91310113TE5T00024G"


def row(**changes: Any) -> dict[str, Any]:
    """What a line of a slip says; `__` in a name stands for `:`."""
    made = {
        "time": "2025-06-02T05:30:00.000+08:00", "slip": "S 1", "category": "pork", "seller": OTHER, "buyer": SENDER.uscc,
        "gtin": "09521234100034", "lot": "L/1", "amount": 2, "unit": "KGM", "temperature": 2.5,
        "cn:productQuarantineCertB": "3101234567", "cn:receiverConfirmed": True, "cn:pieces": 1,
        **{name.replace("__", ":"): value for name, value in changes.items()},
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def built(*rows: dict[str, Any]) -> Built:
    return build_event(DAY, DAY.shapes[0], rows, SENDER)


def test_the_event_has_the_earliest_time_whichever_line_it_stands_in() -> None:
    assert built(row(), row(time="2025-06-02T05:10:00.000+08:00")).event["eventTime"] == "2025-06-02T05:10:00.000+08:00"


def test_one_unconfirmed_line_leaves_the_slip_unconfirmed_and_pieces_add_up() -> None:
    event = built(row(cn__pieces=2), row(cn__receiverConfirmed=False)).event
    assert (event["cn:receiverConfirmed"], event["cn:pieces"]) == (False, 3)


def test_identifiers_are_percent_encoded_and_a_site_without_gln_has_a_private_uri() -> None:
    event = built(row()).event
    assert event["quantityList"][0]["epcClass"] == "https://id.gs1.org/01/09521234100034/10/L%2F1"
    assert event["bizTransactionList"][0]["bizTransaction"] == "https://trace.example.cn/id/slip/S%201"
    assert event["sourceList"][0]["source"] == f"https://trace.example.cn/id/party/{OTHER}"
    assert Sender(OTHER).place == f"https://trace.example.cn/id/site/{OTHER}"


def test_items_are_listed_by_serial_and_units_by_sscc() -> None:
    item, unit = row(serial="S1", amount=None, unit=None), row(gtin=None, lot=None, sscc="095212340000000013")
    event = built(item, unit).event
    assert event["epcList"] == [
        "https://id.gs1.org/01/09521234100034/21/S1", "https://id.gs1.org/00/095212340000000013",
    ]  # fmt: skip
    assert "quantityList" not in event


def test_a_pointer_leads_to_the_row_and_the_head_it_came_from() -> None:
    made = built(row(), row(lot="L2", temperature=None), row(lot="L3", cn__productQuarantineCertB="3101234568"))
    assert made.cell_of("/quantityList/1/epcClass") == (1, "商品条码")
    assert made.cell_of("/quantityList/2/quantity") == (2, "重量")
    assert made.cell_of("/quantityList/0/uom") == (0, "单位")
    assert made.cell_of("/cn:productQuarantineCertB/2") == (2, "动物检疫合格证号")
    assert made.cell_of("/cn:productQuarantineCertB") == (None, "动物检疫合格证号")
    assert made.cell_of("/sensorElementList/1/sensorReport/0") == (2, "产品温度")
    assert made.cell_of("/eventTime") == (None, "交易时间")
    assert made.cell_of("/destinationList/0/destination") == (None, "买方统一社会信用代码")
    assert made.cell_of("/readPoint/id") == made.cell_of("") == (None, "")


def test_rows_disagree_in_what_the_whole_event_says_and_in_nothing_else() -> None:
    first = row()
    for name in ("seller", "buyer", "category", "slip"):
        assert disagreement(first, row(**{name: "x"}), DAY)
    assert disagreement(first, row(category="x"), DAY) == "品种"
    assert disagreement(first, row(lot="x", amount=9, time="x", cn__productQuarantineCertB="x", cn__pieces=7), DAY) is None


def test_a_delivery_has_the_sender_for_its_seller_and_special_food_is_received_by_its_own_link() -> None:
    delivery = shape_of(CITY, {"buyer": OTHER, "category": "pork"})
    assert delivery.link == "ship"
    assert build_event(CITY, delivery, [row()], SENDER).event["cn:sellerUscc"] == SENDER.uscc
    assert [shape_of(CITY, {"category": category}).link for category in ("infant_formula", "pork")] == ["receive", "catering_in"]
    received = build_event(CITY, shape_of(CITY, {}), [row(), row()][:1], SENDER).event
    again = build_event(CITY, shape_of(CITY, {}), [row()], SENDER).event
    assert received == again and received["bizTransactionList"][0]["type"] == "recadv"
    other = build_event(CITY, shape_of(CITY, {}), [row(amount=3)], SENDER).event
    assert other["bizTransactionList"] != received["bizTransactionList"]
