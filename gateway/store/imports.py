"""
Imports: what became of each taken table file, its refused rows, and which rows of tables are recorded.

An import is known by its owner, file, mapping and sheet. Its row is there before its first event, with `running` in its result,
so that progress can be shown; one that a crash left running is taken up when the file comes again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from gateway.store.tables import import_rows, imports


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import. USCCs of the key's owner and the submitter, SHA-256 of the file, the profile's name, seconds since 1970."""

    id: str
    owner: str
    submitter: str
    sha256: bytes
    profile: str
    created_at: int
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """A row of a table that an event of the store (its row id) holds: SHA-256 of its unique cells and of all it says."""

    unique_sha256: bytes
    content_sha256: bytes
    event: int


def begin_import(tx: Connection, made: Import) -> None:
    """Stores an import, in the place of one that was left running."""
    tx.execute(delete(imports).where(imports.c.id == made.id))
    tx.execute(
        insert(imports).values(
            id=made.id, owner=made.owner, submitter=made.submitter, sha256=made.sha256, profile=made.profile,
            result=_text(made.result), created_at=made.created_at,
        )
    )  # fmt: skip


def note_progress(tx: Connection, import_id: str, result: dict[str, Any]) -> None:
    """Writes how far an import has come."""
    tx.execute(update(imports).where(imports.c.id == import_id).values(result=_text(result)))


def finish_import(
    tx: Connection, import_id: str, result: dict[str, Any], *, rejected: bytes | None, rejected_type: str | None
) -> None:
    """Writes the outcome, with the refused rows as a file and its media type, where there are any."""
    tx.execute(
        update(imports)
        .where(imports.c.id == import_id)
        .values(result=_text(result), rejected=rejected, rejected_type=rejected_type)
    )


def drop_import(tx: Connection, import_id: str) -> None:
    """Removes an import of which nothing was taken."""
    tx.execute(delete(imports).where(imports.c.id == import_id))


def find_import(tx: Connection, import_id: str) -> Import | None:
    """The import of this id, or None."""
    row = tx.execute(select(*_COLUMNS).where(imports.c.id == import_id)).one_or_none()
    return None if row is None else _import(row)


def imports_of_file(tx: Connection, owner: str, sha256: bytes, *, limit: int) -> list[Import]:
    """The owner's imports of a file, the newest first."""
    query = select(*_COLUMNS).where(imports.c.owner == owner, imports.c.sha256 == sha256)
    return [_import(row) for row in tx.execute(query.order_by(imports.c.created_at.desc(), imports.c.id).limit(limit))]


def rejected_rows(tx: Connection, import_id: str) -> tuple[bytes, str] | None:
    """The file of refused rows and its media type, or None."""
    row = tx.execute(select(imports.c.rejected, imports.c.rejected_type).where(imports.c.id == import_id)).one_or_none()
    return None if row is None or row.rejected is None else (row.rejected, row.rejected_type)


def recorded_rows(tx: Connection, submitter: str, profile: str, uniques: Collection[bytes]) -> dict[bytes, RecordedRow]:
    """Those rows that are recorded, by SHA-256 of their unique cells."""
    wanted = sorted(set(uniques))
    found: dict[bytes, RecordedRow] = {}
    for start in range(0, len(wanted), 500):  # SQLite's parameter limit was 999
        query = select(import_rows.c.unique_sha256, import_rows.c.content_sha256, import_rows.c.event).where(
            import_rows.c.submitter == submitter,
            import_rows.c.profile == profile,
            import_rows.c.unique_sha256.in_(wanted[start : start + 500]),
        )
        found.update({row.unique_sha256: RecordedRow(*row) for row in tx.execute(query)})
    return found


def record_rows(tx: Connection, submitter: str, profile: str, rows: Iterable[RecordedRow]) -> None:
    """Adds rows, but for those that are recorded already: the first that said it stays."""
    added = {row.unique_sha256: row for row in rows}
    known = recorded_rows(tx, submitter, profile, added)
    values = [
        {
            "submitter": submitter, "profile": profile, "unique_sha256": row.unique_sha256,
            "content_sha256": row.content_sha256, "event": row.event,
        }
        for row in added.values() if row.unique_sha256 not in known
    ]  # fmt: skip
    if values:
        tx.execute(insert(import_rows), values)


def replace_rows(tx: Connection, submitter: str, profile: str, rows: Iterable[RecordedRow]) -> None:
    """Adds rows in the place of those of the same unique cells: what they say was corrected."""
    place = and_(
        import_rows.c.submitter == submitter,
        import_rows.c.profile == profile,
        import_rows.c.unique_sha256 == bindparam("unique"),
    )
    listed = list(rows)
    if listed:
        tx.execute(delete(import_rows).where(place), [{"unique": row.unique_sha256} for row in listed])
        record_rows(tx, submitter, profile, listed)


def count_rows(tx: Connection, submitter: str, event: int) -> int:
    """How many recorded rows an event (its row id) holds, under the profile that has the most: several may have the same rows."""
    rows = func.count().label("rows")
    query = select(rows).where(import_rows.c.submitter == submitter, import_rows.c.event == event).group_by(import_rows.c.profile)
    return int(tx.execute(query.order_by(rows.desc()).limit(1)).scalar() or 0)


def free_rows(tx: Connection, submitter: str, event: int) -> None:
    """Forgets the rows of an event (its row id), whatever profile recorded them: it was declared wrong."""
    tx.execute(delete(import_rows).where(import_rows.c.submitter == submitter, import_rows.c.event == event))


_COLUMNS = (
    imports.c.id, imports.c.owner, imports.c.submitter, imports.c.sha256, imports.c.profile, imports.c.created_at,
    imports.c.result,
)  # fmt: skip


def _import(row: Any) -> Import:
    return Import(
        id=row.id, owner=row.owner, submitter=row.submitter, sha256=row.sha256, profile=row.profile, created_at=row.created_at,
        result=json.loads(row.result),
    )  # fmt: skip


def _text(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))
