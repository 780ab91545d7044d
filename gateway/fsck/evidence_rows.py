"""
Evidence: every stored package is walked as a verifier walks it, against the batch it is evidence of.

A package of an earlier edition was true when it was made, and still proves what it proved. Which set of validators was in force
is known from the announcements; without a chain only the first set is, and a count that falls short is then unknown, not false.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from certs.canonical import parse_canonical
from certs.certificate import Evidence, read_evidence
from certs.consensus.endorsement import block_hash, endorse
from certs.errors import CertError
from certs.evidence import check_all_used, pick_log, prove_receipt, prove_transaction, read_first_header
from certs.evm.header import Header, parse_header
from certs.evm.log import Anchored, decode_anchored
from certs.evm.transaction import Transaction
from certs.evm.trie import NodeSet
from gateway.fsck.expected import Expected, Validators
from gateway.fsck.findings import Report
from gateway.fsck.pages import rows_by
from gateway.store.tables import adoptions, attempts, batches, evidence
from ledger.errors import LedgerError

PAGE: Final = 100  # packages of some 10 kB
_TOO_FEW: Final = "endorsement.short"


@dataclass(frozen=True, slots=True)
class _Proven:
    """What a package proves: which log was in which block, put there by which transaction."""

    anchored: Anchored
    address: bytes
    transaction: Transaction
    header: Header


def check_evidence(tx: Connection, expected: Expected, validators: Validators, report: Report) -> None:
    """Every edition of every batch's evidence, and that none of the editions between is missing."""
    other = evidence.alias()
    newest = select(func.max(other.c.edition)).where(other.c.batch_id == batches.c.id).scalar_subquery()
    floor = select(func.max(adoptions.c.nonce)).where(adoptions.c.member == batches.c.member).scalar_subquery()
    columns = [column for column in batches.c if column.name not in ("id", "tree", "transaction_hash")]
    query = (
        select(
            evidence, batches.c.id.label("batch"), batches.c.transaction_hash.label("included"), *columns,
            newest.label("newest"), floor.label("floor"), attempts.c.hash.label("attempt"),
        )
        .outerjoin(batches, batches.c.id == evidence.c.batch_id)
        .outerjoin(attempts, attempts.c.hash == evidence.c.transaction_hash)
    )  # fmt: skip
    batch_id, edition = 0, 0
    for row in rows_by(tx, query, evidence.c.batch_id, evidence.c.edition, page=PAGE):
        report.looked("evidence", 1)
        edition = edition if row.batch_id == batch_id else 0
        name = f"batch {row.batch_id} edition {row.edition}"
        if row.edition != edition + 1:
            report.missing("evidence", f"batch {row.batch_id} edition {edition + 1}", "evidence.missing")
        batch_id, edition = row.batch_id, row.edition
        if row.batch is None:
            report.differs("evidence", name, "row.orphan")
        else:
            _check(row, name, expected, validators, report)


def _check(row: Row[Any], name: str, expected: Expected, validators: Validators, report: Report) -> None:
    consortium = expected.consortium
    try:
        package = read_evidence(parse_canonical(row.package), "/evidence")
        proven = _proven(consortium.engine, package)
    except CertError:
        report.differs("evidence", name, "evidence.proof")
        return
    what = _statement_fault(row, package, proven, expected)
    if what:
        report.differs("evidence", name, what)
    if row.edition == row.newest and row.state == "issued" and not _is_included_there(consortium.engine, row, proven):
        report.differs("evidence", name, "evidence.block")
    if row.attempt is None and (row.floor is None or proven.transaction.nonce >= row.floor):
        report.missing("attempts", f"0x{proven.transaction.hash.hex()}", "attempt.missing")
    _check_endorsement(name, package, proven.header, expected, validators, report)


def _proven(engine: str, package: Evidence) -> _Proven:
    """Steps 5 and 6 of verification. Raises `CertError`."""
    header = read_first_header(engine, package.headers[0])
    nodes = NodeSet(package.nodes)
    log = pick_log(prove_receipt(nodes, header, package.index), package.log)
    transaction = prove_transaction(nodes, header, package.index)
    check_all_used(nodes)
    return _Proven(decode_anchored(log), log.address, transaction, header)


def _statement_fault(row: Row[Any], package: Evidence, proven: _Proven, expected: Expected) -> str:
    """What the package proves of another batch, contract or transaction; "" when it proves this one."""
    deployment = expected.consortium.deployment
    ours = Anchored(
        row.member, row.seq, row.root, row.size, int.from_bytes(row.scope, "big"), row.suite,
        expected.codes.get(row.member, ""),
    )  # fmt: skip
    if proven.anchored != ours:
        return "evidence.batch"
    if {package.chain_id, proven.transaction.chain_id} != {deployment.chain_id}:
        return "evidence.chain"
    if {proven.address, proven.transaction.to} != {deployment.anchor_log}:
        return "evidence.contract"
    return "" if proven.transaction.hash == row.transaction_hash else "evidence.transaction"


def _is_included_there(engine: str, row: Row[Any], proven: _Proven) -> bool:
    """Whether an issued batch names the transaction and the block that its newest evidence proves."""
    there = (proven.transaction.hash, proven.header.number, block_hash(engine, proven.header))
    return there == (row.included, row.block_number, row.block_hash)


def _check_endorsement(
    name: str, package: Evidence, first: Header, expected: Expected, validators: Validators, report: Report
) -> None:
    try:
        headers = (first, *(parse_header(raw) for raw in package.headers[1:]))
        endorse(expected.consortium.engine, headers, validators.at(first.number))
    except LedgerError:
        report.unchecked("evidence", name, "evidence.set")
    except CertError as error:
        if error.code == _TOO_FEW and not validators.known:
            report.unchecked("evidence", name, "evidence.set")
        else:
            report.differs("evidence", name, "evidence.endorsement")
