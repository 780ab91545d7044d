"""Every mutant of the contracts is seen by some test (scripts/mutate_contracts.py), and there are not fewer than there were."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from compile_contracts import ROOT, read_sources
from mutants import mutants_of
from mutate_contracts import COUNT, equivalents, every_mutant, find_forge

SOURCE = """// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

contract Box is IBox {
    uint256 private _value; // 7 == 7, and revert nothing();

    modifier onlyProposal() {
        if (msg.sender != address(this)) revert CallerNotProposal(msg.sender);
        _;
    }

    function set(uint256 value) external onlyProposal {
        if (value < 3 && !_closed) _check(value);
        else _value = value;
        emit Set(value);
    }
}
"""


def told(source: str) -> list[str]:
    return [f"{mutant.kind}: {mutant.place}" for mutant in mutants_of("Box.sol", source)]


def test_each_thing_is_deleted_or_turned_once_and_comments_are_left_alone() -> None:
    assert told(SOURCE) == [
        "operator: if (msg.sender ⟦!=⟧ address(this)) revert CallerNotProposal(msg.sender); → ==",
        "revert: if (msg.sender != address(this)) ⟦revert CallerNotProposal(msg.sender);⟧ → {}",
        "modifier: function set(uint256 value) external ⟦onlyProposal⟧ { → nothing",
        "operator: if (value ⟦<⟧ 3 && !_closed) _check(value); → <=",
        "number: if (value < ⟦3⟧ && !_closed) _check(value); → 4",
        "operator: if (value < 3 ⟦&&⟧ !_closed) _check(value); → ||",
        "not: if (value < 3 && ⟦!⟧_closed) _check(value); → nothing",
        "call: if (value < 3 && !_closed) ⟦_check(value);⟧ → {}",
        "assignment: else ⟦_value = value;⟧ → {}",
        "emit: ⟦emit Set(value);⟧ → {}",
    ]


def test_a_mutant_is_the_source_with_that_one_change() -> None:
    for mutant in mutants_of("Box.sol", SOURCE):
        ours, theirs = SOURCE.splitlines(), mutant.text.splitlines()
        assert [number for number, (old, new) in enumerate(zip(ours, theirs, strict=True), 1) if old != new] == [mutant.line]


def test_every_revert_and_every_emit_of_the_contracts_is_among_them() -> None:
    counted = Counter(mutant.kind for mutant in every_mutant())
    code = "".join(re.sub(r"//.*", "", text) for path, text in read_sources().items() if "/interfaces/" not in path)
    assert counted["revert"] == len(re.findall(r"\brevert\b", code))
    assert counted["emit"] == len(re.findall(r"\bemit\b", code))
    assert "require(" not in code


def test_there_are_not_fewer_mutants_than_there_were() -> None:
    assert len(every_mutant()) >= int(COUNT.read_text("utf-8")), "a mutant less is a rule less, or one more called equivalent"


def test_only_boundaries_that_nothing_reaches_are_called_equivalent() -> None:
    assert len(equivalents()) <= 12


@pytest.mark.slow
@pytest.mark.forge
def test_every_mutant_makes_some_test_fail() -> None:
    try:
        find_forge()
    except SystemExit as missing:
        pytest.skip(str(missing))
    script = ROOT / "scripts" / "mutate_contracts.py"
    ran = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr[-4000:]
    assert ran.stdout.splitlines()[-1] == "{0} mutants, {0} killed".format(len(every_mutant()))
