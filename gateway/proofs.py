"""The proofs that routes hand out: certificates from the store, staples and the trust bundle from the chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from gateway.item_proofs import item_proof
from gateway.pipeline.worker import Worker
from gateway.rendering import certificate
from gateway.staples import Staples
from gateway.store import batches, certificates
from gateway.store.database import Database
from gateway.trust import Consortium, current_bundle
from ledger.errors import LedgerError, NotYet, RpcUnavailable
from ledger.rpc import ChainPort

BUNDLE_S: Final = 5.0  # a bundle is given again for so long: many ask, and each making costs the node four questions


class StoredProofs:
    """`gateway.routes.parts.Proofs` over one store and one node; `workers` are asked how they are.

    A worker that has completed no step for `step_s` is a trouble. `monotonic` is in s.
    """

    def __init__(
        self,
        database: Database,
        rpc: ChainPort,
        consortium: Consortium,
        staples: Staples,
        workers: Sequence[Worker],
        *,
        step_s: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._database = database
        self._rpc = rpc
        self._consortium = consortium
        self._staples = staples
        self._workers = workers
        self._step_s = step_s
        self._monotonic = monotonic
        self._bundle: tuple[float, dict[str, Any]] | None = None

    def certificate(self, number: str, wanted: str) -> dict[str, Any] | None:
        """The certificate of a number in rendering `wanted`, or None."""
        return certificate(self._database, number, wanted)

    def item(self, number: str, unit: str) -> dict[str, Any] | None:
        """The item proof of one unit of a number, or None. Raises what `gateway.item_proofs.item_proof` raises."""
        return item_proof(self._database, number, unit)

    def staple(self, number: str, unit: str | None = None) -> dict[str, Any] | None:
        """A fresh staple of a number, for one unit of its item tree too, or None. Raises what `Staples.current` raises."""
        return self._staples.current(number, unit)

    def trust(self) -> dict[str, Any]:
        """The bundle with a head of the last seconds, or the last one made while the node does not answer.

        Raises what `current_bundle` raises when none was ever made.
        """
        made = self._bundle
        if made is not None and self._monotonic() - made[0] < BUNDLE_S:
            return made[1]
        try:
            bundle = current_bundle(self._rpc, self._consortium)
        except (RpcUnavailable, NotYet):
            if made is None:
                raise
            return made[1]
        self._bundle = (self._monotonic(), bundle)
        return bundle

    def troubles(self) -> Sequence[str]:
        """Codes of what keeps the gateway from its work: alarms or silence of workers, halted line, rewound chain, no node."""
        codes = {code for worker in self._workers for code, _ in worker.alarms.values()}
        if any(worker.idle_s > self._step_s for worker in self._workers):
            codes.add("pipeline.worker.stalled")
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
