"""What a gateway is built from: the bill of materials is that of the locks, licences are known, a wheel can be made again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
FREE = {
    "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSD, Public Domain", "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU",
    "MPL-2.0", "PSF-2.0",
}  # fmt: skip


def script(name: str) -> ModuleType:
    loader = SourceFileLoader(f"scripts_{name}", str(ROOT / "scripts" / name))
    module = module_from_spec(spec_from_loader(loader.name, loader) or pytest.fail())
    sys.modules[loader.name] = module  # dataclasses look their module up
    loader.exec_module(module)
    return module


SBOM, AUDIT = script("sbom"), script("audit")


@pytest.mark.parametrize("path", [SBOM.BILL, SBOM.LICENCES], ids=lambda path: path.name)
def test_the_bill_and_the_licences_are_those_of_the_locks(path: Path) -> None:
    assert path.read_text("utf-8") == SBOM.made(ROOT)[path], "run scripts/sbom"


def test_every_package_of_a_lock_is_in_the_bill_with_its_askers() -> None:
    bill = json.loads(SBOM.BILL.read_text("utf-8"))
    lines = (ROOT / "requirements" / "demo.lock").read_text("utf-8").splitlines()
    locked = {re.split(r"[ ;\\]", line)[0] for line in lines if re.match(r"[a-z0-9]", line)}
    assert {f"{part['name']}=={part['version']}" for part in bill["components"]} == locked
    needs = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    reached, pending = set(), ["shisu"]
    while pending:
        ref = pending.pop()
        if ref not in reached:
            reached.add(ref)
            pending.extend(needs[ref])
    assert reached == set(needs)  # nothing that nobody asked for


def test_every_licence_lets_us_ship() -> None:
    rows = [line.split(" | ") for line in SBOM.LICENCES.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    parts = {part for row in rows for part in re.split(r" (?:AND|OR) ", row[2])}
    assert parts <= FREE, parts - FREE


@pytest.mark.parametrize("name", ["demo", "test", "fuzz", "audit"])
def test_every_locked_file_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", text.split("./scripts/lock\n", 1)[1])
    assert packages
    assert all("--hash=sha256:" in package for package in packages)


def test_an_advisory_is_told_and_what_nobody_looked_at_is_not_fine() -> None:
    said = json.dumps(
        {
            "dependencies": [
                {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]},
                {"name": "b", "version": "2", "vulns": []},
                {"name": "c", "skip_reason": "not found"},
            ]
        }
    )
    answer = AUDIT.python_answer("x.lock", said)
    assert (answer.known, answer.looked_at, answer.unchecked) == (("a 1 PYSEC-1",), 2, 1)
    assert any("not the same as fine" in line for line in answer.lines())
    npm = {"vulnerabilities": {"y": {"severity": "high"}}, "metadata": {"dependencies": {"total": 7}}}
    assert AUDIT.npm_answer("x", json.dumps(npm)).known == ("y (high)",)


@pytest.mark.parametrize("output", ["", "not json", "[]", '{"error": {"code": "ENOTFOUND"}}'])
def test_no_answer_is_none(output: str) -> None:
    for read in (AUDIT.python_answer, AUDIT.npm_answer):
        answer = AUDIT.ask("x", [sys.executable, "-c", f"print({output!r})"], read)
        assert (answer.known, answer.looked_at, answer.unchecked) == ((), 0, 1)
    assert AUDIT.ask("x", ["/nowhere/pip-audit"], AUDIT.python_answer).unchecked == 1


def test_a_wheel_made_twice_is_the_same_to_the_byte(tmp_path: Path) -> None:
    """From two places, at two times and with two umasks."""
    made = []
    for at, umask in enumerate((0o022, 0o077)):
        copy, out = tmp_path / f"copy{at}", tmp_path / f"out{at}"
        copy.mkdir()
        for name in ("certs", "ledger", "gateway"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy / name)
        for path in copy.rglob("*"):
            os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
        subprocess.run(build, cwd=copy, umask=umask, check=True, capture_output=True)
        (wheel,) = out.iterdir()
        made.append((wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest()))
    assert made[0] == made[1]
