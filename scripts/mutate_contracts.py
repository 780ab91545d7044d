#!/usr/bin/env python3
"""
Shows that every mutant of the contracts makes some test fail, and prints how many there are.

Each mutant (scripts/mutants.py) is compiled alone, put in the place of the contract in a scratch copy, and the Solidity tests
are run; where they see nothing, those from Python. Tests that compare gas or bytecode with what is committed are left out: they
would see every mutant. The exit code is 1 when one survives. Nothing of the checkout is written, but the count with `--write`.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from compile_contracts import CONTRACTS, ROOT, SETTINGS, SOURCES, read_sources, source_closure
from mutants import Mutant, mutants_of

COUNT = ROOT / "contracts" / "mutants.txt"
EQUIVALENT = ROOT / "contracts" / "equivalent-mutants.txt"
TESTS = [f"tests/contracts/test_{name}.py" for name in ("anchor_log", "consortium", "status_registry")]
SECONDS = 120  # a test run that takes longer is taken for an endless loop, which is seen
# Four times faster than the release's settings, with the same meaning; wholly without optimising, Consortium is too large.
_KEPT, _LEFT = ("peephole", "jumpdestRemover", "deduplicate"), ("inliner", "orderLiterals", "cse", "constantOptimizer", "yul")
FAST = SETTINGS | {"optimizer": {"runs": 1, "details": dict.fromkeys(_KEPT, True) | dict.fromkeys(_LEFT, False)}}


def find_forge() -> Path:
    """npm's forge. NOTE: not the wrapper `.bin/forge` (1.7.1), which exits 0 come what may. Raises `SystemExit` without it."""
    found = [path for path in ROOT.glob("scripts/node_modules/@foundry-rs/forge-*/bin/forge*") if path.is_file()]
    if not found or not shutil.which("node") or not (ROOT / "scripts" / "node_modules" / "solc").is_dir():
        raise SystemExit("needs node, forge and solc: run `npm ci --prefix scripts`")
    return found[0]


def every_mutant() -> list[Mutant]:
    """Those of all sources, without the ones that EQUIVALENT explains. Raises `SystemExit` when it explains one that is not."""
    made = [
        mutant
        for path, text in read_sources().items()
        if "/interfaces/" not in path
        for mutant in mutants_of(path.removeprefix(f"{SOURCES}/"), text)
    ]
    explained = equivalents()
    gone = explained - {f"{mutant.source}: {mutant.place}" for mutant in made}
    if gone:
        raise SystemExit(f"{EQUIVALENT.name} explains what is no mutant: {sorted(gone)}")
    return [mutant for mutant in made if f"{mutant.source}: {mutant.place}" not in explained]


def equivalents() -> set[str]:
    """`source: place` of each mutant that no test can see; the lines that begin with # say why."""
    return {line for line in EQUIVALENT.read_text("utf-8").splitlines() if line and not line.startswith("#")}


