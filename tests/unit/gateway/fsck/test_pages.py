"""Pages of rows, rows beside ids, and item trees that grow."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select

from certs.merkle import root_of
from certs.record import item_leaf
from certs.suites import hash_function
from gateway.fsck.findings import Finding, Report
from gateway.fsck.item_tree import GrowingTree
from gateway.fsck.pages import Beside, rows_by
from gateway.store.tables import event_codes, tallies
from tests.member_line import Bench, open_bench


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 25])
def test_every_row_comes_once_and_a_page_costs_one_question(tmp_path: Path, rows: int) -> None:
    with open_bench(tmp_path) as bench, bench.database.write() as tx:
        for at in range(rows):
            tx.execute(insert(tallies).values(submitter=f"s{at % 3}", day="2025-06-02", what=f"{at:02}", count=at))
        asked: list[str] = []
        event.listen(bench.database._engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        keys = (tallies.c.submitter, tallies.c.what)
        found = [row.count for row in rows_by(tx, select(tallies), *keys, page=10)]
    assert found == sorted(range(rows), key=lambda at: (at % 3, at))
    assert len(asked) == rows // 10 + 1


def beside(bench: Bench, report: Report, *events: int) -> Beside:
    with bench.database.write() as tx:
        bench_rows = [{"code": f"c{at}", "event": of, "role": "epc"} for at, of in enumerate(events)]
        tx.exec_driver_sql("PRAGMA defer_foreign_keys=1")
        tx.execute(insert(event_codes), bench_rows)
        rows = list(rows_by(tx, select(event_codes), event_codes.c.event, event_codes.c.code))
        tx.exec_driver_sql("delete from event_codes")
    return Beside(iter(rows), "event", table="event_codes", report=report)


def test_rows_of_ids_that_nobody_asks_for_are_orphans(tmp_path: Path) -> None:
    found: list[Finding] = []
    report = Report(found.append)
    with open_bench(tmp_path) as bench:
        rows = beside(bench, report, 1, 2, 2, 4, 5, 9)
    assert [[row.code for row in rows.of(id_)] for id_ in (2, 3, 5)] == [["c1", "c2"], [], ["c4"]]
    rows.rest()
    assert [finding.row for finding in found] == ["event 1", "event 4", "event 9"]
    assert report.looked_at["event_codes"] == 6


@pytest.mark.parametrize("suite", [1, 2])
def test_a_growing_tree_ends_in_the_root_of_the_tree_over_all(suite: int) -> None:
    h, leaves = hash_function(suite), []
    tree = GrowingTree(h)
    with pytest.raises(ValueError, match="one leaf"):
        tree.root()
    for at in range(70):
        salt = hashlib.sha256(bytes([at])).digest()
        leaves.append(item_leaf(salt, f"u{at}", h))
        tree.add(salt, f"u{at}")
        assert (tree.root(), tree.size) == (root_of(leaves, h), at + 1)
