"""
What the database itself says of its file: pages, indexes, constraints, and rows that refer to rows that are not there.

PostgreSQL answers for its own pages and never lets a reference dangle, so only SQLite is asked.
"""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.fsck.findings import Report

_MOST = 100  # lines of SQLite's own report


def check_integrity(tx: Connection, report: Report) -> None:
    """Asks SQLite. Its words on a damaged page are not repeated: they may quote the page."""
    if tx.dialect.name != "sqlite":
        return
    try:
        damages = [row[0] for row in tx.exec_driver_sql(f"PRAGMA integrity_check({_MOST})")]
    except UnicodeDecodeError:  # the message quotes the damaged bytes; the tables may be readable all the same
        damages = [""]
    if damages != ["ok"]:
        report.differs("store", f"{len(damages)}", "store.damaged")
    for table, row_id, parent, _ in tx.exec_driver_sql("PRAGMA foreign_key_check"):
        report.missing(parent, f"{table} row {row_id}", "row.referred")


def check_pinned(stored: dict[str, str], wanted: dict[str, str], *, has_batches: bool, report: Report) -> None:
    """What the store is pinned to. A store that no gateway was started on yet is pinned to nothing."""
    if not stored and not has_batches:
        return
    for name, value in wanted.items():
        report.looked("pinned", 1)
        if name not in stored:
            report.missing("pinned", name, "pinned.missing")
        elif stored[name] != value:
            report.differs("pinned", name, "pinned.value")
