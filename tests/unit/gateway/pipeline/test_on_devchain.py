"""The whole pipeline on the embedded chain with the real contracts: two members at once, each with its own worker."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from certs.assemble import file_of
from certs.canonical import canonical
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.pipeline.line import Line, Pace
from gateway.pipeline.worker import Worker
from gateway.rendering import certificate
from gateway.staples import Staples
from gateway.store.database import Database, migrate, open_database
from gateway.store.events import insert_event
from gateway.store.tables import batches, captures, certificates, events
from gateway.trust import current_bundle
from ledger.anchors import anchor_call
from ledger.rpc import Rpc
from ledger.transactions import UnsignedTransaction, receipt, send, sign
from tests.member_line import Log, event_of
from tests.served_chain import ServedChain, consortium_of, serve_chain, signer_of
from tests.world import OPERATORS

DEADLINE_S = 60
FSO, COM, AGR = 0, 3, 5


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedChain]:
    with serve_chain(tmp_path_factory.mktemp("chain"), period_s=0.02) as served:
        yield served


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/gateway.db")
    migrate(opened)
    with opened.write() as tx:
        tx.execute(
            insert(captures).values(
                id="c", owner="x", document_sha256=bytes(32), error_behaviour="rollback", created_at=0, finished_at=0, result="[]"
            )
        )
    yield opened
    opened.close()


@dataclass
class Desk:
    """One bureau's line on the shared store and chain."""

    line: Line
    worker: Worker


def _nothing(_arrow: str) -> None:
    return


@contextmanager
def desk(
    chain: ServedChain, database: Database, who: int, directory: Path, *, after: Callable[[str], None] = _nothing
) -> Iterator[Desk]:
    rpc = Rpc(chain.url, chain_id=chain.chain.chain_id, timeout_s=10)
    line = Line(
        member=OPERATORS[who],
        signer=signer_of(who),
        database=database,
        rpc=rpc,
        consortium=consortium_of(chain.deployment),
        now=lambda: int(time.time()),
        shuffle=secrets.SystemRandom().shuffle,
        log=Log(),
        pace=Pace(batch_events=3, batch_age_s=0),
        after=after,
    )
    try:
        yield Desk(line, Worker(line, lock_directory=directory, monotonic=time.monotonic))
    finally:
        rpc.close()


def accept(database: Database, who: int, count: int, *, first: int = 0, suite: int = 1) -> None:
    with database.write() as tx:
        for at in range(first, first + count):
            event = event_of(f"{who} {at}", int(time.time()), suite=suite)
            event.record.public.body["member"] = OPERATORS[who]
            insert_event(tx, replace(event, member=OPERATORS[who]))


def until_issued(database: Database, count: int, *desks: Desk) -> None:
    """Runs the workers in threads until `count` certificates are there."""
    stop, issued = threading.Event(), 0
    threads = [threading.Thread(target=each.worker.run, args=(stop,)) for each in desks]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + DEADLINE_S
    while issued < count and time.monotonic() < deadline:
        time.sleep(0.05)
        with database.read() as tx:
            issued = tx.execute(select(func.count()).select_from(certificates)).scalar_one()
    stop.set()
    for thread in threads:
        thread.join()
    assert issued == count, [each.worker.alarms for each in desks]


def test_two_members_anchor_side_by_side_and_every_certificate_is_valid(
    chain: ServedChain, database: Database, tmp_path: Path
) -> None:
    """One of them with SM3 and one with SHA-256."""
    accept(database, COM, 7, suite=2)
    accept(database, AGR, 4)
    with desk(chain, database, COM, tmp_path) as com, desk(chain, database, AGR, tmp_path) as agr, com.worker, agr.worker:
        until_issued(database, 11, com, agr)
    assert chain.anchored_seqs(OPERATORS[COM]) == [1, 2, 3]
    assert chain.anchored_seqs(OPERATORS[AGR]) == [1, 2]
    consortium = consortium_of(chain.deployment)
    bundle = load_bundle(canonical(current_bundle(chain.rpc, consortium)))
    staples = Staples(database, chain.rpc, consortium, monotonic=time.monotonic)
    with database.read() as tx:
        numbers = list(tx.execute(select(certificates.c.number)).scalars())
    now = int(time.time())
    for number in numbers:
        made = certificate(database, number, "public")
        assert made is not None
        report = verify(canonical(file_of(made, staple=staples.current(number))), bundle, now=now)
        assert report.verdict is Verdict.VALID
        assert made["suite"] == (2 if "-COM-" in number else 1)
        assert report.as_of is not None
        assert (report.as_of.signed >= 5, report.as_of.of) == (True, 7)


def test_a_head_that_somebody_wrote_with_our_key_halts_the_line(chain: ServedChain, database: Database, tmp_path: Path) -> None:
    data = anchor_call(1, root=b"\7" * 32, size=1, scope=1 | 1 << 33, suite=1)
    unsigned = UnsignedTransaction(chain_id=chain.chain.chain_id, nonce=0, gas=200_000, to=chain.deployment.anchor_log, data=data)

    def be_quicker(arrow: str) -> None:
        if arrow == "closed":
            foreign = sign(signer_of(FSO), unsigned)
            send(chain.rpc, foreign.raw)
            while receipt(chain.rpc, foreign.hash) is None:
                time.sleep(0.01)

    accept(database, FSO, 1)
    with desk(chain, database, FSO, tmp_path, after=be_quicker) as mine, mine.worker:
        while _states(database) != ["halted"]:
            mine.worker.step()
        accept(database, FSO, 1, first=1)
        assert not mine.worker.step()
    with database.read() as tx:
        assert list(tx.execute(select(events.c.state).order_by(events.c.id)).scalars()) == ["closed", "open"]
    assert chain.anchored_seqs(OPERATORS[FSO]) == [1]


def _states(database: Database) -> list[str]:
    with database.read() as tx:
        return list(tx.execute(select(batches.c.state)).scalars())
