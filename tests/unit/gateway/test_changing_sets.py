"""
Validator sets change while a gateway works: certificates from before, between and after all verify with the newest bundle, an old
bundle verifies up to its height, and a pinned one rolls forward. On the embedded chain, whose keys follow the announcements.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import insert

from certs.assemble import file_of
from certs.canonical import canonical
from certs.certificate import read_proven_state
from certs.evm.header import parse_header
from certs.succession import check_succession
from certs.trust import Bundle, load_bundle
from certs.verify import Report, Verdict, verify
from gateway.pipeline.line import Line, Pace
from gateway.pipeline.worker import Worker
from gateway.rendering import certificate
from gateway.staples import Staples
from gateway.store.database import Database, migrate, open_database
from gateway.store.events import insert_event
from gateway.store.tables import captures, certificates
from gateway.trust import Consortium, current_bundle
from ledger.governance import announce_call
from ledger.members import validator_set
from ledger.rpc import Rpc
from tests.member_line import Log, event_of
from tests.served_chain import ServedChain, consortium_of, serve_chain, signer_of
from tests.votes import carry_out
from tests.world import MEMBER

pytestmark = pytest.mark.slow

COM, DEADLINE_S = 3, 60


@dataclass
class Bureau:
    """One bureau's gateway on the chain."""

    chain: ServedChain
    database: Database
    directory: Path
    issued: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.consortium: Consortium = consortium_of(self.chain.deployment)
        self.line = Line(
            member=MEMBER,
            signer=signer_of(COM),
            database=self.database,
            rpc=Rpc(self.chain.url, chain_id=self.chain.chain.chain_id, timeout_s=10),
            consortium=self.consortium,
            now=lambda: int(time.time()),
            shuffle=secrets.SystemRandom().shuffle,
            log=Log(),
            pace=Pace(batch_age_s=0),
        )

    def certify(self, text: str) -> str:
        """One more event, through the whole pipeline; its number."""
        with self.database.write() as tx:
            insert_event(tx, event_of(text, int(time.time())))
        deadline = time.monotonic() + DEADLINE_S
        with Worker(self.line, lock_directory=self.directory, monotonic=time.monotonic) as worker:
            while len(self._numbers()) == len(self.issued):
                assert time.monotonic() < deadline
                worker.step()
        (number,) = set(self._numbers()) - set(self.issued)
        self.issued.append(number)
        return number

    def _numbers(self) -> list[str]:
        with self.database.read() as tx:
            return list(tx.execute(certificates.select()).scalars())

    def bundle(self) -> bytes:
        return canonical(current_bundle(self.line.rpc, self.consortium))

    def swap_a_validator(self) -> None:
        """A vote takes the lowest validator out and a key made on the chain's machine in, under the same operator."""
        last = validator_set(self.line.rpc, self.chain.deployment.consortium)
        newcomer = bytes.fromhex(self.chain.chain.new_validator()[2:])
        pairs = list(zip(last.validators, last.operators, strict=True))
        announced = [(newcomer, pairs[0][1]), *pairs[1:]]
        done = carry_out(
            self.line.rpc, self.chain.deployment, [signer_of(who) for who in range(5)], self.chain.deployment.consortium,
            announce_call(announced),
        )  # fmt: skip
        assert done.succeeded
        deadline = time.monotonic() + DEADLINE_S
        while int(self.line.rpc.call("eth_blockNumber"), 16) <= done.block_number:  # in force from the next block on
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def judged(self, number: str, bundle: Bundle) -> Report:
        """The certificate with a staple of now."""
        staples = Staples(self.database, self.line.rpc, self.consortium, monotonic=time.monotonic, fresh_s=0.0)
        file = file_of(certificate(self.database, number, "public"), staple=staples.current(number))
        return verify(canonical(file), bundle, now=int(time.time()) + 600)


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    directory = tmp_path_factory.mktemp("sets")
    database = open_database(f"sqlite:///{directory}/gateway.db")
    migrate(database)
    with database.write() as tx:
        tx.execute(
            insert(captures).values(
                id="c", owner="x", document_sha256=bytes(32), error_behaviour="rollback", created_at=0, finished_at=0, result="[]"
            )
        )
    with serve_chain(directory / "chain", period_s=0.05) as chain:
        made = Bureau(chain, database, directory)
        yield made
        made.line.rpc.close()
    database.close()


def test_certificates_from_before_between_and_after_changes_verify_with_the_newest_bundle(bureau: Bureau) -> None:
    before = bureau.certify("before")
    oldest = bureau.bundle()
    bureau.swap_a_validator()
    between = bureau.certify("between")
    middle = bureau.bundle()
    bureau.swap_a_validator()
    after = bureau.certify("after")
    newest = bureau.bundle()
    bundles = [load_bundle(raw) for raw in (oldest, middle, newest)]
    assert [len(bundle.sets) for bundle in bundles] == [1, 2, 3]
    assert {bureau.judged(number, bundles[2]).verdict for number in (before, between, after)} == {Verdict.VALID}
    check_succession(bundles[0], bundles[1])
    check_succession(bundles[0], bundles[2])
    known_to_the_old = verify(canonical(certificate(bureau.database, before, "public")), bundles[0], now=int(time.time()) + 600)
    assert known_to_the_old.verdict is Verdict.AUTHENTIC
    in_the_middle = verify(canonical(certificate(bureau.database, between, "public")), bundles[1], now=int(time.time()) + 600)
    assert in_the_middle.verdict is Verdict.AUTHENTIC


def test_a_staple_from_before_the_last_change_counts_as_none(bureau: Bureau) -> None:
    number = bureau.certify("one more")
    staples = Staples(bureau.database, bureau.line.rpc, bureau.consortium, monotonic=time.monotonic, fresh_s=0.0)
    old = staples.current(number)
    bureau.swap_a_validator()
    bundle = load_bundle(bureau.bundle())
    assert parse_header(read_proven_state(old, "").headers[0]).number < bundle.sets[-1].from_block
    report = verify(
        canonical(file_of(certificate(bureau.database, number, "public"), staple=old)), bundle, now=int(time.time()) + 600
    )
    assert (report.verdict, report.code) == (Verdict.AUTHENTIC, "staple.retired")
    assert any("retired keys" in en for _, en in report.sentences())
