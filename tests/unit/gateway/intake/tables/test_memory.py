"""Memory stays flat whatever a table's length: rows wait on disk, events are taken a few hundred at a time."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAX_GROWTH_MB = 24  # of ten times the rows; they are ten times 2.5 MB of text and many times that as objects
PROGRAM = """
import csv, hashlib, resource, sys
from pathlib import Path
from gateway.auth import make_key
from gateway.intake.tables.build import Sender
from gateway.intake.tables.importing import import_table
from gateway.intake.tables.loading import TableFile, load_rows, open_table
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.outcome import Outcome
from gateway.intake.tables.profiles import shipped
from gateway.intake.tables.scratch import open_scratch
from gateway.intake.tables.taking import Order
from gateway.underway import Underway
from tests.service import MARKET, Service

what, path = sys.argv[1], Path(sys.argv[2])
mapping = read_mapping(shipped("pork_wholesale_day"))
service = Service(path.parent)
with path.open("rb") as opened:
    file = TableFile(path, hashlib.file_digest(opened, "sha256").digest(), "csv")
if what == "load":
    with open_scratch() as scratch, open_table(file, mapping, scratch) as opened:
        load_rows(opened, mapping, scratch, Outcome())
        groups = sum(len(page) for page in scratch.groups(200))
else:
    key, _ = make_key(MARKET, rights=("submit",), now=service.now, valid_s=99, random=service.random)
    order = Order("day", mapping, Sender(MARKET), key)
    made, _ = import_table(service.db, service.app.state.parts.intake, file, order, Underway())
    groups = made.result["counts"]["events"]
print(groups, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_mb(shared: Path, place: Path, what: str, *, rows: int) -> int:
    """Peak resident memory, MB, of a process that imports a table of so many rows."""
    place.mkdir()
    text = (shared / "data/shanghai/pork_wholesale_day.csv").read_text("utf-8")
    head, *day = list(csv.reader(text.splitlines()))
    with (place / "t.csv").open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for at in range(rows):
            writer.writerow([f"MKT-{at // 500:04d}-{day[at % 500][0][-6:]}", *day[at % 500][1:]])
    command = [sys.executable, "-c", PROGRAM, what, str(place / "t.csv")]
    said = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    groups, peak = said.stdout.split()[-2:]
    assert int(groups) == rows // 500 * 334
    return int(peak)


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read_and_grouped_in_the_memory_of_ten_thousand(shared: Path, tmp_path: Path) -> None:
    few = peak_mb(shared, tmp_path / "few", "load", rows=10_000)
    many = peak_mb(shared, tmp_path / "many", "load", rows=100_000)
    assert many - few < MAX_GROWTH_MB


@pytest.mark.slow
def test_ten_times_the_rows_are_taken_in_the_same_memory(shared: Path, tmp_path: Path) -> None:
    few = peak_mb(shared, tmp_path / "few", "take", rows=1_000)
    many = peak_mb(shared, tmp_path / "many", "take", rows=10_000)
    assert many - few < MAX_GROWTH_MB
