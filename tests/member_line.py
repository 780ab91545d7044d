"""
A member's line over a real store and the fake chain, and the hand that moves both.

The store can be copied aside and put back, as an operator with an old backup would.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eth_account import Account
from sqlalchemy import Connection, insert, select

from certs.canonical import canonical
from certs.evm.keccak import keccak256
from certs.number import Number
from certs.record import Record
from certs.staple import Status
from gateway.acts.desk import VOTES
from gateway.intake.context import content_sha256
from gateway.intake.index import index_event
from gateway.intake.tiers import union_of
from gateway.pipeline.line import Line, Pace
from gateway.pipeline.worker import Worker
from gateway.store import acts, tables
from gateway.store.acts import Act, Asked
from gateway.store.database import Database, migrate, open_database
from gateway.store.events import NewEvent, insert_event
from gateway.store.tables import attempts, batches, captures, certificates, events
from gateway.trust import Consortium
from ledger.collect import NamedMember
from ledger.governance import freeze_call, propose_call
from ledger.registry import set_batch_call, set_leaf_call
from ledger.signers import KeystoreSigner
from tests.fake_chain import FakeChain, one_member
from tests.world import MEMBER, MEMBER_CODE, START, SUBMITTER, record_of

PACE = Pace(batch_events=100, batch_age_s=0, ahead=4, resend_s=5)


@dataclass
class Log:
    """A structlog stand-in that keeps (event, fields)."""

    lines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def _keep(self, event: str, **fields: Any) -> None:
        self.lines.append((event, fields))

    debug = info = warning = error = _keep

    def events(self) -> list[str]:
        return [event for event, _ in self.lines]


SIGNER = KeystoreSigner(Account.from_key(b"\x11" * 32))


@dataclass
class Bench:
    """One member's line and everything around it that a test moves."""

    database: Database
    chain: FakeChain
    directory: Path
    signer: KeystoreSigner = SIGNER
    clock: int = START + 100_000
    log: Log = field(default_factory=Log)
    pace: Pace = PACE
    arrows: list[str] = field(default_factory=list)
    file: str = "gateway.db"

    def line(self, **changes: Any) -> Line:
        consortium = Consortium(
            deployment=self.chain.deployment(),
            engine="qbft",
            network="development",
            name="测试联盟",
            prefix="SHFS",
            members=(NamedMember(MEMBER, MEMBER_CODE, "上海市商务委员会"),),
        )
        values: dict[str, Any] = {
            "member": MEMBER, "signer": self.signer, "database": self.database, "rpc": self.chain, "consortium": consortium,
            "now": lambda: self.clock, "shuffle": list.reverse, "log": self.log, "pace": self.pace, "after": self.arrows.append,
            **changes,
        }  # fmt: skip
        return Line(**values)

    def worker(self, **changes: Any) -> Worker:
        return Worker(self.line(**changes), lock_directory=self.directory, monotonic=lambda: float(self.clock))

    def accept(self, count: int = 1, *, first: int = 0, scope: int | None = None, suite: int = 1) -> list[int]:
        """Stores accepted events as intake does; their row ids."""
        return self.post([f"event {first + at}" for at in range(count)], scope=scope, suite=suite)

    def post(self, texts: Sequence[str], *, scope: int | None = None, suite: int = 1) -> list[int]:
        """The same for events that say these texts, each its eventID too."""
        with self.database.write() as tx:
            if tx.execute(select(captures.c.id)).first() is None:
                tx.execute(
                    insert(captures).values(
                        id="c",
                        owner=SUBMITTER,
                        document_sha256=bytes(32),
                        error_behaviour="rollback",
                        created_at=0,
                        finished_at=0,
                        result="[]",
                    )
                )
            return [store(tx, event_of(text, self.clock, scope, suite=suite)) for text in texts]

    def ask(self, asked: Asked, *, by: str = "key") -> int:
        """Queues an act as the desk does; its id."""
        with self.database.write() as tx:
            return acts.ask(tx, asked, by=by, now=self.clock).id

    def act(self, act_id: int) -> Act:
        with self.database.read() as tx:
            found = acts.find(tx, act_id)
        assert found is not None
        return found

    def act_states(self) -> list[str]:
        with self.database.read() as tx:
            return list(tx.execute(select(tables.acts.c.state).order_by(tables.acts.c.id)).scalars())

    def settle(self, worker: Worker, *, rounds: int = 12) -> None:
        """Steps and mines until nothing moves."""
        for _ in range(rounds):
            moved = worker.step()
            if self.chain.pool:
                self.chain.mine()
            elif not moved:
                return

    def keep(self, name: str) -> None:
        """Copies the store aside."""
        with (
            closing(sqlite3.connect(self.directory / self.file)) as source,
            closing(sqlite3.connect(self.directory / name)) as copy,
        ):
            source.backup(copy)
        (self.directory / name).chmod(0o600)

    def put_back(self, name: str) -> None:
        """From now on the store is the copy; whatever was written since is lost."""
        self.file = name
        self.reopen()

    def reopen(self) -> None:
        """The store as a process that starts finds it."""
        self.database.close()
        self.database = open_database(f"sqlite:///{self.directory / self.file}")

    def states(self) -> list[str]:
        """The batches' states in the order of their seq."""
        with self.database.read() as tx:
            return list(tx.execute(select(batches.c.state).order_by(batches.c.seq)).scalars())

    def seqs(self) -> list[int]:
        with self.database.read() as tx:
            return list(tx.execute(select(batches.c.seq).order_by(batches.c.seq)).scalars())

    def numbers(self) -> list[str]:
        with self.database.read() as tx:
            return list(tx.execute(select(certificates.c.number)).scalars())

    def nonces(self) -> list[int]:
        """The nonce of every attempt, in the order they were made."""
        with self.database.read() as tx:
            return list(tx.execute(select(attempts.c.nonce).order_by(attempts.c.made_at, attempts.c.nonce)).scalars())

    def run(self, statement: str, *values: Any) -> None:
        """An edit by hand, behind the gateway's back."""
        with self.database.write() as tx:
            tx.exec_driver_sql(statement, values)

    def event_states(self) -> list[str]:
        with self.database.read() as tx:
            return list(tx.execute(select(events.c.state).order_by(events.c.id)).scalars())


