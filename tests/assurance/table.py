"""
Which demand is shown by which tests, and what a run of them saw: the text of docs/assurance.md.

`demands.toml` names tests by file or by file::test; a parametrised test counts once a case.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEMANDS = Path(__file__).with_name("demands.toml")
_HEAD = """# What is shown, and by what 可靠性清单

Made by `./scripts/test --all`. 由全部测试生成。Items are those of the demand list (RELIABILITY §7: A submission,
B storage, C log, D certificate, E proof, F network, G contract, H gateway, I operations); S is what the issues ask
beside it. Cases are tests that passed in that run; a state machine or a fuzzer is one case.

| item | 要求 asks | tests | cases | 日期 date | 未覆盖 not covered |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """An item of the list; `open` is what is not shown, and why."""

    item: str
    asks: str
    tests: tuple[str, ...]
    open: str

    def shows(self, case: str) -> bool:
        """Whether a test's node id is one of those that show this."""
        return any(case.split("[", maxsplit=1)[0] == test or case.startswith(f"{test}::") for test in self.tests)


def read_demands(path: Path = DEMANDS) -> list[Demand]:
    """The demands in the order of the file. Raises KeyError for one that asks nothing."""
    listed = tomllib.loads(path.read_text("utf-8"))
    return [Demand(item, said["asks"], tuple(said.get("tests", ())), said.get("open", "")) for item, said in listed.items()]


def table(demands: list[Demand], passed: Counter[str], day: str) -> str:
    """The page. `passed` counts passed cases by node id, `day` is the run's."""
    return _HEAD + "".join(_rows(demands, passed, day))


def _rows(demands: list[Demand], passed: Counter[str], day: str) -> Iterator[str]:
    for demand in demands:
        cases = sum(count for case, count in passed.items() if demand.shows(case))
        tests = "<br>".join(f"`{re.sub('^tests/', '', test)}`" for test in demand.tests) or "—"
        yield f"| {demand.item} | {demand.asks} | {tests} | {cases or '—'} | {day if cases else '—'} | {demand.open or ''} |\n"
