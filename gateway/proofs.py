"""The proofs that routes hand out: certificates from the store, staples and the trust bundle from the chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.pipeline.worker import Worker
from gateway.rendering import certificate
from gateway.staples import Staples
from gateway.store import batches, certificates
from gateway.store.database import Database
from gateway.trust import Consortium, current_bundle
from ledger.errors import LedgerError
from ledger.rpc import ChainPort


class StoredProofs:
    """`gateway.routes.parts.Proofs` over one store, one consortium and one node; `workers` are asked for their alarms."""

    def __init__(
        self, database: Database, rpc: ChainPort, consortium: Consortium, staples: Staples, workers: Sequence[Worker]
    ) -> None:
        self._database = database
        self._rpc = rpc
        self._consortium = consortium
        self._staples = staples
        self._workers = workers

    def certificate(self, number: str, wanted: str) -> dict[str, Any] | None:
        """The certificate of a number in rendering `wanted`, or None."""
        return certificate(self._database, number, wanted)

    def staple(self, number: str) -> dict[str, Any] | None:
        """A fresh staple of a number, or None. Raises what `Staples.current` raises."""
        return self._staples.current(number)

    def trust(self) -> dict[str, Any]:
        """The bundle with a head of now. Raises what `current_bundle` raises."""
        return current_bundle(self._rpc, self._consortium)

    def troubles(self) -> Sequence[str]:
        """Codes of what keeps the gateway from its work: workers' alarms, a halted line, a rewound chain, a silent node."""
        codes = {code for worker in self._workers for code, _ in worker.alarms.values()}
        with self._database.read() as tx:
            if certificates.rewound(tx):
                codes.add("staple.rewound")
            if batches.any_halted(tx):
                codes.add("pipeline.head.foreign")
        try:
            self._rpc.call("eth_blockNumber")
        except LedgerError as error:
            codes.add(error.code)
        return sorted(codes)
