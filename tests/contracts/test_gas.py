"""What every function costs, compared with the committed table to the last unit; no anchor costs more than 100,000."""

from __future__ import annotations

from gas_table import committed, differences, measured
from ledger.contracts import ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY, artifact

ANCHOR_LIMIT = 100_000
# Zero bytes in the measured arguments that a dearer seq could fill (6 bytes of a 48-bit seq, of which 1 is counted): 16 − 4 each.
DEARER_SEQ = 5 * 12


def test_the_gas_is_what_the_table_says() -> None:
    changed = differences(committed(), measured())
    assert not changed, "run scripts/gas_table.py if this is meant:\n" + "\n".join(changed)


def test_no_anchor_costs_more_than_the_limit() -> None:
    anchors = {name: gas for name, gas in committed().items() if name.startswith("AnchorLog.anchor:")}
    assert {"first", "second", "later"} <= {word for name in anchors for word in name.replace(",", " ").split()}
    assert max(anchors.values()) + DEARER_SEQ <= ANCHOR_LIMIT, anchors


def test_every_function_has_a_line_in_the_table() -> None:
    functions = {
        f"{contract}.{entry['name']}"
        for contract in (CONSORTIUM, ANCHOR_LOG, STATUS_REGISTRY)
        for entry in artifact(contract).abi
        if entry["type"] == "function"
    }
    assert {name.split(":")[0] for name in committed()} == functions | {CONSORTIUM, ANCHOR_LOG, STATUS_REGISTRY}


def test_a_difference_is_told_in_words() -> None:
    assert differences({"a": 1_000, "b": 2, "c": 3}, {"a": 1_010, "b": 2, "d": 4}) == [
        "a: 1,000 → 1,010 (+10)",
        "d: nothing → 4",
        "c: 3 → nothing",
    ]
