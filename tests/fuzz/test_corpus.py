"""The fuzzers' corpus, run by plain pytest; without atheris, which only `scripts/fuzz` needs, seeded damage stands in for it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import pytest

from tests.fuzz import seeds
from tests.fuzz.targets import TARGETS
from tests.vector_cases.damage import Damage

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 5  # of fuzzing a target, in the slow tests


def kept(target: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((seeds.CORPUS / target).iterdir())]


@pytest.mark.parametrize("target", list(TARGETS))
def test_no_kept_input_breaks_a_rule(target: str) -> None:
    inputs = kept(target)
    assert inputs
    for raw in inputs:
        TARGETS[target](raw)


@pytest.mark.parametrize("target", list(TARGETS))
def test_no_damage_to_a_kept_input_breaks_a_rule(target: str) -> None:
    damage, inputs = Damage(len(target)), kept(target)
    for _ in range(150):
        TARGETS[target](damage.raw(damage.source.choice(inputs), damage.source.choice(inputs)))


def test_the_seeds_are_what_the_generator_writes(tmp_path: Path) -> None:
    seeds.write(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("seed-*")}
    assert made == {path.relative_to(seeds.CORPUS): path.read_bytes() for path in seeds.CORPUS.rglob("seed-*")}
    assert {path.parts[0] for path in made} == set(TARGETS)


def test_the_corpus_stays_small() -> None:
    assert sum(path.stat().st_size for path in seeds.CORPUS.rglob("*") if path.is_file()) < 200_000


def test_the_script_knows_every_target() -> None:
    text = (ROOT / "scripts" / "fuzz").read_text("utf-8")
    assert all(f'"{target}"' in text for target in TARGETS)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("target", list(TARGETS))
def test_some_seconds_of_fuzzing_break_no_rule(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With atheris where it is installed, else with damage that knows nothing of the code's branches: the run says which."""
    if find_spec("atheris"):
        command = [sys.executable, str(ROOT / "scripts" / "fuzz"), target, "--seconds", str(SECONDS)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False)
        assert ended.returncode == 0, ended.stderr[-3000:]
        said = next((line for line in ended.stderr.splitlines() if "number_of_executed_units" in line), "")
    else:
        damage, inputs, tried, end = Damage(99), kept(target), 0, monotonic() + SECONDS
        while monotonic() < end:
            TARGETS[target](damage.raw(damage.source.choice(inputs), damage.source.choice(inputs)))
            tried += 1
        said = f"{tried} inputs without atheris"
    with capsys.disabled():
        print(f"\nfuzz {target}: {said}")
