"""
Captures: what was answered for each accepted request body, event by event. The result never holds an event, only outcomes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from gateway.store.tables import captures


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One capture job. `owner` is the USCC of the key's owner, times are seconds since 1970, `result` one outcome an event."""

    id: str
    owner: str
    document_sha256: bytes
    error_behaviour: str
    created_at: int
    finished_at: int
    result: list[dict[str, Any]]


def open_capture(tx: Connection, capture: Capture) -> None:
    """Stores the capture first, so that its events can refer to it; `finish_capture` follows in the same transaction."""
    tx.execute(
        insert(captures).values(
            id=capture.id, owner=capture.owner, document_sha256=capture.document_sha256, error_behaviour=capture.error_behaviour,
            created_at=capture.created_at, finished_at=capture.finished_at, result=_text(capture.result),
        )
    )  # fmt: skip


def finish_capture(tx: Connection, capture_id: str, result: list[dict[str, Any]]) -> None:
    """Writes what became of each event."""
    tx.execute(update(captures).where(captures.c.id == capture_id).values(result=_text(result)))


def find_capture(tx: Connection, capture_id: str) -> Capture | None:
    """The capture of this id, or None."""
    row = tx.execute(select(captures).where(captures.c.id == capture_id)).one_or_none()
    if row is None:
        return None
    return Capture(
        id=row.id, owner=row.owner, document_sha256=row.document_sha256, error_behaviour=row.error_behaviour,
        created_at=row.created_at, finished_at=row.finished_at, result=json.loads(row.result),
    )  # fmt: skip


def _text(result: list[dict[str, Any]]) -> str:
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))
