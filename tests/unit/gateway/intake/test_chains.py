"""The two Shanghai chains, as a platform sends them for everyone: every event is taken, and what is flagged is only late."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.intake.members import Member
from gateway.intake.serials import SerialList, keep_serials
from gateway.store.enterprises import Enterprise, register
from tests.service import AGR, AMR, COM, EDU, EVERYTHING, NOW, PLANT, PLATFORM, Service, service_in

MEMBERS = {"AGR": AGR, "COM": COM, "EDU": EDU, "AMR": AMR}
CHAINS = {"pork": 18, "infant-formula": 23}


@pytest.fixture
def everyone(shared: Path) -> list[str]:
    """USCCs of all who report in the chains: enterprises, and the bureau that samples and publishes."""
    return [row["uscc"] for row in _parties(shared)]


@pytest.fixture
def service(tmp_path: Path, shared: Path) -> Iterator[Service]:
    for made in service_in(tmp_path):
        assert made.members == {uscc: Member(code, EVERYTHING, True, 1) for code, uscc in MEMBERS.items()}
        with made.db.write() as tx:
            for row in _parties(shared):
                register(tx, Enterprise(row["uscc"], row["name"], row["kind"], MEMBERS[row["member"]], row.get("gln")))
        raw = (shared / "data/shanghai/formula_serials.csv").read_bytes()  # F3 cites it
        rows = enumerate(csv.DictReader(raw.decode("utf-8").splitlines()), start=2)
        assert isinstance(
            keep_serials(made.db, submitter=PLANT, sha256=hashlib.sha256(raw).digest(), rows=rows, now=NOW), SerialList
        )
        yield made


def _parties(shared: Path) -> list[dict[str, Any]]:
    listed = json.loads((shared / "data/shanghai/enterprises.json").read_text("utf-8"))["enterprises"]
    bureau = {"uscc": AMR, "name": "上海市市场监督管理局", "kind": "bureau", "member": "AMR"}
    return [bureau, *(row for row in listed if row["member"] in MEMBERS)]


@pytest.mark.parametrize("chain", CHAINS)
def test_every_event_of_a_chain_is_taken_and_only_flagged_as_late(
    service: Service, shared: Path, everyone: list[str], chain: str
) -> None:
    key = service.key(PLATFORM, "submit:onbehalf", on_behalf=tuple(everyone))
    raw = (shared / f"data/shanghai/{chain}.epcis.json").read_bytes()
    answer = service.post("/capture", raw, key)
    assert answer.status_code == 202, answer.text
    outcomes = answer.json()["events"]
    assert [one["outcome"] for one in outcomes] == ["accepted"] * CHAINS[chain]
    for one in outcomes:
        said = {warning["code"] for warning in one["warnings"]} - {"event.codes.none"}
        declares = one["index"] == 16 and chain == "pork"  # X1: a correction is never late
        assert said == (set() if declares else {"time.late"})
    again = service.post("/capture", raw, key).json()["events"]
    assert [one["outcome"] for one in again] == ["known"] * CHAINS[chain]
