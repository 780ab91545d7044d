"""The hostile documents of shared/data: a clean refusal, no server error, no echo, nothing stored (data/README.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.catalogue.tables import Variety, read_catalogue
from gateway.errors import Refused
from gateway.intake.strict import read_object
from tests.conftest import ROOT
from tests.service import ABATTOIR, FARM, KITCHEN, MARKET, PLANT, PLATFORM, SHOP, Service, service_in

# What the full field checks of a later issue refuse; here they are taken or refused for another reason, and never a server error.
LATER = {
    "h30", "h38", "h39", "h40", "h41", "h51", "h52", "h55", "h56", "h57", "h61", "h62", "h63", "h64", "h65", "h66", "h68", "h69",
    "h70", "h71", "h72", "h78",
}  # fmt: skip


def expected() -> list[dict[str, Any]]:
    import os

    place = Path(os.environ.get("SHISU_SHARED") or ROOT.parent / "shared") / "data/hostile/expected.json"
    if not place.is_file():
        return []
    return [entry for entry in json.loads(place.read_text("utf-8"))["files"] if entry["file"].endswith(".json")]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    shipped = read_catalogue()
    crayfish = {"crayfish": Variety("aquatic", "小龙虾", date(2025, 7, 1), None)}  # exists to test dates, and does not ship
    yield from service_in(tmp_path, catalogue=replace(shipped, varieties={**shipped.varieties, **crayfish}))


def post(service: Service, shared: Path, entry: dict[str, Any]) -> Any:
    raw = (shared / "data/hostile" / entry["file"]).read_bytes()
    everyone = (FARM, ABATTOIR, MARKET, SHOP, KITCHEN, PLANT)
    key = service.key(PLATFORM, "submit:onbehalf", on_behalf=everyone)
    return service.post("/capture", raw, key, Content_Type=entry["contentType"])


def test_the_list_is_there(shared: Path) -> None:
    assert len(expected()) == 78


@pytest.mark.parametrize(
    "entry", [e for e in expected() if e["verdict"] == "reject" and e["file"][:3] not in LATER], ids=lambda e: e["file"]
)
def test_a_hostile_document_is_refused_with_its_reason(service: Service, shared: Path, entry: dict[str, Any]) -> None:
    answer = post(service, shared, entry)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/problem+json")
    codes = {answer.json()["code"], *(fault["code"] for fault in answer.json().get("errors", []))}
    assert codes & {entry["reason"], *entry.get("alsoAcceptable", [])}, codes
    assert service.stored() == (0, 0)
    _assert_no_echo(answer.text, (shared / "data/hostile" / entry["file"]).read_bytes())


@pytest.mark.parametrize("entry", [e for e in expected() if e["file"][:3] in LATER], ids=lambda e: e["file"])
def test_what_the_full_checks_will_refuse_makes_no_server_error(service: Service, shared: Path, entry: dict[str, Any]) -> None:
    assert post(service, shared, entry).status_code in (202, 400, 403)


@pytest.mark.parametrize("entry", [e for e in expected() if e["verdict"] == "accept"], ids=lambda e: e["file"])
def test_what_only_looks_hostile_is_taken(service: Service, shared: Path, entry: dict[str, Any]) -> None:
    answer = post(service, shared, entry)
    assert answer.status_code == 202, answer.text


def _assert_no_echo(said: str, raw: bytes) -> None:
    """No run of 16 bytes between quotes of the input is in the answer, but for our own names in pointers."""
    for piece in raw.split(b'"'):
        text = piece.decode("utf-8", "ignore")
        if len(text) >= 16 and not text.isspace() and text not in ("eventTimeZoneOffset", "bizTransactionList"):
            assert text not in said


@pytest.mark.parametrize("tail", ['"' + '\\"' * 1_000_000, '"' + "\\" * 1_999_999, '"' * 2_000_001])
def test_a_bad_number_before_endless_quotes_is_refused_in_linear_time(tail: str) -> None:
    with pytest.raises(Refused):  # a quadratic scan would not come back
        read_object(b"[1e999," + tail.encode(), max_values=100)
