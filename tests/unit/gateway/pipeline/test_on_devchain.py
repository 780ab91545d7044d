"""The whole pipeline on the embedded chain with the real contracts: two members at once, each with its own worker."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

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
COM, AGR = 3, 5


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


def desk(chain: ServedChain, database: Database, who: int, directory: Path) -> Desk:
    line = Line(
        member=OPERATORS[who],
        signer=signer_of(who),
        database=database,
        rpc=Rpc(chain.url, chain_id=chain.chain.chain_id, timeout_s=10),
        consortium=consortium_of(chain.deployment),
        now=lambda: int(time.time()),
        shuffle=secrets.SystemRandom().shuffle,
        log=Log(),
        pace=Pace(batch_events=3, batch_age_s=0),
    )
    return Desk(line, Worker(line, lock_directory=directory))


def accept(database: Database, who: int, count: int) -> None:
    with database.write() as tx:
        for at in range(count):
            event = event_of(f"{who} {at}", int(time.time()))
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
    desks = [desk(chain, database, who, tmp_path) for who in (COM, AGR)]
    accept(database, COM, 7)
    accept(database, AGR, 4)
    with desks[0].worker, desks[1].worker:
        until_issued(database, 11, *desks)
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
        assert (report.verdict, report.as_of and report.as_of.signed) == (Verdict.VALID, 7)
    for each in desks:
        each.line.rpc.close()  # type: ignore[attr-defined]


def test_a_head_that_somebody_wrote_with_our_key_halts_the_line(chain: ServedChain, database: Database, tmp_path: Path) -> None:
    who = 0
    mine = desk(chain, database, who, tmp_path)
    data = anchor_call(1, root=b"\7" * 32, size=1, scope=1 | 1 << 33, suite=1)
    accept(database, who, 1)
    with mine.worker:
        while mine.worker.step() and "signed" not in _states(database):
            pass
        with database.write() as tx:  # the stored bytes never reach anybody: the other transaction has the nonce
            tx.execute(update(batches).values(root=b"\6" * 32))
        unsigned = UnsignedTransaction(
            chain_id=chain.chain.chain_id, nonce=1, gas=200_000, to=chain.deployment.anchor_log, data=data
        )
        foreign = sign(mine.line.signer, unsigned)
        send(chain.rpc, foreign.raw)
        for _ in range(200):
            mine.worker.step()
            if receipt(chain.rpc, foreign.hash) is not None and _states(database) == ["halted"]:
                break
            time.sleep(0.02)
        assert _states(database) == ["halted"]
        accept_more = event_of("later", 0)
        accept_more.record.public.body["member"] = OPERATORS[who]
        with database.write() as tx:
            insert_event(tx, replace(accept_more, member=OPERATORS[who]))
        assert not mine.worker.step()
    with database.read() as tx:
        assert tx.execute(select(events.c.state).order_by(events.c.id.desc()).limit(1)).scalar_one() == "open"
    mine.line.rpc.close()  # type: ignore[attr-defined]


def _states(database: Database) -> list[str]:
    with database.read() as tx:
        return list(tx.execute(select(batches.c.state)).scalars())
