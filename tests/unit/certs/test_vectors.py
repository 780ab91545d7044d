"""Every judgement vector gets its verdict, step and code, and the vectors are what the generator writes."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from certs.errors import CannotCheck
from certs.trust import Bundle, load_bundle
from certs.verify import Report, Verdict, verify
from tests.make_vectors import make

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
CASES = sorted(VECTORS.glob("certificate/*.json"))


@cache
def bundle_named(name: str) -> Bundle | CannotCheck:
    try:
        return load_bundle((VECTORS / "bundle" / f"{name}.json").read_bytes())
    except CannotCheck as error:
        return error


def judged(case: dict[str, Any]) -> Report:
    raw = bytes.fromhex(case["fileHex"]) if "fileHex" in case else case["file"].encode()
    return verify(raw, bundle_named(case["bundle"]), now=case["now"], freshness_days=case["freshness"])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_verifier_answers_as_the_vector_wants(path: Path) -> None:
    case = json.loads(path.read_bytes())
    report = judged(case)
    assert {"verdict": report.verdict.label, "step": report.step, "code": report.code} == case["want"]
    assert json.loads(json.dumps(report.to_json()))["says"], "every report can be said and written"


def test_every_verdict_and_every_step_has_a_vector() -> None:
    wants = [json.loads(path.read_bytes())["want"] for path in CASES]
    assert {want["verdict"] for want in wants} == {verdict.label for verdict in Verdict}
    forged = Counter(want["step"] for want in wants if want["verdict"] == "FORGED")
    assert set(forged) == {3, 4, 5, 6, 7, 8, 9, 10}
    assert {want["step"] for want in wants if want["verdict"] == "CANNOT CHECK"} == {0, 7, 8, 9, 10}
    assert {want["step"] for want in wants if want["verdict"] == "FOREIGN"} == {5, 6, 7}
    assert {want["step"] for want in wants if want["verdict"] == "MALFORMED"} == {1, 2}


def test_the_vectors_are_what_the_generator_writes(tmp_path: Path) -> None:
    make().write(tmp_path)
    for place in ("certificate", "bundle"):
        made = {path.name: path.read_bytes() for path in (tmp_path / place).iterdir()}
        assert made == {path.name: path.read_bytes() for path in (VECTORS / place).iterdir()}, f"tests/vectors/{place} is stale"


def test_the_vectors_stay_small() -> None:
    assert sum(path.stat().st_size for place in ("certificate", "bundle") for path in (VECTORS / place).iterdir()) < 1_500_000
