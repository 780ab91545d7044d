"""A city adds a variety, or lets one go, by a data file: from its first day on it is taken, and after its last no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.catalogue.tables import read_catalogue
from tests.service import MARKET, SHOP, Service, document, event, service_in

ROWS = [
    {"code": "crayfish", "class": "aquatic", "zh": "小龙虾", "from": "2025-07-01", "to": None, "linkSets": ["generic"]},
    {"code": "pigeon", "class": "poultry", "zh": "活鸽", "from": "2015-10-01", "to": "2024-12-31", "linkSets": ["generic"]},
]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    overlay = tmp_path / "city.json"
    overlay.write_text(json.dumps({"varieties": ROWS}), "utf-8")
    yield from service_in(tmp_path, catalogue=read_catalogue(overlay))


def sale(category: str, time: str, **changes: Any) -> bytes:
    return document(event(
        type="TransactionEvent", action="ADD", bizStep="shipping", eventTime=time, cn__category=category,
        cn__link="wholesale_sale", cn__uscc=MARKET, cn__sellerUscc=MARKET, cn__buyerUscc=SHOP, cn__slipNo="1", **changes,
    ))  # fmt: skip


@pytest.mark.parametrize(("category", "time", "code"), [
    ("crayfish", "2025-06-30T15:59:59Z", "catalogue.not_in_force"),
    ("crayfish", "2025-07-01T00:00:00+08:00", ""),
    ("crayfish", "2026-01-01T00:00:00+08:00", ""),
    ("pigeon", "2024-12-31T23:59:59+08:00", ""),
    ("pigeon", "2024-12-31T16:00:00Z", "catalogue.not_in_force"),
])  # fmt: skip
def test_the_day_of_the_event_in_beijing_decides(service: Service, category: str, time: str, code: str) -> None:
    answer = service.post("/capture", sale(category, time), service.key(MARKET))
    assert (answer.status_code, answer.json().get("code", "")) == ((400, code) if code else (202, ""))
    assert service.stored()[1] == (0 if code else 1)


def test_a_new_variety_is_judged_by_its_link_sets(service: Service) -> None:
    answer = service.post("/capture", sale("crayfish", "2025-07-01T00:00:00+08:00", quantityList=[]), service.key(MARKET))
    assert "catalogue.required_field" in {fault["code"] for fault in answer.json()["errors"]}


def test_the_variety_does_not_ship() -> None:
    assert "crayfish" not in read_catalogue().varieties
