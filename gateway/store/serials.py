"""
Which lot a serialised unit belongs to (serial_lots), and the serial files (码清单) that were sent ahead of their event.

The first statement about a unit stands, whoever makes it; nobody overwrites another's. What a file said and no event has cited is
its submitter's to say anew, and an error declaration takes back what the wrong event had said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from gateway.store.tables import serial_files, serial_lots

_CHUNK = 500  # SQLite's parameter limit is 999 in old builds


@dataclass(frozen=True, slots=True)
class Registered:
    """What is known of a unit: its lot, who said so, and the event row that did; None: a file that no event cites yet."""

    lot: str
    submitter: str
    event: int | None

    def may_change(self, submitter: str) -> bool:
        """Whether it rests on nothing but an uncited file of this submitter."""
        return self.event is None and self.submitter == submitter


@dataclass(frozen=True, slots=True)
class SerialFile:
    """A stored serial file: the activated units in the file's order, with their lots, and how many were issued and voided."""

    sha256: bytes
    codes: tuple[str, ...]
    issued: int
    voided: int


def registered(tx: Connection, codes: Collection[str]) -> dict[str, Registered]:
    """What is known of these units, by their code without lot."""
    known: dict[str, Registered] = {}
    for chunk in _chunks(codes):
        query = select(serial_lots.c.code, serial_lots.c.lot, serial_lots.c.submitter, serial_lots.c.event)
        known |= {row[0]: Registered(*row[1:]) for row in tx.execute(query.where(serial_lots.c.code.in_(chunk)))}
    return known


def register(tx: Connection, lots: Mapping[str, str], *, submitter: str, event: int | None) -> None:
    """Keeps the lots of units, by their code without lot. One that is known already stays, unless it may change."""
    known = registered(tx, lots)
    changing = [code for code, found in known.items() if found.may_change(submitter)]
    for chunk in _chunks(changing):
        tx.execute(delete(serial_lots).where(serial_lots.c.code.in_(chunk)))
    settled = known.keys() - set(changing)
    rows = [
        {"code": code, "lot": lot, "submitter": submitter, "event": event} for code, lot in lots.items() if code not in settled
    ]
    if rows:
        tx.execute(insert(serial_lots), rows)


def release(tx: Connection, event_rows: Collection[int]) -> None:
    """Forgets what these events said of units: it was declared to be wrong."""
    for chunk in _chunks(event_rows):
        tx.execute(delete(serial_lots).where(serial_lots.c.event.in_(chunk)))


def insert_file(tx: Connection, file: SerialFile, *, submitter: str, now: int) -> None:
    """Stores a serial file; (submitter, sha256) must be new."""
    tx.execute(
        insert(serial_files).values(
            submitter=submitter, sha256=file.sha256, codes="\n".join(file.codes).encode(), issued=file.issued, voided=file.voided,
            received_at=now,
        )
    )  # fmt: skip


def find_file(tx: Connection, submitter: str, sha256: bytes) -> SerialFile | None:
    """The serial file of this submitter with this hash, or None."""
    query = select(serial_files.c.codes, serial_files.c.issued, serial_files.c.voided).where(
        serial_files.c.submitter == submitter, serial_files.c.sha256 == sha256
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else SerialFile(sha256, tuple(row.codes.decode().split("\n")), row.issued, row.voided)


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
