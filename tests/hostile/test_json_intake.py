"""The hostile documents of shared/data: a clean refusal, no server error, no echo, nothing stored (data/README.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.catalogue.tables import read_catalogue
from gateway.errors import Refused
from gateway.intake.strict import read_object
from gateway.store.enterprises import Enterprise, register
from tests.conftest import ROOT
from tests.service import ABATTOIR, AMR, COM, FARM, KITCHEN, MARKET, PLANT, PLATFORM, SHOP, Service, service_in

IMPORTER, STALL = "91310115TE5T00366Q", "92310118TE5T00120Y"
OUR_NAMES = {*read_catalogue().tiers.event, *read_catalogue().tiers.ilmd}


def expected() -> list[dict[str, Any]]:
    import os

    place = Path(os.environ.get("SHISU_SHARED") or ROOT.parent / "shared") / "data/hostile/expected.json"
    if not place.is_file():
        return []
    return [entry for entry in json.loads(place.read_text("utf-8"))["files"] if entry["file"].endswith(".json")]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    overlay = tmp_path / "city.json"  # crayfish exists to test dates, and does not ship
    row = {"code": "crayfish", "class": "aquatic", "zh": "小龙虾", "from": "2025-07-01", "to": None, "linkSets": ["generic"]}
    overlay.write_text(json.dumps({"varieties": [row]}), "utf-8")
    for made in service_in(tmp_path, catalogue=read_catalogue(overlay)):
        with made.db.write() as tx:
            register(tx, Enterprise(IMPORTER, "示例", "importer", AMR))
            register(tx, Enterprise(STALL, "示例", "stall", COM))  # the market reports on its behalf
        yield made


def post(service: Service, shared: Path, entry: dict[str, Any]) -> Any:
    raw = (shared / "data/hostile" / entry["file"]).read_bytes()
    everyone = (FARM, ABATTOIR, MARKET, SHOP, KITCHEN, PLANT, IMPORTER)
    key = service.key(PLATFORM, "submit:onbehalf", on_behalf=everyone)
    return service.post("/capture", raw, key, Content_Type=entry["contentType"])


def test_the_list_is_there(shared: Path) -> None:
    assert len(expected()) == 78


@pytest.mark.parametrize("entry", [e for e in expected() if e["verdict"] == "reject"], ids=lambda e: e["file"])
def test_a_hostile_document_is_refused_with_its_reason(service: Service, shared: Path, entry: dict[str, Any]) -> None:
    answer = post(service, shared, entry)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/problem+json")
    codes = {answer.json()["code"], *(fault["code"] for fault in answer.json().get("errors", []))}
    assert codes and codes <= {entry["reason"], *entry.get("alsoAcceptable", [])}  # each file has one fault
    assert service.stored() == (0, 0)
    _assert_no_echo(answer.text, (shared / "data/hostile" / entry["file"]).read_bytes())


@pytest.mark.parametrize("entry", [e for e in expected() if e["verdict"] == "accept"], ids=lambda e: e["file"])
def test_what_only_looks_hostile_is_taken(service: Service, shared: Path, entry: dict[str, Any]) -> None:
    """With the warnings that its entry lists, and no others; every sample is a year old when it comes."""
    answer = post(service, shared, entry)
    assert answer.status_code == 202, answer.text
    warnings = {warning["code"] for result in answer.json()["events"] for warning in result["warnings"]}
    assert warnings == {"time.late", *entry.get("warnings", [])}


def _assert_no_echo(said: str, raw: bytes) -> None:
    """No run of 16 bytes between quotes of the input is in the answer, but for our own names in pointers."""
    for piece in raw.split(b'"'):
        text = piece.decode("utf-8", "ignore")
        if len(text) >= 16 and not text.isspace() and text not in OUR_NAMES:
            assert text not in said


@pytest.mark.parametrize("tail", ['"' + '\\"' * 1_000_000, '"' + "\\" * 1_999_999, '"' * 2_000_001])
def test_a_bad_number_before_endless_quotes_is_refused_in_linear_time(tail: str) -> None:
    with pytest.raises(Refused):  # a quadratic scan would not come back
        read_object(b"[1e999," + tail.encode(), max_values=100)
