"""An operator's own rows over the shipped catalogue: a new variety is a change of data."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.catalogue.tables import Catalogue, read_catalogue
from gateway.errors import UnsafeSettings

SHIPPED = read_catalogue()
DAY = date(2025, 6, 2)
CRAYFISH = {"code": "crayfish", "class": "aquatic", "zh": "小龙虾", "from": "2025-07-01", "to": None, "linkSets": ["generic"]}
LINK = {
    "link": "ship", "zh": "配送", "from": "2015-10-01", "to": None, "eventTypes": ["ObjectEvent"], "bizSteps": ["shipping"],
    "mustAnchor": True, "uploaders": ["farm"], "required": ["quantityList"],
}  # fmt: skip
PAPER = {"term": "pondPermit", "zh": "养殖证", "format": r"^\d{4}$", "policy": "warn", "from": "2015-10-01", "to": None}


def overlaid(directory: Path, *files: Any) -> Catalogue:
    for i, file in enumerate(files):
        (directory / f"{i}.json").write_text(json.dumps(file), "utf-8")
    return read_catalogue(directory if len(files) != 1 else directory / "0.json")


def test_a_new_variety_is_a_row_and_leaves_the_others_alone(tmp_path: Path) -> None:
    made = overlaid(tmp_path, {"edition": "2025", "varieties": [CRAYFISH]})
    assert made.variety("crayfish", date(2025, 6, 30)) is None
    crayfish = made.variety("crayfish", date(2025, 7, 1))
    assert crayfish and made.link(crayfish, "retail_in", date(2025, 7, 1))
    assert {code: rows for code, rows in made.varieties.items() if code != "crayfish"} == SHIPPED.varieties


def test_a_row_of_the_same_code_and_first_day_is_replaced_and_a_later_one_is_added(tmp_path: Path) -> None:
    (first,) = SHIPPED.varieties["chives"]
    row = CRAYFISH | {"code": "chives", "from": first.days.first.isoformat(), "to": "2025-06-30"}
    later = row | {"from": "2025-07-01", "to": None, "class": "other"}
    made = overlaid(tmp_path, {"varieties": [row, later]})
    classes = [(variety.class_, variety.days.last) for variety in made.varieties["chives"]]
    assert classes == [("aquatic", date(2025, 6, 30)), ("other", None)]


def test_files_of_a_directory_lie_over_each_other_in_the_order_of_their_names(tmp_path: Path) -> None:
    made = overlaid(tmp_path, {"varieties": [CRAYFISH]}, {"varieties": [CRAYFISH | {"zh": "虾"}]})
    assert [variety.zh for variety in made.varieties["crayfish"]] == ["虾"]


def test_links_papers_units_and_bounds_are_overlaid_by_their_names(tmp_path: Path) -> None:
    made = overlaid(tmp_path, {
        "linkSets": {"ponds": [LINK], "generic": [LINK]}, "papers": [PAPER], "varieties": [CRAYFISH | {"linkSets": ["ponds"]}],
        "links": {"hatch": {"stage": "growing", "zh": "孵化"}}, "units": {"ONZ": {"kilograms": "0.0283"}},
        "limits": {"uploadWithinHours": 48}, "terms": {"pondPermit": "养殖证"},
    })  # fmt: skip
    assert ("ponds", "ship") in made.links and ("generic", "retail_in") in made.links and ("generic", "ship") in made.links
    assert made.stages["hatch"] == "growing" and made.stages["slaughter"] == "slaughter"
    paper = made.paper("pondPermit", DAY)
    assert paper and not paper.refuses and "pondPermit" in made.document_terms
    assert float(made.units["ONZ"].kilograms or 0) == 0.0283 and set(SHIPPED.units) < set(made.units)
    assert (made.bounds.upload_s, made.bounds.future_s) == (48 * 3_600, SHIPPED.bounds.future_s)


def test_a_paper_says_what_it_is_numbered_with_and_what_a_second_lot_means(tmp_path: Path) -> None:
    row = PAPER | {"onceAt": "ship", "oncePolicy": "warn", "series": "permit"}
    made = overlaid(tmp_path, {"papers": [row], "limits": {"uncounted": "refuse"}})
    paper, own = made.paper("pondPermit", DAY), made.paper("scNo", DAY)
    assert paper and (paper.series, paper.once_refuses) == ("permit", False)
    assert own and (own.series, own.once_refuses) == ("scNo", True)
    assert (made.bounds.uncounted_refused, SHIPPED.bounds.uncounted_refused) == (True, False)


@pytest.mark.parametrize("file", [
    {"varieties": [CRAYFISH | {"class": "crustacean"}]},
    {"varieties": [CRAYFISH | {"linkSets": ["ponds"]}]},
    {"varieties": [CRAYFISH | {"from": "2025-7-1"}]},
    {"varieties": [CRAYFISH | {"to": "2025-06-30"}]},
    {"varieties": [CRAYFISH, CRAYFISH | {"from": "2026-01-01"}]},
    {"varieties": [{"code": "crayfish", "from": "2025-07-01"}]},
    {"varieties": [CRAYFISH | {"code": None}]},
    {"varieties": [CRAYFISH | {"from": None}]},
    {"varieties": [CRAYFISH, 1]},
    {"varieties": [{name: value for name, value in CRAYFISH.items() if name != "from"}]},
    {"varieties": [CRAYFISH | {"to": "2026-01-01"}, CRAYFISH | {"from": "2026-01-01"}]},
    {"varieties": [CRAYFISH | {"from": "2026-01-01"}, CRAYFISH | {"to": "2026-01-01"}]},
    {"varieties": {"crayfish": CRAYFISH}},
    {"linkSets": [LINK]},
    {"linkSets": {"ponds": [LINK | {"link": "hatch"}]}},
    {"linkSets": {"ponds": [LINK | {"required": ["a b"]}]}},
    {"links": {"hatch": {"stage": "hatchery"}}},
    {"papers": [PAPER | {"format": "("}]},
    {"papers": [PAPER | {"policy": "ask"}]},
    {"papers": [PAPER | {"check": "luhn"}]},
    {"papers": [PAPER | {"onceAt": "hatch"}]},
    {"papers": [PAPER | {"onceAt": "ship", "oncePolicy": "ask"}]},
    {"limits": {"uncounted": "ask"}},
    {"units": {"ONZ": {"kilograms": "heavy"}}},
    {"units": {"ONZ": "0.0283"}},
    {"limits": {"uploadWithinHours": None}},
    {"tiers": {}},
    {"common": []},
    [],
])  # fmt: skip
def test_rows_that_cannot_be_used_keep_the_gateway_from_starting(tmp_path: Path, file: Any) -> None:
    with pytest.raises(UnsafeSettings, match="catalogue"):
        overlaid(tmp_path, file)


def test_a_file_that_is_not_there_or_not_json_keeps_the_gateway_from_starting(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b"\xff{")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "none.json", tmp_path / "bad.json", tmp_path / "empty"):
        with pytest.raises(UnsafeSettings, match="catalogue"):
            read_catalogue(path)


def test_a_row_may_hold_for_one_day(tmp_path: Path) -> None:
    day = CRAYFISH | {"to": CRAYFISH["from"]}
    made = overlaid(tmp_path, {"varieties": [day, CRAYFISH | {"from": "2025-07-02"}]})
    assert [variety.days.last for variety in made.varieties["crayfish"]] == [date(2025, 7, 1), None]
