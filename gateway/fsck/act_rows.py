"""
Acts: the call data, the subject and the successor from what was asked for in words; and the transaction that carried them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from gateway.acts.asked_again import asked_again
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Report
from gateway.fsck.pages import rows_by
from gateway.store.tables import acts, attempts


def check_acts(tx: Connection, expected: Expected, report: Report) -> None:
    """Every act."""
    made = exists().where(attempts.c.act_id == acts.c.id)
    known = exists().where(attempts.c.act_id == acts.c.id, attempts.c.hash == acts.c.transaction_hash)
    for row in rows_by(tx, select(acts, made.label("made"), known.label("known")), acts.c.id):
        report.looked("acts", 1)
        for what in _faults(row, expected):
            report.differs("acts", row.id, what)
        if (row.transaction_hash is not None and not row.known) or (row.state == "signed" and not row.made):
            report.missing("attempts", f"act {row.id}", "attempt.missing")


def _faults(row: Row[Any], expected: Expected) -> Iterator[str]:
    asked = asked_again(row.member, row.asked, row.data)
    if asked is None:
        yield "act.asked"
    elif (asked.kind, asked.target, asked.data) != (row.kind, row.target, row.data):
        yield "act.call"
    elif asked.subject != row.subject:
        yield "act.subject"
    elif asked.successor != row.successor:
        yield "act.successor"
    if row.member not in expected.codes:
        yield "act.member"
    if row.state == "final" and row.final_at is None:
        yield "act.state"
