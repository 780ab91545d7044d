#!/usr/bin/env python3
"""
Shows that every mutant of the verifier makes some quick test fail, and prints how many there are.

A mutant (scripts/verifier_mutants.py) lives in a forked process: there the code of each function of its file is replaced by the
mutant's, and the tests are run, first the vectors, then those of its own file, then all quick ones of certs. Tests that only
compare the table of texts with the source are left out. The exit code is 1 when a mutant survives. Nothing of the checkout is
written but, with `--write`, the count in tests/hostile/verifier-mutants.txt.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NoReturn

import pytest

from verifier_mutants import Mutant, mutants_of

ROOT = Path(__file__).resolve().parent.parent
COUNT = ROOT / "tests" / "hostile" / "verifier-mutants.txt"
EQUIVALENT = ROOT / "tests" / "hostile" / "equivalent-verifier-mutants.txt"
LEFT_OUT = {"__main__.py", "texts.py", "texts_evm.py"}  # no check of theirs decides a verdict
HOSTILE = ("tests/hostile/certs", "tests/hostile/test_certificate_mutations.py", "tests/hostile/test_json.py")
QUICKLY = ("-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", "--ignore-glob=*test_texts.py")
BYTES = 4 * 1024**3
SECONDS, ALL_SECONDS = 20, 300  # of the processor, for the first tests and for all; what takes more has no end, which is seen


def every_mutant() -> list[Mutant]:
    """Those of all of certs, without the ones that EQUIVALENT explains. Raises `SystemExit` when it explains one that is not."""
    files = sorted(path for path in (ROOT / "certs").rglob("*.py") if path.name not in LEFT_OUT)
    made = [m for path in files for m in mutants_of(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))]
    explained = equivalents()
    gone = explained - {f"{mutant.source}: {mutant.place}" for mutant in made}
    if gone:
        raise SystemExit(f"{EQUIVALENT.name} explains what is no mutant: {sorted(gone)}")
    return [mutant for mutant in made if f"{mutant.source}: {mutant.place}" not in explained]


def equivalents() -> set[str]:
    """The mutants that mean the same as the original, each below a comment that says why."""
    lines = EQUIVALENT.read_text("utf-8").splitlines() if EQUIVALENT.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def module_name(source: str) -> str:
    """The dotted name of a source file's module."""
    return source.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def become(mutant: Mutant) -> None:
    """Gives every function of the mutant's file, wherever it has been imported, the code it has in the mutant."""
    module = importlib.import_module(module_name(mutant.source))
    codes = dict(_codes(compile(mutant.text, mutant.source, "exec")))
    for name, function in _functions(module):
        function.__code__ = codes[name]


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The code of each function and method by its qualified name; what is defined inside a function goes with it."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant.co_qualname, constant
            if not constant.co_flags & 0x0002:  # a class body, not a function with locals of its own
                yield from _codes(constant)


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """The functions a module defines, those of its classes, and those under a decorator that says what it wraps."""
    pending: list[Any] = list(vars(module).values())
    while pending:
        thing = pending.pop()
        thing = getattr(thing, "__wrapped__", getattr(thing, "fget", getattr(thing, "__func__", thing)))
        if getattr(thing, "__module__", None) != module.__name__:
            continue
        if isinstance(thing, type):
            pending += vars(thing).values()
        elif isinstance(thing, FunctionType) and thing.__code__.co_filename == module.__file__:
            yield thing.__qualname__, thing


def vectors_hold() -> bool:
    """Whether every judgement vector gets its answer: the quickest look at everything."""
    judge, cases = PRELOADED["tests.unit.certs.test_vectors"], []
    for path in judge.CASES:
        cases.append(judge.json.loads(path.read_bytes()))
    for case in cases:
        report = judge.judged(case)
        if {"verdict": report.verdict.label, "step": report.step, "code": report.code} != case["want"]:
            return False
    return True


