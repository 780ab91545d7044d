"""
SIGKILL after each arrow, between arrows and at any moment, then a restart; also with an older copy of the store put back.

The oracle is the same every time: every accepted event has exactly one certificate and it verifies, no (member, seq) was ever
logged twice, the heads have no gaps, and every batch of the store is the chain's (RELIABILITY.md §7 A1, A2). Every act had
exactly one effect: one status asked for, one proposal, and the superseding of a wrong event. The auditor finds nothing but
what an older copy of the store has forgotten.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from certs.canonical import canonical
from certs.staple import Status
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.fsck.expected import Expected
from gateway.fsck.findings import MISSING, Finding, Report
from gateway.fsck.run import audit
from gateway.rendering import certificate
from gateway.store import acts, corrections, tables
from gateway.store.database import Database, migrate, open_database
from gateway.store.pinned import pin
from gateway.store.tables import batches, captures, certificates, events
from gateway.trust import current_bundle
from ledger.anchors import head
from ledger.contracts import CONSORTIUM, STATUS_REGISTRY
from ledger.manifest import Deployment, write_manifest
from ledger.registry import batch_status
from tests.crash.run_worker import WHO, copy_database
from tests.member_line import batch_ask, declaration_of, event_of, propose_ask, store
from tests.served_chain import ServedChain, consortium_of, deploy, serve_chain
from tests.world import OPERATORS, SUBMITTER

pytestmark = pytest.mark.crash

ROOT = Path(__file__).resolve().parents[2]
MEMBER = OPERATORS[WHO]
EVENTS = 5  # three batches, of which two run ahead
BATCH_MOMENTS = ("closed", "signing", "signed", "broadcast", "mined", "included", "final", "issued")
MOMENTS = (*BATCH_MOMENTS, "act.signed", "act.included", "act.final", "act.queued")
WRONG, RIGHT, DECLARATION = 0, 3, 4  # of the events
DECLARED = declaration_of(f"event {DECLARATION}", f"event {WRONG}", [f"event {RIGHT}"], 0)
KILLED = -9


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedChain]:
    with serve_chain(tmp_path_factory.mktemp("chain"), period_s=0.1) as chain:
        yield chain


class Processes:
    """The process that forks workers (`tests.crash.run_worker`)."""

    def __init__(self) -> None:
        command = [sys.executable, str(ROOT / "tests/crash/run_worker.py")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request: dict[str, Any]) -> dict[str, int]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, int] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    forking = Processes()
    yield forking
    forking.close()


@dataclass
class Gateway:
    """A store with accepted events, and processes that work on it, on a consortium of its own."""

    served: ServedChain
    processes: Processes
    directory: Path
    deployment: Deployment = field(init=False)

    def __post_init__(self) -> None:
        self.deployment = deploy(self.served.chain, self.served.rpc)
        self.chain = replace(self.served, deployment=self.deployment)
        write_manifest(self.directory / "manifest.json", self.deployment)
        database = open_database(self.url)
        migrate(database)
        with database.write() as tx:
            pin(tx, consortium_of(self.deployment).facts())
            values = {"id": "c", "owner": "x", "document_sha256": bytes(32), "error_behaviour": "rollback"}
            tx.execute(insert(captures).values(**values, created_at=0, finished_at=0, result="[]"))
            for at in range(EVENTS):
                row = store(tx, DECLARED if at == DECLARATION else event_of(f"event {at}", 0))
            corrections.declare(
                tx, row, member=MEMBER, submitter=SUBMITTER, wrong_id=f"event {WRONG}", corrective_ids=[f"event {RIGHT}"]
            )
            for asked in (batch_ask(Status.SUSPENDED), propose_ask(self.deployment.status_registry)):
                acts.ask(tx, replace(asked, member=MEMBER), by="key", now=0)
        database.close()

    @property
    def store(self) -> Path:
        return self.directory / "gateway.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.store}"

    def start(self, moment: str, copy_moment: str = "", copy: Path = Path("-")) -> int:
        """A worker's pid, once it works or has ended."""
        arguments = [str(self.store), str(self.directory / "manifest.json"), self.served.url, moment, copy_moment, str(copy)]
        return self.processes.ask({"start": arguments})["pid"]

    def wait(self, pid: int) -> int:
        """The exit status: −9 when it was killed, 0 when all is issued, 1 for an exception."""
        return self.processes.ask({"wait": pid})["status"]

    def run(self, moment: str, copy_moment: str = "", copy: Path = Path("-")) -> int:
        return self.wait(self.start(moment, copy_moment, copy))

    def put_back(self, copy: Path) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.store.with_name(self.store.name + suffix).unlink(missing_ok=True)
        copy_database(copy, self.store)

    def check(self, *, forgotten: int = 0, superseded_again: bool = False) -> None:
        """The oracle. `forgotten` batches may be on the chain that the store, put back, does not know.

        `superseded_again`: the wrong certificate's successor may be one of them; it then names the one that took its place.
        """
        database = open_database(self.url)
        try:
            seqs = self.chain.anchored_seqs(MEMBER)
            assert seqs == list(range(1, len(seqs) + 1))
            self._check_batches(database, seqs, forgotten)
            self._check_certificates(database)
            self._check_acts(database, superseded_again=superseded_again)
            self._check_audit(database, forgotten)
        finally:
            database.close()

    def _check_audit(self, database: Database, forgotten: int) -> None:
        found: list[Finding] = []
        expected = Expected(consortium=consortium_of(self.deployment), hosts=(), served=[MEMBER])
        audit(database, expected, self.served.rpc, Report(found.append))
        assert not [finding for finding in found if not (forgotten and finding.kind == MISSING)], found

    def _check_batches(self, database: Database, seqs: list[int], forgotten: int) -> None:
        with database.read() as tx:
            stored = {row.seq: row for row in tx.execute(select(batches.c.seq, batches.c.root, batches.c.state))}
        assert {row.state for row in stored.values()} == {"issued"}
        assert set(stored) <= set(seqs)
        assert len(seqs) - len(stored) <= forgotten
        for seq, row in stored.items():
            written = head(self.served.rpc, self.deployment.anchor_log, MEMBER, seq)
            assert written is not None
            assert written.root == row.root

    def _check_acts(self, database: Database, *, superseded_again: bool) -> None:
        """The status that was asked for and the superseding are written once a place, and one proposal is made."""
        registry, consortium = self.deployment.status_registry, self.deployment.consortium
        written = Counter(tuple(log["topics"][1:]) for log in self.chain.logs(registry, STATUS_REGISTRY, "LeafStatus"))
        assert set(written.values()) <= ({1, 2} if superseded_again else {1})
        assert len(self.chain.logs(registry, STATUS_REGISTRY, "BatchStatus")) == 1
        assert len(self.chain.logs(consortium, CONSORTIUM, "ProposalCreated")) == 1
        with database.read() as tx:
            stored = list(tx.execute(select(tables.acts).order_by(tables.acts.c.id)))
            number = select(certificates.c.number).join(events, events.c.id == certificates.c.event)
            wrong, right = (
                tx.execute(number.where(events.c.event_id == f"event {at}", events.c.declares == 0)).scalar_one()
                for at in (WRONG, RIGHT)
            )
            assert acts.superseded_by(tx, right) == [wrong]
        assert [(row.kind, row.state, row.proposal) for row in stored] == [
            ("status", "final", None), ("vote", "final", 1), ("status", "final", None)
        ]  # fmt: skip
        assert batch_status(self.served.rpc, registry, MEMBER, 1) is not None

    def _check_certificates(self, database: Database) -> None:
        with database.read() as tx:
            accepted = set(tx.execute(select(events.c.id)).scalars())
            issued = list(tx.execute(select(certificates.c.number, certificates.c.event)))
        assert sorted(row.event for row in issued) == sorted(accepted)
        assert len(accepted) == EVENTS
        bundle = load_bundle(canonical(current_bundle(self.served.rpc, consortium_of(self.deployment))))
        for row in issued:
            report = verify(canonical(certificate(database, row.number, "public")), bundle, now=int(time.time()))
            assert report.verdict is Verdict.AUTHENTIC


