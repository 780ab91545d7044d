#!/usr/bin/env python3
"""
Writes contracts/gas.json: what every function of the contracts costs, in each case of tests/contracts/acts.py.

Measured on eth-tester's London (py-evm), with the committed artifacts, call data and the 21,000 of a transaction included.
`--check` writes nothing, prints each line that differs, and exits 1 when one does.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "contracts" / "gas.json"


def measured() -> dict[str, int]:
    """Gas used by each act that has a name, in the order of the run."""
    from tests.contracts.acts import every_act
    from tests.contracts.evms import Oracle

    oracle = Oracle()
    come = [(act.name, oracle.act(act)) for act in every_act()]
    return {name: came.gas for name, came in come if name}


def committed() -> dict[str, int]:
    """The table as it lies in the repository; empty when there is none."""
    found: dict[str, int] = json.loads(TABLE.read_text("utf-8")) if TABLE.exists() else {}
    return found


def differences(was: dict[str, int], now: dict[str, int]) -> list[str]:
    """One line for each case that costs something else, is new, or is gone."""
    changed = [name for name in (*now, *(was.keys() - now.keys())) if was.get(name) != now.get(name)]
    return [f"{name}: {_told(was.get(name), now.get(name))}" for name in changed]


def _told(was: int | None, now: int | None) -> str:
    step = "" if was is None or now is None else f" ({now - was:+,})"
    return f"{_amount(was)} → {_amount(now)}{step}"


def _amount(gas: int | None) -> str:
    return "nothing" if gas is None else f"{gas:,}"


def main() -> int:
    """Measures, then writes or, with `--check`, compares. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed table instead of writing it")
    check = parser.parse_args().check
    sys.path.insert(0, str(ROOT))  # the acts are the tests'
    now = measured()
    found = differences(committed(), now)
    print("\n".join(found) if found else "nothing changed")
    if check:
        return 1 if found else 0
    TABLE.write_text(json.dumps(now, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
