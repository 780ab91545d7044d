"""The list of what is shown is whole, names tests that there are, and is the page in docs/."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.assurance.table import Demand, read_demands, table

ROOT = Path(__file__).resolve().parents[2]
DEMANDS = read_demands()
OPEN_GROUPS = {"F"}  # one row for all of them


def test_every_item_of_the_demand_list_is_shown_or_says_why_not(shared: Path) -> None:
    text = (shared / "RELIABILITY.md").read_text("utf-8").split("## 7. Demand list")[1].split("## 8.")[0]
    asked = set(re.findall(r"(?<![A-Za-z0-9§.])([A-I][0-9]{1,2})\*?(?= )", text))
    listed = {demand.item for demand in DEMANDS}
    assert len(asked) > 70
    assert {item for item in asked if item not in listed and item[0] not in OPEN_GROUPS} == set()
    assert all(demand.tests or demand.open for demand in DEMANDS)


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.item)
def test_the_tests_of_a_demand_are_there(demand: Demand) -> None:
    for test in demand.tests:
        file, _, name = test.partition("::")
        assert (ROOT / file).is_file(), file
        assert not name or re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), name


def test_the_page_names_these_tests() -> None:
    """Only counts and days are of the run that wrote it."""
    page = (ROOT / "docs" / "assurance.md").read_text("utf-8")
    made = table(DEMANDS, Counter(), "")
    assert [_said(line) for line in page.splitlines()] == [_said(line) for line in made.splitlines()]


def _said(line: str) -> list[str]:
    cells = line.split(" | ")
    return cells[:3] + cells[5:] if line.startswith("|") and len(cells) == 6 else cells


def test_cases_are_counted_by_file_and_by_name_and_not_by_a_beginning() -> None:
    demand = Demand("X1", "x", ("tests/a/test_a.py", "tests/b/test_b.py::test_one"), "")
    passed = Counter(
        {
            "tests/a/test_a.py::test_x[1]": 1, "tests/a/test_a.py::test_x[2]": 1, "tests/b/test_b.py::test_one[a]": 1,
            "tests/b/test_b.py::test_one_more": 1, "tests/a/test_ab.py::test_y": 1,
        }
    )  # fmt: skip
    assert "| 3 | 2026-01-02 |" in table([demand], passed, "2026-01-02")
    assert "| — | — |" in table([demand], Counter(), "2026-01-02")
