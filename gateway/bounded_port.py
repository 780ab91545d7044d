"""
The node as the HTTP routes ask it: nobody waits long behind a silent node.

Routes run on a few threads. If each of them could wait for the node's whole time-out, a node that stopped answering would stop
every route, also those that need no node. So one question is asked at a time, others wait for their turn a moment and are then
told that the chain is unavailable; after a time-out nobody asks for a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from ledger.errors import RpcUnavailable
from ledger.rpc import Call, ChainPort

TURN_S: Final = 2.0  # how long a caller waits for its turn
REST_S: Final = 2.0  # how long nobody asks after no answer came

T = TypeVar("T")


class BoundedPort:
    """A `ChainPort` in front of another. `monotonic` gives seconds."""

    def __init__(self, port: ChainPort, *, monotonic: Callable[[], float], turn_s: float = TURN_S) -> None:
        self._port = port
        self._monotonic = monotonic
        self._turn_s = turn_s
        self._turn = threading.Lock()
        self._failed_at: float | None = None

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        """As the port's. Raises `RpcUnavailable` `ledger.rpc.busy` or `ledger.rpc.resting` without asking."""
        return self._asked(lambda: self._port.call(method, params))

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """As the port's. Raises as `call` does."""
        return self._asked(lambda: self._port.batch(calls))

    def _asked(self, ask: Callable[[], T]) -> T:
        if not self._turn.acquire(timeout=self._turn_s):
            raise RpcUnavailable("ledger.rpc.busy")
        try:
            if self._failed_at is not None and self._monotonic() - self._failed_at < REST_S:
                raise RpcUnavailable("ledger.rpc.resting")
            self._failed_at = None
            return ask()
        except RpcUnavailable:
            if self._failed_at is None:
                self._failed_at = self._monotonic()
            raise
        finally:
            self._turn.release()
