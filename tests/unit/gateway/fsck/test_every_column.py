"""
One bit of each column of each table: what can be derived is found, and what cannot is listed here with its reason.

The lists must name every table and every column there is, so that a new one has to be put into one of them.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Text, select

from gateway.store import tables
from gateway.store.tables import metadata
from tests.unit.gateway.fsck.conftest import Audited

# table → column → the code that a flipped bit is found by; several lines of one table may be found by others too
FOUND: dict[str, dict[str, str]] = {
    "pinned": {"name": "pinned.missing", "value": "pinned.value"},
    "events": {
        "id": "row.orphan", "event_id": "event.id", "member": "event.member", "submitter": "event.submitter",
        "capture_id": "row.referred", "received_at": "index.event", "content_sha256": "event.content", "suite": "event.suite",
        "public_salt": "event.leaf", "public_body": "event.leaf", "bureaus_salt": "event.leaf", "bureaus_body": "event.leaf",
        "submitter_salt": "event.leaf", "submitter_body": "event.leaf", "leaf": "event.leaf", "scope": "event.scope",
        "declares": "event.declares", "state": "store.damaged", "batch_id": "row.orphan", "leaf_index": "leaf.index",
    },
    "batches": {
        "id": "row.orphan", "member": "evidence.batch", "seq": "batch.gap", "root": "batch.root", "size": "batch.size",
        "scope": "batch.scope", "suite": "batch.suite", "tree": "batch.tree", "state": "store.damaged",
        "transaction_hash": "evidence.block", "block_number": "evidence.block", "block_hash": "evidence.block",
    },
    "acts": {
        "id": "attempt.call", "member": "act.member", "kind": "act.call", "subject": "act.subject", "target": "act.call",
        "data": "attempt.call", "asked": "act.asked", "successor": "act.successor", "state": "store.damaged",
        "refusal": "store.damaged", "transaction_hash": "attempt.missing", "block_number": "act.block",
        "block_hash": "act.block",
    },
    "corrections": {
        "declaration": "correction.missing", "position": "correction.missing", "member": "correction.event",
        "submitter": "correction.event", "wrong_id": "correction.event", "corrective_id": "correction.named",
        "act_id": "correction.act",
    },
    "attempts": {
        "hash": "attempt.hash", "kind": "attempt.call", "batch_id": "attempt.call", "act_id": "attempt.call",
        "signer": "attempt.signer", "nonce": "attempt.nonce_differs", "raw": "attempt.hash",
    },
    "evidence": {
        "batch_id": "row.orphan", "edition": "evidence.missing", "transaction_hash": "evidence.transaction",
        "package": "evidence.proof",
    },
    "certificates": {
        "number": "certificate.number", "event": "certificate.missing", "batch_id": "certificate.place",
        "leaf_index": "certificate.place",
    },
    "event_index": {
        "event": "index.missing", "submitter": "index.event", "received_at": "index.event", "type": "index.column",
        "time_ms": "index.column", "action": "index.column", "biz_step": "index.column", "disposition": "index.column",
        "read_point": "index.column", "read_site": "index.column", "biz_location": "index.column", "biz_site": "index.column",
    },
    "event_codes": {"code": "codes.missing", "event": "codes.missing", "role": "codes.missing"},
    "items": {"event": "item.missing", "position": "item.missing", "code": "item.root", "salt": "item.root"},
}  # fmt: skip
OUR_WORD = "nothing but this column says it: a time or a name of ours that no proof rests on"
NOT_FOUND: dict[tuple[str, str], str] = {
    **{("batches", name): OUR_WORD for name in ("closed_at", "changed_at")},
    **{("acts", name): OUR_WORD for name in ("asked_by", "asked_at", "changed_at", "final_at")},
    ("acts", "proposal"): "asked of the chain for the act that proposed (test_on_chain); null for every other",
    **{(table, "made_at"): OUR_WORD for table in ("attempts", "evidence")},
    ("certificates", "issued_at"): OUR_WORD,
}
OUTSIDE = {
    "adoptions": "who decided what; its head is compared with the chain (test_adopted)",
    "enterprises": "said by an operator", "closures": "said by an operator", "mappings": "said by an operator",
    "api_keys": "hashes of secrets that nobody here knows", "leases": "of the moment",
    "captures": "what was answered; that events' captures are there is found", "answered": "what was answered",
    "serial_lots": "the first statement of many; later ones are refused against it", "serial_files": "sent, and not kept whole",
    "cited_papers": "names of papers by rules that are dated", "amounts": "added up by rules that are dated",
    "imports": "what was answered",
    "import_rows": "hashes of rows that are not kept", "tallies": "counts of rows that were refused and not kept",
}  # fmt: skip
CASES = [(table, column, code) for table, columns in FOUND.items() for column, code in columns.items()]


def flipped(value: Any, *, at: int, is_text: bool) -> Any:
    """The value with one bit of it changed: of byte `at`, or of a high place of a number, so that no other row has it."""
    if isinstance(value, bytes):
        changed = bytearray(value)
        changed[at] ^= 1
        return bytes(changed)
    if isinstance(value, int):
        return value ^ 1 << 20
    if value is None:
        return "x" if is_text else None
    return value[:-1] + chr(ord(value[-1]) ^ 1)


def test_every_table_and_every_column_is_spoken_for() -> None:
    assert {table.name for table in metadata.sorted_tables} == FOUND.keys() | OUTSIDE.keys()
    spoken_for = {(table, column) for table, columns in FOUND.items() for column in columns} | NOT_FOUND.keys()
    assert {(name, column.name) for name in FOUND for column in metadata.tables[name].c} == spoken_for


@pytest.mark.parametrize(("table", "column", "code"), CASES, ids=[f"{table}.{column}" for table, column, _ in CASES])
def test_one_flipped_bit_is_found(kept: Audited, table: str, column: str, code: str) -> None:
    """In some rows; what was edited is put back, so that the rows are audited one by one."""
    made = getattr(tables, table)
    keys = [key.name for key in made.primary_key.columns]
    with kept.bench.database.read() as tx:
        rows = [row._mapping for row in tx.execute(select(made))]
    is_text = isinstance(made.c[column].type, Text)
    edited = 0
    for row in (rows[0], rows[-1]) if len(rows) > 1 else rows:
        for at in (0, -1) if isinstance(row[column], bytes) else (0,):
            new = flipped(row[column], at=at, is_text=is_text)
            if new is None:
                continue
            edit(kept, table, column, new, {key: row[key] for key in keys})
            report, found = kept.report()
            edit(
                kept, table, column, row[column], {**{key: row[key] for key in keys}, **({column: new} if column in keys else {})}
            )
            assert code in {finding.what for finding in found}, found
            assert not report.is_sound
            edited += 1
    assert edited


def edit(kept: Audited, table: str, column: str, value: Any, key: dict[str, Any]) -> None:
    where = " and ".join(f'"{name}" = ?' for name in key)
    kept.edit(f'update {table} set "{column}" = ? where {where}', value, *key.values())


def test_what_was_edited_was_put_back(kept: Audited) -> None:
    assert kept.audit() == []
