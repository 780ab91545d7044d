"""
One member's gateway on a sea that a test stirs: store, worker, chain, and what was promised to whom.

A worker can be killed at any question to the node and after any arrow, the store set back to an older copy, the chain reorganised
or rewound, the signer rotated. `check` says what must hold after every step, `calm` brings fair weather and what must hold then.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from eth_account import Account
from sqlalchemy import select

from gateway.pipeline.adopt import NotAdoptable, adopt, dispute_at
from gateway.pipeline.heads import last_on_chain
from gateway.pipeline.line import Pace
from gateway.pipeline.worker import Worker
from gateway.store import adoptions
from gateway.store import batches as stored
from gateway.store.database import migrate, open_database
from gateway.store.pinned import pin
from gateway.store.tables import events
from ledger.anchors import heads
from ledger.signers import KeystoreSigner
from ledger.transactions import UnsignedTransaction, send, sign
from tests.chain.weather import Killed, Weather
from tests.fake_chain import one_member
from tests.member_line import Bench
from tests.world import MEMBER

SIGNERS = [KeystoreSigner(Account.from_key(bytes([0x11 + at]) * 32)) for at in range(3)]
PACE = Pace(batch_events=2, batch_age_s=0, ahead=3, resend_s=5)
FOUNDED = 3  # the last block of the world's founding: nothing is rewound below it
FOREIGN_SIZE = 100  # no leaf of ours is missing below it
ARROWS = (
    "closed", "signed", "broadcast", "included", "final", "issued", "rewound", "reopened", "halted", "filled",
    "act.signed", "act.included", "act.final", "act.rewound", "act.reopened",
)  # fmt: skip


@dataclass
class Sea:
    """`posted` are the texts of events that a caller had its answer for; `copies` the names of older copies of the store."""

    bench: Bench
    weather: Weather
    worker: Worker | None = None
    posted: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    forgetful: bool = False  # an older copy was put back, or another hand sent with our key: nonces of others are on the chain
    stirred: bool = False  # since the last good round, the chain, or what the node shows of it, did not only grow
    noticed: bool = False  # the worker has gone round since, and nothing held it
    forgotten: bool = False  # since the last look an older copy was put back
    foreign_heads: int = 0
    die_after: str = ""
    _names: Iterator[int] = field(default_factory=lambda: iter(itertools.count(1)))

    @classmethod
    def launched(cls, directory: Path) -> Sea:
        """A new store and a new chain."""
        database = open_database(f"sqlite:///{directory}/gateway.db")
        migrate(database)
        bench = Bench(database, one_member(SIGNERS[0].address), directory, signer=SIGNERS[0], pace=PACE)
        with database.write() as tx:
            pin(tx, bench.line().consortium.facts())
        return cls(bench, Weather(bench.chain))

    def close(self) -> None:
        """Everything of this test is given back."""
        self._end_worker()
        self.bench.database.close()

    # --- the gateway

    def post(self, count: int = 1) -> None:
        """Events are accepted, and their callers have the answer."""
        texts = [f"event {next(self._names)}" for _ in range(count)]
        self.bench.post(texts)
        self.posted += texts

    def post_again(self) -> None:
        """Callers ask for what the store has forgotten."""
        with self.bench.database.read() as tx:
            known = set(tx.execute(select(events.c.event_id)).scalars())
        self.bench.post([text for text in self.posted if text not in known])

    def step(self) -> None:
        """The worker goes round once, and dies where it must; then another one is started by the next step."""
        try:
            if self.worker is None:
                self.worker = self.bench.worker(rpc=self.weather, after=self._moved)
                self.worker.__enter__()
            self.worker.step()
            self.noticed = not self.worker.alarms and not self.bench.chain.lag
        except Killed:
            self.kill()
        alarms = {} if self.worker is None else self.worker.alarms
        assert ("pipeline.store.failed", "") not in alarms.values(), "nothing is wrong with the disk"

    def work(self, rounds: int, *, until: Callable[[], bool] = lambda: False) -> None:
        """Rounds of step and block, as in fair weather."""
        for _ in range(rounds):
            self.step()
            self.bench.chain.mine()
            if until():
                return

    def kill(self) -> None:
        """Everything in memory is gone; the store is opened again."""
        self._end_worker()
        self.bench.reopen()

    def _end_worker(self) -> None:
        """Ends the process's hold on the lock file, and nothing else: the lease row stays."""
        if self.worker is not None and self.worker._lease._file is not None:
            os.close(self.worker._lease._file)
        self.worker, self.die_after = None, ""

    def _moved(self, arrow: str) -> None:
        self.bench.arrows.append(arrow)
        if arrow == self.die_after:
            raise Killed

    def keep(self) -> None:
        """An older copy of the store to come."""
        name = f"copy{len(self.copies)}.db"
        self.bench.keep(name)
        self.copies.append(name)

    def restore(self, which: int) -> None:
        """An older copy is put back, as a new file; the copy itself stays."""
        self._end_worker()
        fresh = f"restored{next(self._names)}.db"
        shutil.copy(self.bench.directory / self.copies[which], self.bench.directory / fresh)
        self.bench.put_back(fresh)
        self.forgetful = self.forgotten = self.stirred = True
        self.noticed = False

    def rotate(self, to: int) -> None:
        """The member's signer becomes another, on the chain and, with a restart, here."""
        self._end_worker()
        signer = SIGNERS[to]
        self.bench.chain.members.clear()
        self.bench.chain.members[signer.address] = (MEMBER, "COM")
        self.bench.signer = signer

    def decide(self) -> None:
        """A person looks at every place that is halted, or that the chain has and the store has not, and takes what is there."""
        self._end_worker()
        line = self.bench.line()
        for seq in range(1, last_on_chain(line.rpc, line.anchor_log, MEMBER, guess=1) + 1):
            with contextlib.suppress(NotAdoptable):
                adopt(line, dispute_at(line, seq), by="person")
        with self.bench.database.read() as tx:
            waiting = [batch.seq for batch in stored.in_states(tx, MEMBER, "halted", limit=100)]
        for seq in waiting:  # a place that is empty again
            with contextlib.suppress(NotAdoptable):
                adopt(line, dispute_at(line, seq), by="person")

    # --- the chain

    def floor(self) -> int:
        """The block below which nothing may be lost: what nobody here could bring again stands there."""
        line = self.bench.line()
        last = last_on_chain(self.bench.chain, line.anchor_log, MEMBER, guess=1)
        found = heads(self.bench.chain, line.anchor_log, [(MEMBER, seq) for seq in range(1, last + 1)])
        floor = FOUNDED
        with self.bench.database.read() as tx:
            for seq, head in enumerate(found, 1):
                own = stored.by_seq(tx, MEMBER, seq)
                if head and (own is None or adoptions.find(tx, MEMBER, seq) is not None):
                    floor = max(floor, head.block_number)
        return floor

    def rewind(self, depth: int, *, forget: bool) -> None:
        """The newest blocks are lost, down to the floor."""
        to = max(self.bench.chain.height - depth, self.floor())
        if to < self.bench.chain.height:
            self.bench.chain.rewind(to, forget=forget)
            self.stirred, self.noticed = True, False

    def reorganise(self, depth: int, *, left_out: Collection[int]) -> None:
        """Other blocks take the place of the newest, without the transactions `left_out` of them (those come a block later)."""
        before = self.bench.chain.height
        self.rewind(depth, forget=False)
        pool = self.bench.chain.pool
        late = [sent for at, sent in enumerate(pool) if at in left_out]
        self.bench.chain.pool = [sent for at, sent in enumerate(pool) if at not in left_out]
        while self.bench.chain.height <= before:
            self.bench.chain.mine()
        self.bench.chain.pool = late + self.bench.chain.pool

    def foreign_transaction(self) -> None:
        """Another hand with our key takes the next nonce for nothing."""
        chain, signer = self.bench.chain, self.bench.signer
        nonce = chain.chain[-1].nonces.get(signer.address, 0)
        own = bytes.fromhex(signer.address[2:])
        made = sign(signer, UnsignedTransaction(chain_id=chain.world.chain_id, nonce=nonce, gas=22_000, to=own, data=b""))
        waiting, chain.pool = chain.pool, []
        send(chain, made.raw)
        chain.pool += waiting
        self.forgetful = True

    def foreign_head(self) -> None:
        """Another hand anchors something at the member's next place."""
        last = last_on_chain(self.bench.chain, self.bench.line().anchor_log, MEMBER, guess=1)
        self.bench.chain.write_head(MEMBER, last + 1, root=bytes([7, last + 1]) * 16, size=FOREIGN_SIZE)
        self.forgetful, self.foreign_heads = True, self.foreign_heads + 1
