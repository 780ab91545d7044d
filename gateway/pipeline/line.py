"""
The line of one member: what every arrow of its pipeline works with, and the two limits it works under.

An arrow is one function `(line) -> bool` in a file of its own: it reads, asks the chain, and moves rows in one database
transaction by compare-and-set. It returns whether it moved anything. No arrow keeps anything in memory that progress needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.store import acts
from gateway.store.acts import Act
from gateway.store.batches import Batch
from gateway.store.database import Database
from gateway.trust import Consortium
from ledger.anchors import Head
from ledger.rpc import ChainPort
from ledger.signers import Signer


def _nothing(_arrow: str) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a line goes and how far it runs ahead."""

    batch_events: int = 10_000  # a batch is closed when so many events wait …
    batch_age_s: int = 2  # … or when the oldest has waited so long
    ahead: int = 16  # batches closed and not on the chain yet: what a node's pool surely holds of one account (geth: 16)
    gas: int = 150_000  # an anchor costs 82–85 k and never more than 100 k (PROTOCOL.md §5)
    status_gas: int = 300_000  # a status costs 60–120 k
    vote_gas: int = 8_000_000  # proposing or executing an announcement of 64 validators costs some 3 M
    gas_price: int = 0  # wei; consortium chains are free
    resend_s: int = 5  # bytes that are not on the chain after so long are handed to the node again


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One member's line. `now` gives seconds since 1970; `shuffle` permutes in place, unpredictably.

    `after` is called with an arrow's name right after its transaction was committed (or bytes were sent): crash tests hang there.
    """

    member: str
    signer: Signer
    database: Database
    rpc: ChainPort
    consortium: Consortium
    now: Callable[[], int]
    shuffle: Callable[[list[int]], None]
    log: Any
    pace: Pace = field(default_factory=Pace)
    after: Callable[[str], None] = _nothing

    @property
    def signer_bytes(self) -> bytes:
        """The signer's address, 20 bytes."""
        return bytes.fromhex(self.signer.address[2:])

    @property
    def anchor_log(self) -> bytes:
        """The AnchorLog's address, 20 bytes."""
        return self.consortium.deployment.anchor_log

    def address_of(self, target: str) -> bytes:
        """The address of the contract that an act calls, 20 bytes."""
        deployment = self.consortium.deployment
        return deployment.status_registry if target == acts.REGISTRY else deployment.consortium

    def act_moved(self, arrow: str, act: Act, *, level: str = "info", **fields: Any) -> None:
        """Says that an act changed its state, as `moved` says it of a batch."""
        getattr(self.log, level)(f"act.{arrow}", member=self.member, act=act.id, kind=act.kind, **fields)
        self.after(f"act.{arrow}")

    def moved(self, arrow: str, batch_id: int, *, seq: int, level: str = "info", **fields: Any) -> None:
        """Says that a batch changed its state: the one log line of that change, then the observer."""
        getattr(self.log, level)(f"batch.{arrow}", member=self.member, seq=seq, batch=batch_id, **fields)
        self.after(arrow)


def is_ours(batch: Batch, head: Head) -> bool:
    """Whether the chain's entry at our (member, seq) is our batch; its block number is another question."""
    return (batch.root, batch.size, batch.scope, batch.suite) == (head.root, head.size, head.scope, head.suite)
