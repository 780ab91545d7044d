"""What the entries of a city document share, and what of it becomes cells."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.intake.tables.city import open_city


def test_a_row_has_only_those_shared_names_that_its_mapping_reads(tmp_path: Path) -> None:
    many = {f"k{number}": number for number in range(1_000)}
    document = {
        "supplier": {**many, "supName": "甲"}, "material": [{**many, "name": "肉", "spec": "散装"}],
        "batchDetail": [{"materialName": "肉", "other": 1}] * 2,
    }  # fmt: skip
    path = tmp_path / "t"
    path.write_text(json.dumps(document))
    heads = frozenset({"supplier.supName", "material.spec", "materialName"})
    with open_city(path, lines=False, heads=heads, keep=lambda *_: None) as opened:
        rows = list(opened.rows)
    expected = {"supplier.supName": "甲", "material.spec": "散装", "materialName": "肉", "other": 1}
    assert [dict(row.cells) for row in rows] == [expected, expected]
