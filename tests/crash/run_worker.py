"""
Gateway workers as processes of their own, which kill themselves with SIGKILL right after a named moment.

Started as `python run_worker.py`, it imports everything once and then forks a process a request, because the imports take longer
than the work. A request is one line of JSON on stdin, an answer one on stdout:

    {"start": [DATABASE, MANIFEST, RPC_URL, MOMENT, COPY_MOMENT, COPY]}   → {"pid": …}   once it works, or has ended
    {"wait": PID}                                                        → {"status": −9 killed, 0 all is done, 1 an exception}

All is done when every event has its certificate, every correction its act, and every act is final.
MOMENT is an arrow's name, `signing` (between the nonce and the saved attempt), `mined` (on the chain, and not noticed yet) or
`never`. COPY_MOMENT is an arrow after whose first occurrence the database is copied to COPY.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sqlite3
import sys
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select

from gateway.pipeline.line import Line, Pace
from gateway.pipeline.worker import Worker
from gateway.store.database import Database, open_database
from gateway.store.tables import acts, certificates, corrections, events
from ledger.manifest import read_manifest
from ledger.rpc import Rpc
from ledger.transactions import latest_nonce
from tests.served_chain import consortium_of, signer_of
from tests.world import OPERATORS

WHO = 3
PACE = Pace(batch_events=2, batch_age_s=0, ahead=2, resend_s=1)


class Moments:
    """The observer of the line: copies once, kills once."""

    def __init__(self, database: Path, rpc: Rpc, kill_at: str, copy_at: str, copy: str) -> None:
        self._database, self._rpc, self._kill_at, self._copy_at, self._copy = database, rpc, kill_at, copy_at, Path(copy)

    def reached(self, moment: str) -> None:
        if moment == self._copy_at and not self._copy.exists():
            copy_database(self._database, self._copy)
        if moment == "broadcast" and self._kill_at == "mined":
            self._wait_for_a_block()
            die()
        if moment == self._kill_at:
            die()

    def _wait_for_a_block(self) -> None:
        before = latest_nonce(self._rpc, signer_of(WHO).address)
        for _ in range(500):
            if latest_nonce(self._rpc, signer_of(WHO).address) > before:
                return
            time.sleep(0.01)


class DyingSigner:
    """Signs, and is killed before anybody has the bytes."""

    def __init__(self, moments: Moments) -> None:
        self._signer, self._moments = signer_of(WHO), moments
        self.address = self._signer.address

    def sign(self, transaction: dict[str, Any]) -> bytes:
        raw = self._signer.sign(transaction)
        self._moments.reached("signing")
        return raw


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy, as a backup would make it."""
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target)) as copy:
        opened.backup(copy)
    target.chmod(0o600)


def all_done(database: Database) -> bool:
    with database.read() as tx:
        accepted = tx.execute(select(func.count()).select_from(events)).scalar_one()
        issued = tx.execute(select(func.count()).select_from(certificates)).scalar_one()
        asked = tx.execute(select(func.count()).where(corrections.c.act_id.is_(None))).scalar_one() == 0
        final = tx.execute(select(func.count()).where(acts.c.state != "final")).scalar_one() == 0
        return issued == accepted and asked and final


def work(database_path: str, manifest: str, url: str, kill_at: str, copy_at: str, copy: str, *, started: int) -> None:
    """Runs one worker until all is done; writes to the descriptor `started` once it works."""
    database = open_database(f"sqlite:///{database_path}")
    deployment = read_manifest(Path(manifest))
    rpc = Rpc(url, chain_id=deployment.chain_id, timeout_s=10)
    moments = Moments(Path(database_path), rpc, kill_at, copy_at, copy)
    line = Line(
        member=OPERATORS[WHO],
        signer=DyingSigner(moments),
        database=database,
        rpc=rpc,
        consortium=consortium_of(deployment),
        now=lambda: int(time.time()),
        shuffle=secrets.SystemRandom().shuffle,
        log=structlog.wrap_logger(structlog.PrintLogger(sys.stderr)),
        pace=PACE,
        after=moments.reached,
    )
    with Worker(line, lock_directory=Path(database_path).parent, monotonic=time.monotonic) as worker:
        os.write(started, b"started")
        while not all_done(database):
            if not worker.step():
                time.sleep(0.02)


def start(arguments: list[str]) -> int:
    """Forks a worker; its pid, once it works or has ended."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            work(*arguments, started=writer)  # type: ignore[misc]
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writer)
    os.read(reader, 7)
    os.close(reader)
    return pid


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            answer = {"pid": start(request["start"])}
        else:
            answer = {"status": os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
