"""
The transactions waiting for a block: in memory only, lost with the process, as a real node may lose them.

Nonce gaps are kept and wait. A transaction comes in checked (`admission`); here only its place is decided.
Executable ones leave in order of arrival, each sender's own in nonce order.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from eth.abc import SignedTransactionAPI

from ledger.devchain.errors import refused

MAX_WAITING: Final = 4096  # at most 128 KiB each: the worst case is 512 MiB, the usual one a few
MAX_WAITING_OF_ONE_SENDER: Final = 1024  # one account cannot shut out the others


@dataclass(frozen=True, slots=True)
class Waiting:
    """One transaction in the pool; `arrival` counts up."""

    transaction: SignedTransactionAPI
    sender: bytes
    arrival: int


class Pool:
    """All methods may be called from any thread. `nonce_of` gives an account's next nonce at the chain's head."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_hash: dict[bytes, Waiting] = {}
        self._by_sender: dict[bytes, dict[int, Waiting]] = {}
        self._arrivals = 0

    def add(self, transaction: SignedTransactionAPI) -> None:
        """Keep a transaction. Raises RpcError `already known`, `replacement transaction underpriced` or `txpool is full`."""
        with self._lock:
            if transaction.hash in self._by_hash:
                raise refused("already known")
            sender = bytes(transaction.sender)
            queue = self._by_sender.get(sender, {})
            rival = queue.get(transaction.nonce)
            if rival is not None:
                if not _outbids(transaction, rival.transaction):
                    raise refused("replacement transaction underpriced")
                del self._by_hash[rival.transaction.hash]
            elif len(self._by_hash) >= MAX_WAITING or len(queue) >= MAX_WAITING_OF_ONE_SENDER:
                raise refused("txpool is full")
            self._arrivals += 1
            entry = Waiting(transaction, sender, self._arrivals)
            queue[transaction.nonce] = entry
            self._by_sender[sender] = queue
            self._by_hash[transaction.hash] = entry

    def get(self, transaction_hash: bytes) -> SignedTransactionAPI | None:
        """The waiting transaction of this hash, or None."""
        with self._lock:
            entry = self._by_hash.get(transaction_hash)
        return None if entry is None else entry.transaction

    def next_nonce(self, sender: bytes, latest: int) -> int:
        """The first nonce from `latest` on that no waiting transaction of the sender holds."""
        with self._lock:
            queue = self._by_sender.get(sender, {})
            while latest in queue:
                latest += 1
            return latest

    def has_executable(self, nonce_of: Callable[[bytes], int]) -> bool:
        """Whether some sender's next transaction is here."""
        with self._lock:
            senders = list(self._by_sender.items())
        return any(nonce_of(sender) in queue for sender, queue in senders)  # a look into a queue needs no lock

    def executable(self, nonce_of: Callable[[bytes], int]) -> list[Waiting]:
        """Every transaction without a gap before it, in the order in which a block takes them."""
        with self._lock:
            queues = {sender: dict(queue) for sender, queue in self._by_sender.items()}
        nonces = {sender: nonce_of(sender) for sender in queues}
        heads = [(queue[nonces[sender]].arrival, sender) for sender, queue in queues.items() if nonces[sender] in queue]
        heapq.heapify(heads)
        ordered: list[Waiting] = []
        while heads:
            _, sender = heapq.heappop(heads)
            queue = queues[sender]
            ordered.append(queue[nonces[sender]])
            nonces[sender] += 1
            if nonces[sender] in queue:
                heapq.heappush(heads, (queue[nonces[sender]].arrival, sender))
        return ordered

    def settle(self, included: Iterable[SignedTransactionAPI], impossible: Iterable[SignedTransactionAPI]) -> None:
        """Forget what a block took (with whatever rival waits at its place) and what can be in none."""
        with self._lock:
            for transaction in included:
                self._forget(bytes(transaction.sender), transaction.nonce)
            for transaction in impossible:
                if transaction.hash in self._by_hash:
                    self._forget(bytes(transaction.sender), transaction.nonce)

    def _forget(self, sender: bytes, nonce: int) -> None:
        queue = self._by_sender.get(sender, {})
        entry = queue.pop(nonce, None)
        if entry is not None:
            del self._by_hash[entry.transaction.hash]
            if not queue:
                del self._by_sender[sender]


def _outbids(transaction: SignedTransactionAPI, rival: SignedTransactionAPI) -> bool:
    """geth's rule: strictly more, and at least a tenth more, of the fee cap and of the tip."""
    return all(
        new > old and new * 100 >= old * 110
        for new, old in (
            (transaction.max_fee_per_gas, rival.max_fee_per_gas),
            (transaction.max_priority_fee_per_gas, rival.max_priority_fee_per_gas),
        )
    )
