"""
What holds for every test: where shared/ is found, how hypothesis runs, and that CI accepts no skip.

A skip says "this could not be checked here". On a user's machine that is honest; in CI (CI=true, or SHISU_CI=1 from
`./scripts/test --all`) it is a hole, so there every skip is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("SHISU_CI") == "1" or os.environ.get("CI", "").lower() == "true"

# No deadline: a slow machine is no failure. In CI the same inputs every time, so that a red run is about the change.
settings.register_profile("shisu", deadline=None, derandomize=IN_CI)
settings.load_profile("shisu")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--dump DIR`: tests over the fake chain write its state, and the store's, there after every step (`tests.chain.dump`)."""
    parser.addoption("--assurance", metavar="FILE", default=None, help="write what a passed run showed of the demand list")
    parser.addoption("--dump", metavar="DIR", default=None, help="write the fake chain's state to DIR after every step")


def pytest_configure(config: pytest.Config) -> None:
    """Counts for the page of assurances where one is asked for."""
    if config.getoption("--assurance"):
        from tests.assurance.plugin import register

        register(config)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The directory shared/ (data, vectors) beside the checkout, or where SHISU_SHARED says; skips when it is absent."""
    place = Path(os.environ.get("SHISU_SHARED") or ROOT.parent / "shared")
    if not place.is_dir():
        pytest.skip(f"needs the project's shared/ directory: neither SHISU_SHARED nor {place} is one")
    return place


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI turns a skipped test into a failed one; an expected failure (xfail) stays what it is."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", _no_skips(report.longrepr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself while it is collected."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome, report.longrepr = "failed", _no_skips(report.longrepr)
    return report


def _no_skips(reason: object) -> str:
    """`reason` is pytest's (path, line, "Skipped: why") for a skip."""
    return f"In CI a skip is a failure: {reason[2] if isinstance(reason, tuple) else reason}"
