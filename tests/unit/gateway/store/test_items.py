"""The units of item trees, each event with its own."""

from __future__ import annotations

from pathlib import Path

from gateway.store.items import insert_items, position_of, units_of
from tests.member_line import open_bench


def test_the_same_unit_stands_in_each_events_tree_where_it_was_put(tmp_path: Path) -> None:
    units = [(code, bytes([at]) * 32) for at, code in enumerate("BAC")]
    with open_bench(tmp_path) as bench:
        first, second, third = bench.accept(3)
        with bench.database.write() as tx:
            insert_items(tx, first, units)
            insert_items(tx, second, units[::-1])
            insert_items(tx, third, [])
        with bench.database.read() as tx:
            assert [units_of(tx, row) for row in (first, second, third)] == [units, units[::-1], []]
            assert [position_of(tx, row, "B") for row in (first, second, third)] == [0, 2, None]
