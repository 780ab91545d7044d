"""
Who was ever admitted to the consortium: its MemberAdmitted logs, the founders' and those of every admission by vote.

A member that left is among them: its code stays its own for ever. One node's word, as all of `ledger.members`: it names members
for people, and what is believed of them is asked of the contract or proven.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ledger.announcements import LOG_RANGE
from ledger.contracts import CONSORTIUM, artifact, event_topic
from ledger.errors import NodeContradicts
from ledger.members import code_of, uscc_of
from ledger.quantities import data_bytes, field_of, list_of, to_data, to_quantity
from ledger.rpc import ChainPort, every

RANGES_AT_ONCE: Final = 50  # of one request: a node looks through 250,000 blocks for it
_CODE_BYTES: Final = 8
_TOPICS: Final = 3  # event, member, signer


def admissions(rpc: ChainPort, consortium: bytes, *, first: int, end: int) -> list[tuple[str, str]]:
    """(USCC, code) of every admission in the blocks `first` … `end`, both included, in their order.

    Raises `NodeContradicts` for a log that is of no such form, and what the RPC port raises.
    """
    topic = to_data(event_topic(artifact(CONSORTIUM), "MemberAdmitted"))
    found: list[tuple[str, str]] = []
    queries = [
        {"fromBlock": to_quantity(start), "toBlock": to_quantity(stop), "address": to_data(consortium), "topics": [topic]}
        for start, stop in _ranges(first, end)
    ]
    for at in range(0, len(queries), RANGES_AT_ONCE):
        for logs in every(rpc.batch([("eth_getLogs", [query]) for query in queries[at : at + RANGES_AT_ONCE]])):
            if not isinstance(logs, list):
                raise NodeContradicts("ledger.node.form", "logs")
            found += map(_read, logs)
    return found


def _ranges(first: int, end: int) -> Iterator[tuple[int, int]]:
    while first <= end:
        yield first, min(first + LOG_RANGE - 1, end)
        first += LOG_RANGE


def _read(log: Any) -> tuple[str, str]:
    topics = list_of(log, "topics")
    if len(topics) != _TOPICS:
        raise NodeContradicts("ledger.node.form", "topics")
    data = data_bytes(field_of(log, "data"), "data")
    return uscc_of(data_bytes(topics[1], "topics", length=32)), code_of(data[:_CODE_BYTES])
