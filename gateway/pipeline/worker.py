"""
One worker a member key: runs the arrows of its line, one after the other, for ever.

An arrow that cannot go on leaves everything as it is and is tried again; what it said is an alarm until it goes on. The worker
keeps no state that progress needs: kill it anywhere, put an older copy of the store back, start it again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sqlalchemy.exc import SQLAlchemyError

from gateway.pipeline.broadcast import broadcast
from gateway.pipeline.close import close_batch
from gateway.pipeline.correct import queue_corrections
from gateway.pipeline.errors import PipelineError
from gateway.pipeline.follow import find_included, make_final, watch_final
from gateway.pipeline.follow_acts import find_included_acts, make_acts_final, watch_final_acts
from gateway.pipeline.issue import issue_certificates
from gateway.pipeline.lease import SignerLease
from gateway.pipeline.line import Line
from gateway.pipeline.sign import sign_batch
from gateway.pipeline.sign_acts import sign_acts
from gateway.store.errors import LeaseLost, StateMoved, StoreError, StoreOutage
from ledger.errors import LedgerError, RpcUnavailable

LEASE_S: Final = 60
IDLE_S: Final = 0.2  # between two looks at the chain when nothing moves
MAX_PAUSE_S: Final = 15.0  # between two tries when the node or the store does not answer

Alarm = tuple[str, str]  # (code, field)
_STORE_FAILED: Final[Alarm] = ("pipeline.store.failed", "")


class Worker:
    """Acts for one signer while it is entered as a context: `with Worker(line, lock_directory=…) as worker`.

    Entering raises `LeaseHeld` when another worker acts for the signer.
    """

    def __init__(self, line: Line, *, lock_directory: Path, monotonic: Callable[[], float]) -> None:
        self._line = line
        self._monotonic = monotonic  # s; the line's own clock may be set back
        self._stepped_at = monotonic()
        self._lease = SignerLease(line.database, line.signer_bytes, directory=lock_directory, now=line.now, lasts_s=LEASE_S)
        self._sent_at: dict[bytes, int] = {}
        self._alarms: dict[str, Alarm] = {}
        self._failures = 0
        self._arrows: tuple[tuple[str, Callable[[], bool]], ...] = (
            ("watch", lambda: watch_final(line)),
            ("watch acts", lambda: watch_final_acts(line)),
            ("follow", lambda: find_included(line)),
            ("follow acts", lambda: find_included_acts(line)),
            ("finalise", lambda: make_final(line)),
            ("finalise acts", lambda: make_acts_final(line)),
            ("issue", lambda: issue_certificates(line)),
            ("correct", lambda: queue_corrections(line)),
            ("close", lambda: close_batch(line)),
            ("sign acts", lambda: sign_acts(line)),  # before anchors: a recall is in more of a hurry
            ("sign", lambda: sign_batch(line)),
            ("broadcast", lambda: broadcast(line, self._sent_at)),
        )

    def __enter__(self) -> Self:
        self._lease.take()
        self._line.log.info("worker.started", member=self._line.member, signer=self._line.signer.address)
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        try:
            self._lease.release()
        except (SQLAlchemyError, StoreOutage):  # the row is this machine's, and the next worker here takes it
            self._line.log.warning("lease.kept", member=self._line.member)
        self._line.log.info("worker.stopped", member=self._line.member)

    @property
    def alarms(self) -> dict[str, Alarm]:
        """What holds which arrow now: its name → (code, field). Empty when the line is healthy."""
        return dict(self._alarms)

    @property
    def idle_s(self) -> float:
        """How long ago it last completed a step, or was made; a worker that rests steps every few seconds."""
        return self._monotonic() - self._stepped_at

    def step(self) -> bool:
        """Every arrow once; whether any of them moved something. Raises `LeaseLost`: this worker must not go on."""
        moved = self._step()
        self._stepped_at = self._monotonic()
        return moved

    def _step(self) -> bool:
        try:
            self._lease.renew()
        except (SQLAlchemyError, StoreOutage):  # not lost: until it is renewed nothing is done for the signer
            self._raise_alarm("lease", _STORE_FAILED)
            self._failures += 1
            return False
        self._clear_alarm("lease")
        moved = failed = False
        for name, arrow in self._arrows:
            try:
                moved |= arrow()
            except LeaseLost:
                raise
            except StateMoved:
                continue  # another reader was quicker: the next step reads again
            except (SQLAlchemyError, StoreOutage):  # locked by a backup for too long, disk full, read-only: nothing was written
                self._raise_alarm(name, _STORE_FAILED)
                failed = True
            except (PipelineError, StoreError, LedgerError) as error:
                self._raise_alarm(name, (error.code, error.field))
                failed |= isinstance(error, LedgerError)
                if isinstance(error, RpcUnavailable):  # the others would wait for the same node
                    break
            else:
                self._clear_alarm(name)
        self._failures = self._failures + 1 if failed else 0
        return moved

    def run(self, stop: threading.Event) -> None:
        """Steps until `stop` is set, resting when nothing moved and longer the more often the node failed in a row.

        An exception ends it and stays an alarm of "worker".
        """
        try:
            while not stop.is_set():
                if not self.step() or self._failures:
                    stop.wait(min(IDLE_S * 2 ** min(self._failures, 10), MAX_PAUSE_S))
        except Exception as error:  # lease lost, or a mistake of ours: the thread ends, and health pages must say so
            self._raise_alarm("worker", ("pipeline.worker.stopped", type(error).__name__))
            raise

    def _raise_alarm(self, arrow: str, alarm: Alarm) -> None:
        if self._alarms.get(arrow) != alarm:
            self._line.log.warning("arrow.held", member=self._line.member, arrow=arrow, code=alarm[0], field=alarm[1])
        self._alarms[arrow] = alarm

    def _clear_alarm(self, arrow: str) -> None:
        if self._alarms.pop(arrow, None) is not None:
            self._line.log.info("arrow.freed", member=self._line.member, arrow=arrow)
