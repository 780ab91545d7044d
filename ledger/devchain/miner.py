"""
When blocks are made: one period after the last when a transaction is ready, or a heartbeat after it when none is.

The heartbeat gives staples a fresh header. Waiting is on a monotonic clock; a block's timestamp is the chain's own affair.
A block that cannot be made stops the miner for good and is kept in `failure`: a chain that stands still must say so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Miner:
    """One thread. `mine` makes a block, `is_ready` says whether a transaction could be in it; periods in seconds."""

    def __init__(self, *, mine: Callable[[], object], is_ready: Callable[[], bool], period_s: float, heartbeat_s: float) -> None:
        self._mine = mine
        self._is_ready = is_ready
        self._period_s = period_s
        self._heartbeat_s = max(heartbeat_s, period_s)
        self._wake = threading.Condition()
        self._poked = True
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin to make blocks; the first is due a period from now."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="devchain-miner", daemon=True)
        self._thread.start()

    def poke(self) -> None:
        """A transaction has come in."""
        with self._wake:
            self._poked = True
            self._wake.notify_all()

    def stop(self) -> None:
        """Finish the block being made, then stop. Stopping twice is allowed."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        last = time.monotonic()
        try:
            while self._wait_until_due(last):
                last = time.monotonic()
                self._mine()
        except Exception as error:
            self.failure = error
            _log.exception("devchain.miner.failed")

    def _wait_until_due(self, last: float) -> bool:
        """True when a block is due, False when told to stop."""
        while True:
            with self._wake:
                self._poked = False
            due = last + (self._period_s if self._is_ready() else self._heartbeat_s)
            with self._wake:
                if self._stopping:
                    return False
                left = due - time.monotonic()
                if left <= 0:
                    return True
                if not self._poked:
                    self._wake.wait(left)
