"""The Solidity tests (unit, fuzz, invariants), and the artifacts against a fresh compilation; with node and npm's tools."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mutate_contracts import find_forge

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.forge


@pytest.fixture
def forge() -> Path:
    """The forge program itself; skips, and says what is missing, where the tools are not installed."""
    try:
        return find_forge()
    except SystemExit as missing:
        pytest.skip(str(missing))


def run_tests(forge: Path, project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([forge, "test"], cwd=project, capture_output=True, text=True, check=False)


def test_the_solidity_tests_pass(forge: Path) -> None:
    ran = run_tests(forge, ROOT / "contracts")
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    assert " 0 failed, 0 skipped" in ran.stdout.splitlines()[-1]


def test_the_solidity_is_formatted(forge: Path) -> None:
    command = [forge, "fmt", "--check"]
    ran = subprocess.run(command, cwd=ROOT / "contracts", capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_a_solidity_test_that_fails_is_seen_here(forge: Path, tmp_path: Path) -> None:
    settings = (ROOT / "contracts" / "foundry.toml").read_text("utf-8").replace('"../scripts/', f'"{ROOT}/scripts/')
    (tmp_path / "foundry.toml").write_text(settings, "utf-8")
    (tmp_path / "test").mkdir()
    source = "pragma solidity =0.8.37;\ncontract WrongTest { function test_wrong() public pure { revert(); } }\n"
    (tmp_path / "test" / "Wrong.t.sol").write_text("// SPDX-License-Identifier: Apache-2.0\n" + source, "utf-8")
    ran = run_tests(forge, tmp_path)
    assert ran.returncode != 0
    assert "test_wrong" in ran.stdout, ran.stdout + ran.stderr


@pytest.mark.usefixtures("forge")
def test_the_artifacts_are_what_the_sources_compile_to() -> None:
    script = ROOT / "scripts" / "compile_contracts.py"
    ran = subprocess.run([sys.executable, script, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