@pytest.fixture
def gateway(served: ServedChain, processes: Processes, tmp_path: Path) -> Gateway:
    return Gateway(served, processes, tmp_path)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_after_an_arrow_a_restart_finishes_and_nothing_is_anchored_twice(gateway: Gateway, moment: str) -> None:
    assert gateway.run(moment) == KILLED
    assert gateway.run("never") == 0
    gateway.check()


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_then_an_older_copy_of_the_store_put_back(gateway: Gateway, moment: str) -> None:
    """The copy was made when the first batch was closed: what it has forgotten is on the chain, and the chain is asked."""
    copy = gateway.directory / "older.db"
    assert gateway.run(moment, "closed", copy) == KILLED
    gateway.put_back(copy)
    assert gateway.run("never") == 0
    gateway.check(forgotten=2)


@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if moment not in ("closed", "mined")])
def test_all_done_and_then_a_copy_of_any_moment_put_back(gateway: Gateway, moment: str) -> None:
    copy = gateway.directory / "older.db"
    assert gateway.run("never", moment, copy) == 0
    gateway.put_back(copy)
    assert gateway.run("never") == 0
    gateway.check(forgotten=3, superseded_again=True)


def test_all_done_and_then_a_copy_put_back_that_knew_no_batch(gateway: Gateway) -> None:
    copy = gateway.directory / "older.db"
    copy_database(gateway.store, copy)
    assert gateway.run("never") == 0
    gateway.put_back(copy)
    assert gateway.run("never") == 0
    gateway.check(forgotten=3)


def test_killed_at_any_moment_again_and_again(gateway: Gateway) -> None:
    choose = random.Random(20231130)
    for _ in range(12):
        pid = gateway.start("never")
        time.sleep(choose.uniform(0, 0.15))
        os.kill(pid, signal.SIGKILL)
        gateway.wait(pid)
    assert gateway.run("never") == 0
    gateway.check()


def test_a_second_process_for_the_same_key_is_refused(gateway: Gateway) -> None:
    first = gateway.start("never")
    os.kill(first, signal.SIGSTOP)  # it stays where it is, and keeps its lock
    assert gateway.run("never") == 1
    os.kill(first, signal.SIGCONT)
    assert gateway.wait(first) == 0
    gateway.check()
