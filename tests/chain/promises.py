"""
What must hold of a sea: after every step, and once the weather is calm.

After every step: no place was anchored twice; a batch never changes what it is, and goes back only when the chain was stirred;
no attempt is forgotten; a number names one event for ever; while something that was final is off the chain, no staple is given,
and a given staple is true. At last: one head a batch, one certificate an event, all of it valid, and the auditor is content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from certs.assemble import file_of
from certs.canonical import canonical
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.fsck import findings
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Finding
from gateway.fsck.run import audit
from gateway.rendering import certificate
from gateway.staples import Rewound, Staples
from gateway.store import certificates as stored
from gateway.store.batches import is_adopted
from gateway.store.tables import acts, attempts, batches, certificates, events, evidence
from gateway.trust import current_bundle
from ledger.anchors import heads
from ledger.errors import LedgerError
from tests.chain.sea import Sea
from tests.world import MEMBER, START

FORWARD = ("closed", "signed", "included", "final", "issued")
# What an older copy or another hand leaves behind; `attempt.missing`: a batch was closed in the copy and signed after it, and the
# forgotten transaction was mined all the same. The batch is settled by it, and no question to the chain brings its row back.
OURS_TO_LOSE = {("attempts", "attempt.nonce"), ("attempts", "attempt.missing"), ("batches", "batch.gap")}


@dataclass
class Seen:
    """What the store said at the last look, to be compared with what it says now; forgotten when an older copy is put back."""

    batches: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    attempts: set[bytes] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)

    def compare(self, sea: Sea) -> None:
        """Every promise that holds after every step."""
        anchored = sea.bench.chain.anchored_seqs()
        assert len(anchored) == len(set(anchored)), f"a place was anchored twice: {anchored}"
        now = look(sea)
        if not sea.forgotten:
            assert self.attempts <= now.attempts, "an attempt was forgotten"
            for number, event in self.numbers.items():
                assert now.numbers.get(number, event) == event, f"{number} names another event"
            for id_, what in self.batches.items():
                assert now.batches[id_] == what, f"batch {id_} became another"
            for id_, before in self.states.items():
                _check_move(before, now.states[id_], stirred=sea.stirred)
        self.batches, self.states, self.attempts, self.numbers = now.batches, now.states, now.attempts, now.numbers
        sea.stirred = sea.stirred and not sea.noticed
        sea.forgotten = sea.noticed = False


def look(sea: Sea) -> Seen:
    """What the store says now."""
    with sea.bench.database.read() as tx:
        rows = list(tx.execute(select(batches)))
        return Seen(
            {row.id: (row.member, row.seq, row.root, row.size, row.scope, row.suite) for row in rows},
            {row.id: row.state for row in rows},
            set(tx.execute(select(attempts.c.hash)).scalars()),
            {row.number: row.event for row in tx.execute(select(certificates.c.number, certificates.c.event))},
        )


def _check_move(before: str, now: str, *, stirred: bool) -> None:
    if stirred or "halted" in (before, now):
        return
    back = FORWARD.index(now) < FORWARD.index(before)
    assert not back or (before, now) == ("signed", "closed"), f"{before} → {now} though the chain only grew"


def check_staples(sea: Sea) -> None:
    """What a reader would get for a number, right after a step that went well."""
    lost = lost_from_chain(sea)
    staples = Staples(sea.bench.database, sea.bench.chain, sea.bench.line().consortium, monotonic=lambda: 0.0)
    for number in sea.bench.numbers()[-2:]:
        try:
            staple = staples.current(number)
        except (Rewound, LedgerError):
            continue
        assert not lost, f"a staple was given while {lost} were lost"
        check_true(sea, number, staple)


def lost_from_chain(sea: Sea) -> list[str]:
    """Whatever this store held for final and the chain does not have now."""
    line = sea.bench.line()
    with sea.bench.database.read() as tx:
        proven = select(batches).where(batches.c.id.in_(select(evidence.c.batch_id)), ~is_adopted())
        rows = list(tx.execute(proven))
        final = list(tx.execute(select(acts.c.id, acts.c.transaction_hash).where(acts.c.state == "final")))
    found = heads(sea.bench.chain, line.anchor_log, [(MEMBER, row.seq) for row in rows]) if rows else []
    lost = [f"batch {row.seq}" for row, head in zip(rows, found, strict=True) if head is None or head.root != row.root]
    known = {sent.hash for mined in sea.bench.chain.chain for sent in mined.transactions}
    return lost + [f"act {row.id}" for row in final if row.transaction_hash is not None and row.transaction_hash not in known]


def check_true(sea: Sea, number: str, staple: Any) -> None:
    """What a stranger finds of a number's certificate, whose clock is right when the gateway's is not."""
    made = certificate(sea.bench.database, number, "public")
    assert made is not None
    bundle = load_bundle(canonical(current_bundle(sea.bench.chain, sea.bench.line().consortium)))
    report = verify(canonical(file_of(made, staple=staple)), bundle, now=START + 100_000)
    assert report.verdict in (Verdict.VALID, Verdict.SUSPENDED), f"{number}: {report.verdict.name} {report.code}"


def unsettled(sea: Sea) -> list[str]:
    """What is still on its way."""
    with sea.bench.database.read() as tx:
        waiting = [f"event {row.id}" for row in tx.execute(select(events.c.id).where(events.c.state == "open"))]
        going = select(batches.c.seq, batches.c.state).where(batches.c.state != "issued", ~is_adopted())
        waiting += [f"batch {row.seq} {row.state}" for row in tx.execute(going)]
        acting = select(acts.c.id, acts.c.state).where(acts.c.state.in_(("queued", "signed", "included")))
        return waiting + [f"act {row.id} {row.state}" for row in tx.execute(acting)]


def check_at_last(sea: Sea) -> None:
    """Every promise that holds once everything has run to its end."""
    with sea.bench.database.read() as tx:
        ids = list(tx.execute(select(events.c.event_id)).scalars())
        certified = list(tx.execute(select(certificates.c.event)).scalars())
        assert not stored.rewound(tx), "what was final is final again"
    assert sorted(ids) == sorted(sea.posted), "an event was lost or doubled"
    assert len(certified) == len(set(certified)) == len(ids), "one certificate an event"
    staples = Staples(sea.bench.database, sea.bench.chain, sea.bench.line().consortium, monotonic=lambda: 0.0)
    for number in sea.bench.numbers():
        check_true(sea, number, staples.current(number))
    found = audited(sea)
    if sea.forgetful:
        found = [finding for finding in found if (finding.table, finding.what) not in OURS_TO_LOSE]
    assert found == []


def audited(sea: Sea) -> list[Finding]:
    """What `shisu fsck` finds, except salts deleted on purpose."""
    found: list[Finding] = []
    expected = Expected(consortium=sea.bench.line().consortium, hosts=("id.gs1.org",), served=[MEMBER])
    audit(sea.bench.database, expected, sea.bench.chain, findings.Report(found.append))
    return [finding for finding in found if finding.kind != findings.DELETED]
