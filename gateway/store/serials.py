"""
Which lot a serialised unit belongs to (serial_lots), and the serial files (码清单) that were sent ahead of their event.

Each submitter's first statement about a unit stands for that submitter; nobody overwrites another's, and nobody's keeps another
from stating. For a unit named without its lot the submitter's own statement counts; else the first binding one of others, which
no later one replaces. Binding is what an event says, itself or by the file it cites, whose sender makes such goods
(`gateway.intake.rules.lot_givers`). What a file said and no event has cited is its submitter's to say anew, and an error
declaration takes back what the wrong event had said.
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
    """What a submitter said of a unit: its lot, the event row that said so (None: a file no event cites yet), and if it binds."""

    lot: str
    event: int | None
    binding: bool

    def may_change(self) -> bool:
        """Whether it rests on nothing but an uncited file."""
        return self.event is None


@dataclass(frozen=True, slots=True)
class SerialFile:
    """A stored serial file: the activated units in the file's order, with their lots, and how many were issued and voided."""

    sha256: bytes
    codes: tuple[str, ...]
    issued: int
    voided: int


def registered(tx: Connection, codes: Collection[str], *, submitter: str) -> dict[str, Registered]:
    """What a submitter itself said of these units, by their code without lot."""
    known: dict[str, Registered] = {}
    for chunk in _chunks(codes):
        query = select(serial_lots.c.code, serial_lots.c.lot, serial_lots.c.event, serial_lots.c.binding).where(
            serial_lots.c.code.in_(chunk), serial_lots.c.submitter == submitter
        )
        known |= {row.code: Registered(row.lot, row.event, bool(row.binding)) for row in tx.execute(query)}
    return known


def binding_lots(tx: Connection, codes: Collection[str]) -> dict[str, str]:
    """The lots of units by the first binding statement about each, whoever made it."""
    found: dict[str, str] = {}
    for chunk in _chunks(codes):
        query = select(serial_lots.c.code, serial_lots.c.lot).where(serial_lots.c.code.in_(chunk), serial_lots.c.binding == 1)
        for code, lot in tx.execute(query.order_by(serial_lots.c.event)):
            found.setdefault(code, lot)
    return found


def stated_lots(tx: Connection, codes: Collection[str]) -> dict[str, set[str]]:
    """Every lot that anybody gave these units, to search by."""
    found: dict[str, set[str]] = {}
    for chunk in _chunks(codes):
        query = select(serial_lots.c.code, serial_lots.c.lot).where(serial_lots.c.code.in_(chunk)).distinct()
        for code, lot in tx.execute(query):
            found.setdefault(code, set()).add(lot)
    return found


def register(tx: Connection, lots: Mapping[str, str], *, submitter: str, event: int | None, binding: bool) -> None:
    """Keeps the lots of units, by their code without lot. What the submitter said before stays, unless it may change.

    The same lot said again in a binding way makes the statement binding. What no event says cannot be binding.
    """
    known = registered(tx, lots, submitter=submitter)
    changing = [
        code for code, found in known.items()
        if found.may_change() or (binding and not found.binding and found.lot == lots[code])
    ]  # fmt: skip
    for chunk in _chunks(changing):
        tx.execute(delete(serial_lots).where(serial_lots.c.code.in_(chunk), serial_lots.c.submitter == submitter))
    settled = known.keys() - set(changing)
    rows = [
        {"code": code, "submitter": submitter, "lot": lot, "event": event, "binding": int(binding)}
        for code, lot in lots.items()
        if code not in settled
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