class Compiler:
    """solc kept running: a start costs a second."""

    def __init__(self) -> None:
        command = ["node", str(ROOT / "scripts" / "solc_shim.mjs"), "--stream"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", bufsize=1)

    def ask(self, request: dict[str, Any]) -> Any:
        """The answer to one standard-json request."""
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return json.loads(next(iter(self._process.stdout or ())))

    def close(self) -> None:
        """Ends it."""
        self._process.communicate()


class Bench:
    """A scratch copy of the contracts and their tests, and a compiler that is kept running."""

    def __init__(self, place: Path, forge: Path) -> None:
        self._place, self._forge, self._sources = place, forge, read_sources()
        self._originals: dict[str, str] = {}
        self._compiler = Compiler()
        for part in ("contracts/src", "contracts/test", "tests/contracts", "ledger", "certs"):
            shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("pyproject.toml", "tests/conftest.py"):
            shutil.copy(ROOT / part, place / part)
        settings = (ROOT / "contracts" / "foundry.toml").read_text("utf-8")
        (place / "contracts" / "foundry.toml").write_text(settings.replace('"../scripts/', f'"{ROOT}/scripts/'), "utf-8")

    def close(self) -> None:
        """Ends the compiler."""
        self._compiler.close()

    def prepare(self) -> None:
        """Builds the tests and tries the contracts as they are. Raises `SystemExit` when a test fails."""
        self._originals = self._compile({}, list(CONTRACTS))
        self._run([str(self._forge), "build"], "contracts", failed="")
        for contract, code in self._originals.items():
            self._install(contract, code)
        if not self._forge_passes("*") or not self._python_passes():
            raise SystemExit("the tests fail without any mutation")

    def killer(self, mutant: Mutant) -> str | None:
        """Who sees the mutant: `forge` or `python`; None when nobody does. Raises `SystemExit` when it does not compile."""
        path = f"{SOURCES}/{mutant.source}"
        touched = [name for name in CONTRACTS if path in source_closure(f"{SOURCES}/{name}.sol", self._sources)]
        made = self._compile({path: mutant.text}, touched, mutant)
        for contract, code in made.items():
            self._install(contract, code)
        try:
            if not self._forge_passes(f"{touched[0]}*") or not self._forge_passes("*"):
                return "forge"
            return None if self._python_passes() else "python"
        finally:
            for contract in made:
                self._install(contract, self._originals[contract])

    def _compile(self, changed: dict[str, str], contracts: list[str], mutant: Mutant | None = None) -> dict[str, str]:
        """Creation code in hex of each contract. A warning, say of an argument unused, is no matter here."""
        wanted = {f"{SOURCES}/{name}.sol": {name: ["evm.bytecode.object"]} for name in contracts}
        request = {
            "language": "Solidity",
            "sources": {path: {"content": text} for path, text in (self._sources | changed).items()},
            "settings": FAST | {"outputSelection": wanted},
        }
        answer = self._compiler.ask(request)
        errors = [found["formattedMessage"] for found in answer.get("errors", []) if found["severity"] == "error"]
        if errors:
            raise SystemExit(f"does not compile: {mutant}\n" + "\n".join(errors))
        made = answer["contracts"]
        return {name: "0x" + made[f"{SOURCES}/{name}.sol"][name]["evm"]["bytecode"]["object"] for name in contracts}

    def _install(self, contract: str, code: str) -> None:
        """Where forge's `getCode` and Python's `artifact` look it up."""
        built = self._place / "contracts" / "out" / f"{contract}.sol" / f"{contract}.json"
        artifact = json.loads(built.read_text("utf-8"))
        artifact["bytecode"]["object"] = code
        built.write_text(json.dumps(artifact), "utf-8")
        shipped = self._place / "ledger" / "_artifacts" / f"{contract}.json"
        shipped.write_text(json.dumps(json.loads(shipped.read_text("utf-8")) | {"bytecode": code}), "utf-8")

    def _forge_passes(self, files: str) -> bool:
        shutil.rmtree(self._place / "contracts" / "cache" / "invariant", ignore_errors=True)  # what an earlier mutant failed with
        command = [str(self._forge), "test", "--fail-fast", "--match-path", f"test/**/{files}.t.sol"]
        return self._run(command, "contracts", failed="[FAIL")

    def _python_passes(self) -> bool:
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *TESTS]
        return self._run(command, ".", failed=" short test summary info ")

    def _run(self, command: list[str], directory: str, *, failed: str) -> bool:
        """Whether it exits 0. Raises `SystemExit` when it does not and no test `failed`: a broken tool sees no mutant."""
        place = self._place / directory
        try:
            ended = subprocess.run(command, cwd=place, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return False
        if ended.returncode and (not failed or failed not in ended.stdout):
            raise SystemExit(f"{' '.join(command)}\n{ended.stdout[-4000:]}{ended.stderr[-4000:]}")
        return ended.returncode == 0


@contextmanager
def benches(count: int, forge: Path) -> Iterator[list[Bench]]:
    """So many benches, ready, in a directory that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="shisu-mutants-") as scratch:
        made = [Bench(Path(scratch) / str(number), forge) for number in range(count)]
        try:
            with ThreadPoolExecutor(count) as pool:
                list(pool.map(Bench.prepare, made))
            yield made
        finally:
            for bench in made:
                bench.close()


def survivors(mutants: list[Mutant], made: list[Bench], say: Callable[[str], None]) -> list[Mutant]:
    """The mutants that nobody sees; `say` is told of each mutant as it is decided."""
    free: queue.SimpleQueue[Bench] = queue.SimpleQueue()
    for bench in made:
        free.put(bench)

    def judge(mutant: Mutant) -> bool:
        bench = free.get()
        try:
            killer = bench.killer(mutant)
        finally:
            free.put(bench)
        say(f"{killer or 'SURVIVES'}: {mutant}")
        return killer is None

    with ThreadPoolExecutor(len(made)) as pool:
        return [mutant for mutant, lives in zip(mutants, pool.map(judge, mutants), strict=True) if lives]


def main() -> int:
    """Tries all mutants, or those of one line. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4), help="how many at a time")
    parser.add_argument("--only", metavar="TEXT", default="", help="only mutants whose description contains this")
    parser.add_argument("--verbose", action="store_true", help="say of each mutant who sees it")
    parser.add_argument("--write", action="store_true", help=f"write the count to {COUNT.relative_to(ROOT)}")
    options = parser.parse_args()
    mutants = [mutant for mutant in every_mutant() if options.only in str(mutant)]
    with benches(options.jobs, find_forge()) as made:
        alive = survivors(mutants, made, lambda line: print(line, file=sys.stderr) if options.verbose else None)
    for mutant in alive:
        print(f"survives: {mutant}")
    print(f"{len(mutants)} mutants, {len(mutants) - len(alive)} killed")
    if options.write and not alive and not options.only:
        COUNT.write_text(f"{len(mutants)}\n", "utf-8")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
