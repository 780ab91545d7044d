"""
The hostile CSV files of shared/data, h79–h97: good rows are taken, bad rows refused for their reason; no echo, no server error.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.profiles import shipped
from gateway.problems import PROBLEMS
from tests.conftest import ROOT
from tests.service import MARKET, Service


def expected() -> list[dict[str, Any]]:
    place = Path(os.environ.get("SHISU_SHARED") or ROOT.parent / "shared") / "data/hostile/expected.json"
    if not place.is_file():
        return []
    return [entry for entry in json.loads(place.read_text("utf-8"))["files"] if entry["file"].endswith(".csv")]


def post(service: Service, shared: Path, entry: dict[str, Any]) -> Any:
    raw = (shared / "data/hostile" / entry["file"]).read_bytes()
    headers = {"Content-Type": entry["contentType"], **service.key(MARKET)}
    return service.request("POST", "/imports?profile=pork_wholesale_day", headers=headers, content=raw)


def test_the_list_is_there(shared: Path) -> None:
    assert [entry["file"][:3] for entry in expected()] == [f"h{number}" for number in range(79, 98)]


@pytest.mark.parametrize("entry", [e for e in expected() if e["scope"] == "document"], ids=lambda e: e["file"])
def test_a_hostile_file_is_refused_whole_with_its_reason(service: Service, shared: Path, entry: dict[str, Any]) -> None:
    answer = post(service, shared, entry)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] in {entry["reason"], *entry.get("alsoAcceptable", [])}
    assert service.stored() == (0, 0)


@pytest.mark.parametrize("entry", [e for e in expected() if e.get("rows")], ids=lambda e: e["file"])
def test_bad_rows_are_refused_for_their_reason_and_the_others_taken(
    service: Service, shared: Path, entry: dict[str, Any]
) -> None:
    answer = post(service, shared, entry)
    all_bad = len(entry["rows"]) == 3
    assert answer.status_code == (400 if all_bad else 201), answer.text
    body = answer.json()
    assert {(fault["line"], fault["code"]) for fault in body["faults"]} == {(row["line"], row["reason"]) for row in entry["rows"]}
    assert (body["counts"]["rows"], body["counts"]["rejected"]) == (3, len(entry["rows"]))
    assert body["counts"]["accepted"] == 3 - len(entry["rows"])
    assert service.stored()[1] == (0 if all_bad else 1)
    assert_no_echo(body, (shared / "data/hostile" / entry["file"]).read_bytes())


@pytest.mark.parametrize("entry", [e for e in expected() if e["verdict"] == "accept"], ids=lambda e: e["file"])
def test_what_only_looks_hostile_is_taken_whole(service: Service, shared: Path, entry: dict[str, Any]) -> None:
    answer = post(service, shared, entry)
    assert answer.status_code == 201, answer.text
    assert answer.json()["counts"]["accepted"] == 3
    assert answer.json()["faults"] == []
    warnings = {code for code in answer.json()["warningCodes"] if code != "time.late"}  # every sample is a year old
    assert warnings == set(entry.get("warnings", []))


def assert_no_echo(answer: Any, raw: bytes) -> None:
    """No text of the answer is a cell of the input, nor has one of four characters or more in it, but for our own words."""
    ours = {text for words in PROBLEMS.values() for text in (words.zh, words.en, words.remedy_zh, words.remedy_en)}
    said = [text for text in _texts(answer) if text not in ours and re.fullmatch("[A-Z]{1,2}", text) is None]
    mapping = read_mapping(shipped("pork_wholesale_day"))
    said = [text for text in said if text not in mapping.heads and text not in {MARKET, "pork_wholesale_day"}]
    cells = {cell.strip() for row in csv.reader(io.StringIO(raw.decode("utf-8-sig", "ignore"))) for cell in row}
    for cell in cells - {"", *mapping.heads}:
        assert not [text for text in said if text == cell or (len(cell) >= 4 and cell in text)], cell


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def test_an_echo_would_be_found() -> None:
    for said in ("kg", "see L1-22 there"):
        with pytest.raises(AssertionError):
            assert_no_echo({"a": [{"b": said}]}, b"h\nkg\nL1-22\n")
    assert_no_echo({"a": ["kgs", "H"]}, b"h\nkg\nH\n")
