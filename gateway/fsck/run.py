"""
One audit of one store: first what the database says of itself, then every table, then the chain.

All of the store is read in one transaction, so it is of one moment, whatever a gateway beside it does. How far the chain reaches
is asked before that moment.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from gateway.fsck.act_rows import check_acts
from gateway.fsck.acts_on_chain import check_final_acts
from gateway.fsck.attempt_rows import check_attempts, check_nonces
from gateway.fsck.batch_rows import check_batches
from gateway.fsck.certificate_rows import check_certificates
from gateway.fsck.event_rows import check_events
from gateway.fsck.evidence_rows import check_evidence
from gateway.fsck.expected import Expected, validators_of
from gateway.fsck.findings import Report
from gateway.fsck.integrity import check_integrity, check_pinned
from gateway.fsck.on_chain import check_account_nonces, check_heads, check_lacking, reached
from gateway.store import pinned
from gateway.store.database import Database
from gateway.store.tables import batches
from ledger.errors import LedgerError
from ledger.rpc import ChainPort


def audit(database: Database, expected: Expected, rpc: ChainPort | None, report: Report) -> None:
    """Everything there is to check; without `rpc` only the store."""
    on_chain: dict[str, int] = {}
    validators, error = validators_of(expected.consortium, rpc)
    if rpc is not None and error is None:
        try:
            on_chain = reached(database, rpc, expected)
        except LedgerError as failed:
            error = failed
    try:
        with database.read() as tx:
            _check_store(tx, expected, report)
            check_evidence(tx, expected, validators, report)
            following = check_nonces(tx, report)
            if rpc is not None and error is None:
                error = _check_chain(tx, rpc, on_chain, following, expected, report)
    except (DatabaseError, UnicodeDecodeError):  # a page that cannot be read ends the reading wherever it lies
        report.differs("store", "-", "store.unreadable")
    if error is not None:
        report.unchecked("chain", error.code, "chain.silent")


def _check_store(tx: Connection, expected: Expected, report: Report) -> None:
    check_integrity(tx, report)
    has_batches = bool(tx.execute(select(func.count()).select_from(select(batches.c.id).limit(1).subquery())).scalar_one())
    check_pinned(pinned.read(tx), dict(expected.consortium.facts()), has_batches=has_batches, report=report)
    check_events(tx, expected, report)
    check_batches(tx, expected, report)
    check_certificates(tx, expected, report)
    check_attempts(tx, expected, report)
    check_acts(tx, expected, report)


def _check_chain(
    tx: Connection,
    rpc: ChainPort,
    on_chain: dict[str, int],
    following: dict[bytes, int],
    expected: Expected,
    report: Report,
) -> LedgerError | None:
    """Every question to the chain; the first that was not answered, and then the others are not asked."""
    questions: tuple[Callable[[], None], ...] = (
        lambda: check_lacking(tx, on_chain, expected, report),
        lambda: check_heads(tx, rpc, expected, report),
        lambda: check_account_nonces(rpc, following, report),
        lambda: check_final_acts(tx, rpc, expected, report),
    )
    try:
        for question in questions:
            question()
    except LedgerError as error:
        return error
    return None
