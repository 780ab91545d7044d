"""Certificates: the number that follows from member, seq and index, at the place where its event lies, of a batch once final."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from certs.number import Number
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Report
from gateway.fsck.pages import rows_by
from gateway.store.tables import batches, certificates, events, evidence


def check_certificates(tx: Connection, expected: Expected, report: Report) -> None:
    """Every number. One that is not there is found beside its batch's leaf (`batch_rows`)."""
    proven = exists().where(evidence.c.batch_id == certificates.c.batch_id)
    query = (
        select(
            certificates.c.number, certificates.c.batch_id, certificates.c.leaf_index, certificates.c.event,
            events.c.batch_id.label("lies_in"), events.c.leaf_index.label("lies_at"),
            batches.c.member, batches.c.seq, proven.label("proven"),
        )
        .select_from(certificates)
        .outerjoin(events, events.c.id == certificates.c.event)
        .outerjoin(batches, batches.c.id == certificates.c.batch_id)
    )  # fmt: skip
    for row in rows_by(tx, query, certificates.c.number):
        report.looked("certificates", 1)
        for what in _faults(row, expected):
            report.differs("certificates", row.number, what)


def _faults(row: Row[Any], expected: Expected) -> Iterator[str]:
    if (row.lies_in, row.lies_at) != (row.batch_id, row.leaf_index):
        yield "certificate.place"
    if row.member is None:
        yield "row.orphan"
        return
    code = expected.codes.get(row.member)
    if code is None or row.number != str(Number(expected.consortium.prefix, code, row.seq, row.leaf_index)):
        yield "certificate.number"
    if not row.proven:  # numbers are given with the first evidence, and evidence is never deleted
        yield "certificate.early"
