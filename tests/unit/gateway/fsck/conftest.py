"""Parts for the auditor's tests: a store that real intake and a real line have filled, and the audit of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certs.staple import Status
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Finding, Report
from gateway.fsck.run import audit
from gateway.pipeline.line import Pace
from gateway.store.database import open_database
from gateway.store.pinned import pin
from ledger.rpc import ChainPort
from tests.fake_chain import FakeChain
from tests.member_line import Bench, leaf_ask, propose_ask, vote_ask
from tests.service import ABATTOIR, ACCOUNTS, COM, Service, document, event, service_in

Filled = tuple[Path, FakeChain, Service]
UNITS = [f"https://id.gs1.org/01/09521234100027/21/{at:02}" for at in range(17)]


@dataclass
class Audited:
    """A filled store and its chain; `findings` are those of the last audit."""

    bench: Bench
    expected: Expected

    def audit(self, *, rpc: ChainPort | None = None, offline: bool = False) -> list[Finding]:
        """Every finding, with the chain unless `offline`."""
        return self.report(rpc=rpc, offline=offline)[1]

    def report(self, *, rpc: ChainPort | None = None, offline: bool = False) -> tuple[Report, list[Finding]]:
        found: list[Finding] = []
        report = Report(found.append)
        audit(self.bench.database, self.expected, None if offline else rpc or self.bench.chain, report)
        return report, found

    def edit(self, statement: str, *values: Any) -> None:
        """An edit by hand that no constraint holds up."""
        with closing(sqlite3.connect(self.bench.directory / "gateway.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints=ON")
            assert connection.execute(statement, values).rowcount >= 1, statement


def documents() -> list[bytes]:
    """Two documents: a wrong event with its correction and declaration; many units, an event without codes, one more."""
    wrong = event(eventID="urn:x:wrong")
    right = event(eventID="urn:x:right", eventTime="2025-06-02T03:30:00.000+08:00")
    said = {"declarationTime": "2025-06-02T04:00:00.000+08:00", "correctiveEventIDs": ["urn:x:right"]}
    declaration = event(eventID="urn:x:wrong", errorDeclaration=said)
    units = event(epcList=UNITS)
    kept = event(
        type="AssociationEvent", cn__link="logger_attach", bizStep="assembling", action="ADD", quantityList=None,
        parentID="https://id.gs1.org/8003/09521234900016TRUCK01", childEPCs=["https://id.gs1.org/8004/9521234LOG42"],
    )  # fmt: skip
    more = event(cn__vehiclePlate="沪X00000", eventTime="2025-06-02T03:50:00.000+08:00")
    return [document(wrong, right, declaration), document(units, kept, more)]


def fill(service: Service, directory: Path) -> Bench:
    """Two batches, both issued, and acts of every kind, all final."""
    bench = Bench(service.db, service.chain, directory, signer=ACCOUNTS[COM], pace=Pace(batch_age_s=0, resend_s=5))
    service.now = bench.clock
    key = service.key(ABATTOIR)
    with bench.worker(consortium=service.consortium) as worker:
        for sent in documents():
            answer = service.post("/capture", sent, key, GS1_Capture_Error_Behaviour="proceed")
            assert answer.status_code == 202, answer.text
            bench.settle(worker, rounds=20)
        asks = [leaf_ask(Status.SUSPENDED, seq=2), leaf_ask(Status.ACTIVE, seq=2), propose_ask(service.chain.world.registry)]
        for asked in (*asks, vote_ask("approve", 1)):
            bench.ask(asked)
            bench.settle(worker, rounds=20)
    with bench.database.write() as tx:
        pin(tx, service.consortium.facts())
    return bench


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Filled once; what a test works on is a copy."""
    directory = tmp_path_factory.mktemp("filled")
    for service in service_in(directory):
        bench = fill(service, directory)
        assert bench.states() == ["issued", "issued"], bench.log.lines
        bench.keep("copy.db")
        yield directory / "copy.db", service.chain, service


def copied(filled: Filled, directory: Path) -> Iterator[Audited]:
    """A copy of the filled store in a directory of its own, and of its chain."""
    copy, chain, service = filled
    shutil.copy(copy, directory / "gateway.db")
    (directory / "gateway.db").chmod(0o600)
    bench = Bench(open_database(f"sqlite:///{directory}/gateway.db"), deepcopy(chain), directory, signer=ACCOUNTS[COM])
    expected = Expected(consortium=service.consortium, hosts=service.settings.digital_link_hosts, served=[COM])
    yield Audited(bench, expected)
    bench.database.close()


@pytest.fixture
def audited(filled: Filled, tmp_path: Path) -> Iterator[Audited]:
    """One's own to damage."""
    yield from copied(filled, tmp_path)


@pytest.fixture(scope="module")
def kept(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """One for all tests of a file, which put back what they edit."""
    yield from copied(filled, tmp_path_factory.mktemp("kept"))
