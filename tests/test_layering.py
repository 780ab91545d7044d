"""
The rules of the house that a machine can check: who may import whom, the linters, sizes, names and module docstrings.

DESIGN.md §3 and STYLE.md §3-4 give the reasons.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import certs
import ledger

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("certs", "ledger", "gateway")
PYTHON_OPENINGS = (b"#!/usr/bin/env python3", b'"""')
# Scripts are held to the same sizes; node_modules/ below them is not ours, and some are Python without the suffix.
SCRIPTS = [path for path in (ROOT / "scripts").iterdir() if path.is_file() and path.read_bytes().startswith(PYTHON_OPENINGS)]
FILES = sorted([*(path for room in ROOMS for path in (ROOT / room).rglob("*.py")), *SCRIPTS])
WORTHLESS_NAMES = {"utils", "common", "helpers", "manager", "service", "base", "types"}
MAX_LINES = 500
MAX_FUNCTION_LINES = 40
MAX_DOCSTRING_LINES = 15


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(*command: str) -> None:
    """Runs a Python module as a tool on the whole tree; what it complains of is the failure's message."""
    ended = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_no_room_imports_what_it_may_not() -> None:
    run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")


def test_certs_takes_nothing_from_urllib_but_its_parser() -> None:
    """import-linter sees outside packages only whole, and splitting a URL is no I/O."""
    taken = [(name_of(path), module) for path in FILES if path.is_relative_to(ROOT / "certs") for module in imported(path)]
    refuse([f"{name}: {module}" for name, module in taken if module.split(".")[0] == "urllib" and module != "urllib.parse"])


def imported(path: Path) -> Iterator[str]:
    """The dotted name of each module that a file names in an import, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_ruff_has_nothing_to_say() -> None:
    run("-m", "ruff", "check", "--quiet", ".")


def test_mypy_strict_has_nothing_to_say() -> None:
    run("-m", "mypy")
    run("-m", "mypy", "scripts/bootstrap.py", "tests/conftest.py")


def test_certs_and_ledger_are_ours_and_never_required() -> None:
    """Both names belong to other people on PyPI; an accidental requirement would import their code in our name."""
    for package in (certs, ledger):
        assert package.__file__ and Path(package.__file__).is_relative_to(ROOT)
    locks = "".join(path.read_text("utf-8") for path in (ROOT / "requirements").glob("*.lock"))
    locked = re.findall(r"^([A-Za-z0-9._-]+)==", locks, re.MULTILINE)
    assert locked
    assert not {"certs", "ledger"} & set(locked)


def test_every_module_says_in_a_few_lines_what_it_is_for() -> None:
    lengths = {path: len((ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()) for path in FILES}
    wrong = {path: lines for path, lines in lengths.items() if not 1 <= lines <= MAX_DOCSTRING_LINES}
    refuse([f"{name_of(path)}: {lines} lines of docstring" for path, lines in wrong.items()])


def test_every_file_can_be_read_in_one_sitting() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in FILES}
    refuse([f"{name_of(path)}: {lines} lines" for path, lines in lengths.items() if lines > MAX_LINES])


def test_every_function_fits_on_a_screen() -> None:
    refuse([f"{place}: {lines} lines" for path in FILES for place, lines in functions(path) if lines > MAX_FUNCTION_LINES])


def test_no_file_has_a_name_that_says_nothing() -> None:
    words = {path: {part.strip("_") for part in path.relative_to(ROOT).with_suffix("").parts} for path in FILES}
    refuse([name_of(path) for path in FILES if words[path] & WORTHLESS_NAMES])


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Where each function stands and how many lines it has, from `def` to its end, with those defined inside it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name_of(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def refuse(offenders: list[str]) -> None:
    """Fails with every offender on a line of its own."""
    assert not offenders, "\n" + "\n".join(offenders)