def store(tx: Connection, event: NewEvent) -> int:
    """Stores an event with its index row, as intake does; its row id."""
    row = insert_event(tx, event)
    codes, body = event.record.public.body["codes"], _whole(event.record)
    index_event(tx, row, body, codes=codes, hosts=(), submitter=event.submitter, received_at=event.received_at)
    return row


def event_of(text: str, now: int, scope: int | None = None, *, suite: int = 1, **public: Any) -> NewEvent:
    """An event whose columns follow from its record, unless `scope` or a later change says otherwise."""
    said = {"type": "ObjectEvent", "eventID": text, "eventTime": "2025-06-02T01:40:00.000+08:00", "note": text}
    record = record_of(text, suite=suite, **{"event": said, **public})
    return NewEvent(
        event_id=text,
        member=MEMBER,
        submitter=SUBMITTER,
        capture_id="c",
        received_at=now,
        content_sha256=content_sha256(_whole(record), record.public.body.get("context")),
        record=record,
        scope=1 << 1 | 1 << 33 if scope is None else scope,
        state="open",
    )


def declaration_of(text: str, wrong_id: str, corrective_ids: list[str], now: int, **public: Any) -> NewEvent:
    """An event that declares the one of `wrong_id` to be wrong."""
    declared = {"declarationTime": "2025-06-02T02:00:00.000+08:00", "correctiveEventIDs": corrective_ids}
    said = {"type": "ObjectEvent", "eventID": wrong_id, "eventTime": "2025-06-02T01:40:00.000+08:00", "note": text}
    event = event_of(text, now, event={**said, "errorDeclaration": declared}, **public)
    return replace(event, event_id=wrong_id, declares=True)


def _whole(record: Record) -> dict[str, Any]:
    """The event that a record was made of."""
    return union_of(*(tier.body["event"] for tier in (record.public, record.bureaus, record.submitter)))


def leaf_ask(status: Status, *, seq: int = 1, index: int = 0, reason: int = 7) -> Asked:
    """An ask for a leaf's status, as the desk makes it."""
    number = str(Number("SHFS", MEMBER_CODE, seq, index))
    return Asked(
        member=MEMBER,
        kind=acts.STATUS,
        subject=f"leaf {seq} {index}",
        target=acts.REGISTRY,
        data=set_leaf_call(seq, index, status=status, reason=reason),
        content=canonical({"action": "setLeaf", "number": number, "status": status.name.lower(), "reason": reason}).decode(),
    )


def batch_ask(status: Status, *, seq: int = 1, reason: int = 7) -> Asked:
    """An ask for a batch's status."""
    return Asked(
        member=MEMBER,
        kind=acts.STATUS,
        subject=f"batch {seq}",
        target=acts.REGISTRY,
        data=set_batch_call(seq, status=status, reason=reason),
        content=canonical({"action": "setBatch", "batch": seq, "status": status.name.lower(), "reason": reason}).decode(),
    )


def propose_ask(target: bytes, data: bytes = b"\1\2\3\4") -> Asked:
    """An ask to propose a call."""
    return Asked(
        member=MEMBER,
        kind=acts.VOTE,
        subject=f"propose {keccak256(target + data).hex()}",
        target=acts.CONSORTIUM,
        data=propose_call(target, data),
        content=canonical({"action": "propose", "proposes": data.hex()}).decode(),
    )


def vote_ask(vote: str, number: int, *, calls: bytes | None = None) -> Asked:
    """An ask for approve, withdraw, execute or freeze; `calls` binds it to what the proposal calls."""
    data = freeze_call() if vote == "freeze" else VOTES[vote](number)
    content = {"action": vote, "proposal": number, **({} if calls is None else {"calls": "0x" + calls.hex()})}
    return Asked(
        member=MEMBER,
        kind=acts.VOTE,
        subject="freeze" if vote == "freeze" else f"proposal {number}",
        target=acts.CONSORTIUM,
        data=data,
        content=canonical(content).decode(),
    )


@contextmanager
def open_bench(directory: Path) -> Iterator[Bench]:
    """A new store and a new chain in an empty directory."""
    database = open_database(f"sqlite:///{directory}/gateway.db")
    migrate(database)
    bench = Bench(database, one_member(SIGNER.address), directory)
    yield bench
    bench.database.close()
