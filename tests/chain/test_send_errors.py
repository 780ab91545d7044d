"""
A6: every error text that a node was seen to give (tests/vectors/txerrors.json), and every answer that is none, decides nothing.

Whether the node took the bytes or not, the store is what it was, the same bytes go out again, and in the end there is one head.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.chain.node import HABITS, Says
from tests.chain.parts import Wired, settled_once

VECTORS = Path(__file__).parents[1] / "vectors" / "txerrors.json"
ERRORS: list[dict[str, Any]] = json.loads(VECTORS.read_bytes())["errors"]


def names() -> list[str]:
    return [f"{at} {error['engine']} {error['case']}" for at, error in enumerate(ERRORS)]


@pytest.mark.parametrize("lands", [True, False], ids=["taken", "not taken"])
@pytest.mark.parametrize("error", ERRORS, ids=names())
def test_a06_no_error_text_changes_anything(line: Wired, error: dict[str, Any], lands: bool) -> None:
    bench = line.bench
    with line.worker() as worker:
        bench.accept(1)
        line.node.always = Says(error["code"], error["message"], error.get("data"), lands=lands)
        line.step(worker)
        kept, sent = line.store(), len(bench.chain.sends)
        bench.clock += 6
        line.step(worker)
        assert line.store() == kept
        assert bench.states() == ["signed"]
        assert worker.alarms == {}, "an error of one send holds nothing up"
        line.settle(worker, rounds=5)
    assert settled_once(bench)
    assert len(set(bench.chain.sends[sent:])) == 1, "the same bytes, whatever was said of them"


@pytest.mark.parametrize("habit", sorted(HABITS.keys() - {"hangs", "answers in another order"}))
def test_a06_an_answer_that_is_none_changes_nothing(line: Wired, habit: str) -> None:
    with line.worker() as worker:
        line.bench.accept(1)
        line.step(worker)
        kept = line.store()
        line.node.always = habit
        for _ in range(3):
            line.bench.clock += 6
            line.step(worker, habit)
            assert line.store() == kept
        assert {code.rsplit(".", 1)[0] for code, _ in worker.alarms.values()} == {"ledger.rpc"}
        line.settle(worker, rounds=6)
        assert worker.alarms == {}
    assert settled_once(line.bench)


@pytest.mark.parametrize("habit", sorted(HABITS.keys() - {"hangs"}))
def test_a06_at_any_question_it_only_delays(line: Wired, habit: str) -> None:
    """Every seventh request meets the habit: each round it is another question of another arrow."""
    line.node.habits = ([""] * 6 + [habit]) * 12
    with line.worker() as worker:
        line.bench.accept(1)
        while line.node.habits:
            line.bench.clock += 6
            line.step(worker, habit)
            line.bench.chain.mine()
        line.settle(worker, rounds=6)
    assert settled_once(line.bench)
