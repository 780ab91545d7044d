"""
A running gateway: settings → store, chain, one worker a served member, and the HTTP application.

Start-up refuses what must not run: unsafe settings, another chain than the manifest's, other bytecode than ours, a store that
belongs elsewhere, a signer that acts for no member or for another, a second worker for a key. A member that may only vote is
served like any other; a member that is frozen, or all anchoring paused, keeps nobody from starting: votes must go on.
"""

from __future__ import annotations

import secrets
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import structlog
from fastapi import FastAPI

from gateway.acts.desk import Desk
from gateway.app import create_app
from gateway.bounded_port import BoundedPort
from gateway.catalogue.tables import read_catalogue
from gateway.errors import UnsafeSettings
from gateway.intake.members import Member
from gateway.pipeline.line import Line
from gateway.pipeline.worker import Worker
from gateway.proofs import StoredProofs
from gateway.settings import MemberSettings, Settings
from gateway.staples import Staples
from gateway.store.database import Database, migrate, open_database
from gateway.store.pinned import pin
from gateway.store.reseal import check_salt_keys
from gateway.trust import Consortium
from gateway.unsafe_words import sentence
from ledger.collect import NamedMember
from ledger.deploy import check_deployment
from ledger.manifest import Deployment, read_manifest
from ledger.members import ANCHOR, Membership, acting, memberships
from ledger.rpc import Rpc
from ledger.signers import KeystoreSigner

RPC_TIMEOUT_S = 10.0
EMBEDDED = "Shisu-DevChain/"  # how the embedded chain names itself
_JOIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Chain:
    """The node as one thread's connection makes it; every thread that asks gets its own."""

    settings: Settings
    deployment: Deployment

    def connect(self) -> Rpc:
        """A connection pinned to the manifest's chain id."""
        return Rpc(self.settings.rpc_urls[0], chain_id=self.deployment.chain_id, timeout_s=RPC_TIMEOUT_S)


@contextmanager
def running_gateway(settings: Settings, *, lock_directory: Path) -> Iterator[FastAPI]:
    """Everything of a gateway but its HTTP server; stops the workers on the way out.

    Raises `UnsafeSettings`, `LedgerError` and `StoreError` for what must not run.
    """
    with ExitStack() as stack:
        database = stack.enter_context(_migrated(settings))
        chain = Chain(settings, read_manifest(settings.manifest))
        rpc = chain.connect()
        stack.callback(rpc.close)
        _check_chain(settings, rpc, chain.deployment)
        consortium = consortium_of(settings, chain.deployment)
        with database.write() as tx:
            pin(tx, consortium.facts())
        members, signers = _members(settings, rpc, chain.deployment)
        workers = []
        for uscc, signer in signers.items():
            own = chain.connect()
            stack.callback(own.close)
            workers.append(stack.enter_context(_worker(uscc, signer, database, own, consortium, lock_directory)))
        port = BoundedPort(rpc, monotonic=time.monotonic)
        staples = Staples(database, port, consortium, monotonic=time.monotonic)
        desk = Desk(database, port, consortium, signers={uscc: signer.address for uscc, signer in signers.items()}, now=_now)
        app = create_app(
            settings,
            database,
            proofs=StoredProofs(
                database, port, consortium, staples, workers, step_s=settings.limits.step_s, monotonic=time.monotonic
            ),
            desk=desk,
            members=members,
            catalogue=read_catalogue(settings.catalogue),
            now=_now,
            monotonic=time.monotonic,
            random=secrets.token_bytes,
        )
        stack.enter_context(_threads(workers))
        yield app


@contextmanager
def _migrated(settings: Settings) -> Iterator[Database]:
    database = open_database(settings.database_url, settings.read_salt_keys())
    try:
        migrate(database)
        check_salt_keys(database)
        yield database
    finally:
        database.close()


def _check_chain(settings: Settings, rpc: Rpc, deployment: Deployment) -> None:
    check_deployment(rpc, deployment)
    if settings.network == "production" and str(rpc.call("web3_clientVersion")).startswith(EMBEDDED):
        raise UnsafeSettings([sentence("settings.devchain", "network")])


def _now() -> int:
    return int(time.time())


def consortium_of(settings: Settings, deployment: Deployment) -> Consortium:
    """The consortium as the settings describe it, on the contracts of a manifest."""
    return Consortium(
        deployment=deployment,
        engine=settings.engine,
        network=settings.network,
        name=settings.name,
        prefix=settings.prefix,
        members=tuple(NamedMember(uscc=m.uscc, code=m.code, name=m.name) for m in settings.members),
    )


def _members(settings: Settings, rpc: Rpc, deployment: Deployment) -> tuple[dict[str, Member], dict[str, KeystoreSigner]]:
    """All members by USCC, and the signers of those served here, each checked against what the chain says of it."""
    members, signers = {}, {}
    for member in settings.members:
        scope, anchors = 0, False
        if member.keystore is not None and member.passphrase_file is not None:
            signer = KeystoreSigner.open(member.keystore, passphrase_path=member.passphrase_file)
            known = _membership(member, rpc, deployment, signer.address)
            scope, anchors = known.scope, bool(known.rights & ANCHOR)
            signers[member.uscc] = signer
        members[member.uscc] = Member(code=member.code, scope=scope, served=anchors, suite=member.suite)
    return members, signers


def _membership(member: MemberSettings, rpc: Rpc, deployment: Deployment, signer: str) -> Membership:
    serving = acting(rpc, deployment.consortium, signer)
    if serving is None:
        raise UnsafeSettings([sentence("settings.signer", f"members {member.code}.keystore")])
    (known,) = memberships(rpc, deployment.consortium, [serving[0]])
    if known is None or (serving[0], known.code) != (member.uscc, member.code):
        raise UnsafeSettings([sentence("settings.other_member", f"members {member.code}.keystore")])
    return known


def _worker(
    uscc: str, signer: KeystoreSigner, database: Database, rpc: Rpc, consortium: Consortium, lock_directory: Path
) -> Worker:
    line = line_of(uscc, signer, database, rpc, consortium)
    return Worker(line, lock_directory=lock_directory, monotonic=time.monotonic)


def line_of(uscc: str, signer: KeystoreSigner, database: Database, rpc: Rpc, consortium: Consortium) -> Line:
    """The line of a member, with this machine's clock and randomness."""
    return Line(
        member=uscc,
        signer=signer,
        database=database,
        rpc=rpc,
        consortium=consortium,
        now=_now,
        shuffle=secrets.SystemRandom().shuffle,
        log=structlog.get_logger("gateway.pipeline"),
    )


@contextmanager
def _threads(workers: list[Worker]) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(stop,), name=f"worker-{i}") for i, worker in enumerate(workers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(_JOIN_S)


def log_to_stderr() -> None:
    """Structured log lines: an event name and fields, never a payload, key or token. Writing one never raises."""
    structlog.configure(
        processors=[
            _shorten,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=_Unfailing(sys.stderr)),  # type: ignore[arg-type]
    )


class _Unfailing:
    """A stream for logs alone: a line that cannot be written is lost. A full disk must not end a worker after its commit."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def _shorten(_logger: Any, _name: str, event: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value[:200] if isinstance(value, str) else value for key, value in event.items()}
