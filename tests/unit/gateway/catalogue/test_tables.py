"""The shipped catalogue: the sample catalogue's rows, and what its dates decide."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from certs.scope import CLASSES, STAGES
from gateway.catalogue.required import parse_required
from gateway.catalogue.rows import Days
from gateway.catalogue.tables import read_catalogue
from gateway.intake.standard.events import EVENT_TYPES
from gateway.intake.standard.vocabulary import BUSINESS_STEPS

CATALOGUE = read_catalogue()
DAY = date(2025, 6, 2)


def test_every_variety_and_link_of_the_sample_catalogue_is_there(shared: Path) -> None:
    source = json.loads((shared / "data/shanghai/catalogue-2023.json").read_text("utf-8"))
    wanted = [row for row in source["varieties"] if not row.get("testOnly")]
    assert set(CATALOGUE.varieties) == {row["code"] for row in wanted}
    for row in wanted:
        (variety,) = CATALOGUE.varieties[row["code"]]
        assert (variety.class_, list(variety.link_sets)) == (row["class"], row["linkSets"])
        last = row["effectiveTo"] and date.fromisoformat(row["effectiveTo"])
        assert variety.days == Days(date.fromisoformat(row["effectiveFrom"]), last)
    links = {(name, code): row for name, rows in source["linkSets"].items() for code, row in rows.items()}
    assert set(CATALOGUE.links) == set(links)
    for key, row in links.items():
        (link,) = CATALOGUE.links[key]
        assert [link.event_types, link.biz_steps, link.uploaders] == [
            set(row[name]) for name in ("eventTypes", "bizSteps", "uploaders")
        ]
        assert link.required == tuple(parse_required(text) for text in row["required"])
        assert link.must_anchor is row["mustAnchor"]


def test_the_papers_units_and_bounds_of_the_sample_catalogue_are_there(shared: Path) -> None:
    rules = json.loads((shared / "data/shanghai/catalogue-2023.json").read_text("utf-8"))["rules"]
    for term, row in rules["documents"].items():
        paper = CATALOGUE.paper(term, DAY)
        assert paper and paper.refuses and paper.valid_days == row.get("maxValidDays")
        assert paper.has_check_digit is ("check" in row)
        if term != "healthFoodNo":  # ours also takes the older numbers
            assert (paper.form and paper.form.pattern) == row["format"]
    assert set(CATALOGUE.units) == set(rules["units"])
    assert [code for code, unit in CATALOGUE.units.items() if unit.pieces] == ["H87"]
    lists = {term for term, rows in CATALOGUE.papers.items() if rows[0].many}
    assert lists == {term for term in rules["documents"] if "Cert" in term}  # lines of a slip have papers of their own
    assert CATALOGUE.bounds.upload_s == rules["uploadWithinHours"] * 3_600
    assert CATALOGUE.bounds.future_s == rules["futureToleranceSeconds"]
    assert float(CATALOGUE.bounds.mass_tolerance_kg) == rules["massBalance"]["toleranceKg"]
    pork = CATALOGUE.variety("pork", DAY)
    assert pork and pork.carcass_kg == (rules["carcassKgPerHead"]["min"], rules["carcassKgPerHead"]["max"])


def test_the_stages_are_those_of_the_scope_list(shared: Path) -> None:
    assert CATALOGUE.stages == json.loads((shared / "data/shanghai/scope.json").read_text("utf-8"))["linkStage"]


def test_every_row_speaks_in_words_that_are_there() -> None:
    assert {variety.class_ for rows in CATALOGUE.varieties.values() for variety in rows} <= set(CLASSES)
    assert set(CATALOGUE.stages.values()) <= set(STAGES)
    for rows in CATALOGUE.links.values():
        for link in rows:
            assert link.event_types <= set(EVENT_TYPES) and link.biz_steps <= BUSINESS_STEPS.words


def test_a_link_is_found_through_the_varietys_sets_and_nowhere_else() -> None:
    pork, chives = CATALOGUE.variety("pork", DAY), CATALOGUE.variety("chives", DAY)
    assert pork and chives
    strict, loose = CATALOGUE.link(pork, "retail_in", DAY), CATALOGUE.link(chives, "retail_in", DAY)
    assert strict and loose and len(strict.required) > len(loose.required)
    assert CATALOGUE.link(pork, "recall", DAY) and CATALOGUE.link(chives, "slaughter", DAY) is None


@pytest.mark.parametrize(("day", "wanted"), [
    (date(2024, 12, 31), None), (date(2025, 1, 1), "old"), (date(2025, 6, 30), "old"), (date(2025, 7, 1), "new"),
    (date(2030, 1, 1), "new"),
])  # fmt: skip
def test_of_a_codes_rows_the_one_in_force_decides(day: date, wanted: str | None) -> None:
    (pork,) = CATALOGUE.varieties["pork"]
    old = replace(pork, zh="old", days=Days(date(2025, 1, 1), date(2025, 6, 30)))
    new = replace(pork, zh="new", days=Days(date(2025, 7, 1)))
    found = replace(CATALOGUE, varieties={"pork": (old, new)}).variety("pork", day)
    assert (found and found.zh) == wanted
