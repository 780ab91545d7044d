"""
slither and solhint find nothing that is not answered for: contracts/slither.toml, contracts/solhint.config.js.

solhint comes with `npm ci --prefix scripts`. slither lives in an environment of its own (contracts/slither.in says how it is
made), found as `$SLITHER`, `.venv-slither/bin/slither` or on PATH, and compiles with the project's own compiler.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from compile_contracts import SETTINGS, read_sources

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
MODULES = ROOT / "scripts" / "node_modules"

pytestmark = pytest.mark.forge


def find_slither() -> str | None:
    """The program, or None."""
    places = (os.environ.get("SLITHER"), ROOT / ".venv-slither" / "bin" / "slither", shutil.which("slither"))
    return next((str(place) for place in places if place and Path(place).is_file()), None)


def slither(sources: dict[str, str], directory: Path) -> set[tuple[str, str]]:
    """(detector, where) of all that slither finds; skips where it or the compiler is absent."""
    program = find_slither()
    if program is None:
        pytest.skip("needs slither: see contracts/slither.in")
    if not shutil.which("node") or not (MODULES / "solc").is_dir():
        pytest.skip("needs node and solc: run `npm ci --prefix scripts`")
    for path, text in sources.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, "utf-8")
    wanted = {"*": {"*": ["abi", "metadata", "evm.bytecode", "evm.deployedBytecode"], "": ["ast"]}}
    request = {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": SETTINGS | {"outputSelection": wanted},
    }
    (directory / "request.json").write_text(json.dumps(request), "utf-8")
    compiled = ("--compile-force-framework", "solc-json", "--solc", str(ROOT / "scripts" / "solc_shim.mjs"))
    command = [program, "request.json", *compiled, "--json", "found.json", "--no-fail-pedantic"]
    ran = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-4000:]
    answer = json.loads((directory / "found.json").read_text("utf-8"))
    assert answer["success"], answer["error"]
    return {(found["check"], where(found["elements"])) for found in answer["results"].get("detectors", [])}


def where(elements: list[dict[str, Any]]) -> str:
    """Contract.function of the first element, or its file and its line of code."""
    first = elements[0]
    if first["type"] == "function":
        return f"{first['type_specific_fields']['parent']['name']}.{first['name']}"
    return f"{Path(first['source_mapping']['filename_relative']).name}: {first['name']}"


def accepted() -> list[dict[str, str]]:
    """The answers, each with detector, where and why."""
    found: list[dict[str, str]] = tomllib.loads((CONTRACTS / "slither.toml").read_text("utf-8"))["accepted"]
    return found


def solhint(directory: Path, files: Iterable[str]) -> subprocess.CompletedProcess[str]:
    """A run with the project's rules, where a warning fails as an error does; skips where it is absent."""
    program = MODULES / "solhint" / "solhint.js"
    if not shutil.which("node") or not program.is_file():
        pytest.skip("needs node and solhint: run `npm ci --prefix scripts`")
    options = ("-c", str(CONTRACTS / "solhint.config.js"), "--noPoster", "--disc", "-f", "unix", "-w", "0")
    command = ["node", str(program), *options, *files]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def test_slither_finds_what_is_answered_for_and_nothing_else(tmp_path: Path) -> None:
    assert slither(read_sources(), tmp_path) == {(answer["detector"], answer["where"]) for answer in accepted()}


def test_slither_would_find_a_new_fault(tmp_path: Path) -> None:
    body = "function give(address payable to) external { to.transfer(address(this).balance); }"
    source = f"// SPDX-License-Identifier: Apache-2.0\npragma solidity =0.8.37;\ncontract T {{ {body} }}\n"
    assert ("arbitrary-send-eth", "T.give") in slither({"T.sol": source}, tmp_path)


def test_every_answer_gives_its_reason() -> None:
    assert all(answer.keys() == {"detector", "where", "why"} and len(answer["why"]) > 40 for answer in accepted())


def test_solhint_finds_nothing() -> None:
    ran = solhint(CONTRACTS, ["src/**/*.sol"])
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "", "")


def test_solhint_would_find_a_new_fault(tmp_path: Path) -> None:
    (tmp_path / "T.sol").write_text("pragma solidity =0.8.37;\ncontract T {\n    uint256 tally;\n}\n", "utf-8")
    ran = solhint(tmp_path, ["T.sol"])
    assert ran.returncode != 0
    assert "state-visibility" in ran.stdout


def test_every_rule_of_solhint_that_is_off_says_why() -> None:
    off = [line for line in (CONTRACTS / "solhint.config.js").read_text("utf-8").splitlines() if '"off"' in line]
    assert off
    assert all('"off", // ' in line for line in off)
