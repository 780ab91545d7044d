"""A member's line whose node is a fake chain behind a real RPC port, and what a test compares before and after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.pipeline.worker import Worker
from gateway.store.tables import acts, attempts, batches, certificates, events, evidence
from ledger.rpc import Rpc
from tests.chain.dump import Dump
from tests.chain.node import Node, serve
from tests.member_line import Bench, open_bench


@dataclass
class Wired:
    """`rpc` is the gateway's real client, connected to `node`."""

    bench: Bench
    node: Node
    rpc: Rpc
    dump: Dump

    def worker(self, **changes: Any) -> Worker:
        return self.bench.worker(**{"rpc": self.rpc, **changes})

    def step(self, worker: Worker, name: str = "step") -> None:
        """One round, written down."""
        worker.step()
        self.dump.step(name, self.bench.chain, self.bench.database, alarms=worker.alarms)

    def settle(self, worker: Worker, *, rounds: int = 20) -> None:
        """Fair weather until nothing moves; waiting bytes are due again."""
        self.node.always, self.node.habits = "", []
        self.bench.clock += 6
        for _ in range(rounds):
            self.step(worker, "settle")
            self.bench.chain.mine()

    def store(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the pipeline's tables."""
        with self.bench.database.read() as tx:
            tables = (batches, attempts, acts, certificates, events, evidence)
            return {table.name: [tuple(row) for row in tx.execute(select(table))] for table in tables}


@contextmanager
def wired(directory: Path, dump_to: Path | None, *, timeout_s: float = 5) -> Iterator[Wired]:
    """A new store, chain, node and client."""
    with open_bench(directory) as bench, serve(bench.chain) as node:
        rpc = Rpc(node.url, chain_id=bench.chain.world.chain_id, timeout_s=timeout_s)
        try:
            yield Wired(bench, node, rpc, Dump(dump_to))
        finally:
            rpc.close()


def settled_once(bench: Bench, *, batches: int = 1) -> bool:
    """Every batch is issued and was anchored once, with one nonce each."""
    return (bench.states(), bench.chain.anchored_seqs(), bench.nonces()) == (
        ["issued"] * batches,
        list(range(1, batches + 1)),
        list(range(batches)),
    )
