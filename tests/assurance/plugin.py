"""`--assurance FILE`: after a run that passed, writes what it showed of the demand list. Loaded by tests/conftest.py."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.assurance.table import read_demands, table


class Assurance:
    """Counts the passed cases of a run, in the process that all reports come to."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.passed: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed[report.nodeid] += 1

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK:
            self.place.write_text(table(read_demands(), self.passed, f"{datetime.now(UTC):%Y-%m-%d}"), "utf-8")


def register(config: pytest.Config) -> None:
    """Begins to count where a file is named; workers of xdist send their reports to the one that does."""
    place = config.getoption("--assurance")
    if place and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Assurance(Path(place)))
