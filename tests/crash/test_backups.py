"""
Backups made while events are taken in and anchored, each put back later (RELIABILITY.md §7 B8).

A backup is sound by itself, at whatever moment it was made, by the online backup or by VACUUM INTO. A gateway that goes on from
one writes no head twice, and takes again what the backup did not have yet.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.fsck.expected import Expected
from gateway.fsck.findings import MISSING, Finding, Report
from gateway.fsck.run import audit
from gateway.pipeline.line import Pace
from gateway.store.pinned import pin
from tests.member_line import Bench
from tests.service import ABATTOIR, ACCOUNTS, COM, Service, document, event

DOCUMENTS = 24
WAYS = ("online", "vacuum")


def numbered(at: int) -> bytes:
    return document(event(eventID=f"urn:x:{at}", cn__meatQualityCert=f"ABA-{at}"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    with made.db.write() as tx:
        pin(tx, made.consortium.facts())
    yield made
    made.db.close()


def backed_up(source: Path, target: Path, way: str) -> None:
    with closing(sqlite3.connect(source, timeout=30)) as opened:
        if way == "online":
            with closing(sqlite3.connect(target)) as copy:
                opened.backup(copy, pages=5)  # in pieces, between which the gateway writes
        else:
            opened.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)


def put_back(service: Service, copy: Path) -> None:
    """While the gateway is down."""
    service.db.close()
    store = service.db.path
    assert store is not None
    for suffix in ("-wal", "-shm"):
        store.with_name(store.name + suffix).unlink(missing_ok=True)
    shutil.copy(copy, store)


def findings(service: Service, *, offline: bool) -> list[Finding]:
    found: list[Finding] = []
    expected = Expected(consortium=service.consortium, hosts=service.settings.digital_link_hosts, served=[COM])
    audit(service.db, expected, None if offline else service.chain, Report(found.append))
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_backup_made_under_load_is_sound_and_a_gateway_goes_on_from_it(service: Service, tmp_path: Path, way: str) -> None:
    bench = Bench(service.db, service.chain, tmp_path, signer=ACCOUNTS[COM], pace=Pace(batch_events=4, batch_age_s=0, resend_s=5))
    service.now = bench.clock
    key = service.key(ABATTOIR)
    answers: list[int] = []

    def post_all() -> None:
        answers.extend(service.post("/capture", numbered(at), key).status_code for at in range(DOCUMENTS))

    sender = threading.Thread(target=post_all)
    copies: list[Path] = []
    with bench.worker(consortium=service.consortium) as worker:
        sender.start()
        while sender.is_alive():
            worker.step()
            service.chain.mine()
            if len(copies) < 5:
                copies.append(tmp_path / f"copy-{len(copies)}.db")
                backed_up(tmp_path / "gateway.db", copies[-1], way)
        sender.join()
        bench.settle(worker, rounds=60)
    assert answers == [202] * DOCUMENTS
    assert findings(service, offline=False) == []
    heads = service.chain.anchored_seqs(COM)
    for copy in copies:
        put_back(service, copy)
        assert findings(service, offline=True) == []
        goes_on(service, bench)
        after = service.chain.anchored_seqs(COM)
        assert after == list(range(1, len(after) + 1))
        assert len(after) >= len(heads)
        heads = after


def goes_on(service: Service, bench: Bench) -> None:
    """From the store as it is: everything is sent again, and in the end everything is there once."""
    key = service.key(ABATTOIR)
    with bench.worker(consortium=service.consortium) as worker:
        for at in range(DOCUMENTS):
            assert service.post("/capture", numbered(at), key).status_code == 202
        bench.settle(worker, rounds=60)
    assert Counter(row.event_id for row in service.rows()) == Counter(f"urn:x:{at}" for at in range(DOCUMENTS))
    assert len(bench.numbers()) == DOCUMENTS
    assert set(bench.states()) == {"issued"}
    assert {finding.kind for finding in findings(service, offline=False)} <= {MISSING}  # what the copy has forgotten