def mirror(source: str) -> list[str]:
    """The test file that mirrors a source, where there is one."""
    path = Path("tests/unit") / Path(source).parent / f"test_{Path(source).name}"
    return [str(path)] if (ROOT / path).exists() else []


PRELOADED: dict[str, ModuleType] = {}


def preload() -> None:
    """Imports what every test needs, once, so that a fork has it."""
    sys.path.insert(0, str(ROOT))
    for name in (
        "tests.make_vectors",
        "tests.unit.certs.test_vectors",
        "tests.vector_cases.changes",
        "jsonschema",
        "referencing",
    ):
        PRELOADED[name] = importlib.import_module(name)
    for path in sorted((ROOT / "certs").rglob("*.py")):
        if path.name != "__main__.py":
            importlib.import_module(
                path.relative_to(ROOT).as_posix().removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            )


def judge(mutant: Mutant | None, output: int, *, own_only: bool = False) -> NoReturn:
    """In a process of its own: exits 0 when the mutant (None: the verifier as it is) passes all tests."""
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, ALL_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        if mutant is not None:
            become(mutant)
        if vectors_hold():
            own = mirror(mutant.source) if mutant else []
            if not own or not pytest.main([*QUICKLY, *own]):
                if own_only:
                    os._exit(0)
                resource.setrlimit(resource.RLIMIT_CPU, (ALL_SECONDS, ALL_SECONDS))
                os._exit(int(pytest.main([*QUICKLY, "tests/unit/certs", *HOSTILE])))
    except BaseException:  # whatever a mutant raises is seen, and never goes back into the parent's code
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(1)


def survivors(mutants: list[Mutant], jobs: int, output: int, *, own_only: bool) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant with whether nobody sees it, in the order in which that is known."""
    waiting, running = list(reversed(mutants)), dict[int, Mutant]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            child = os.fork()
            if child == 0:
                judge(mutant, output, own_only=own_only)
            running[child] = mutant
        child, status = os.wait()
        yield running.pop(child), status == 0


def tried(mutants: list[Mutant], jobs: int, *, whole: bool, own_only: bool, verbose: bool) -> list[Mutant]:
    """The mutants that nobody sees; for the `whole` list the tests are first tried without any."""
    preload()
    os.chdir(ROOT)
    with tempfile.TemporaryFile() as output:
        if whole and os.waitpid(_unmutated(output.fileno()), 0)[1]:
            output.seek(0)
            raise SystemExit("the tests fail without any mutant:\n" + output.read()[-4000:].decode())
        alive = []
        for mutant, lives in survivors(mutants, jobs, output.fileno(), own_only=own_only):
            if lives or verbose:
                print(f"{'survives' if lives else 'killed'}: {mutant}", flush=True)
            alive += [mutant] if lives else []
        return alive


def _unmutated(output: int) -> int:
    child = os.fork()
    if child == 0:
        judge(None, output)
    return child


def main() -> int:
    """Tries all mutants, or those that a text names. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4), help="how many at a time")
    parser.add_argument("--only", metavar="TEXT", action="append", default=[], help="only mutants whose description has this")
    parser.add_argument("--own", action="store_true", help="run only the vectors and the file's own tests: a first look")
    parser.add_argument("--list", action="store_true", help="name the mutants and try none")
    parser.add_argument("--verbose", action="store_true", help="say of each mutant what became of it")
    parser.add_argument("--write", action="store_true", help=f"write the count to {COUNT.relative_to(ROOT)}")
    options = parser.parse_args()
    mutants = [mutant for mutant in every_mutant() if not options.only or any(text in str(mutant) for text in options.only)]
    if options.list:
        print("\n".join(map(str, mutants)))
        return 0
    alive = tried(mutants, options.jobs, whole=not options.only, own_only=options.own, verbose=options.verbose)
    print(f"{len(mutants)} mutants, {len(mutants) - len(alive)} killed")
    if options.write and not alive and not options.only and not options.own:
        COUNT.write_text(f"{len(mutants)}\n", "utf-8")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
