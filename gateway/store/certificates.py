"""
Evidence editions and issued numbers, and the rows a certificate is rendered from.

An edition is never overwritten: after a rewind a re-included anchor gets the next one (PROTOCOL.md §4), and a number keeps
meaning the same leaf for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, exists, func, insert, select

from gateway.store import acts
from gateway.store.batches import is_adopted
from gateway.store.tables import batches, certificates, events, evidence


@dataclass(frozen=True, slots=True)
class Edition:
    """One proof package of a batch: its number from 1, the anchoring transaction's hash, EVIDENCE as JCS bytes."""

    edition: int
    transaction_hash: bytes
    package: bytes


@dataclass(frozen=True, slots=True)
class Issued:
    """A number and the leaf it names. `event_row` is the row id in `events`; `owner` the submitter's USCC."""

    number: str
    event_row: int
    batch_id: int
    leaf_index: int
    issued_at: int
    member: str
    submitter: str
    seq: int


def add_edition(tx: Connection, batch_id: int, *, transaction_hash: bytes, package: bytes, now: int) -> int:
    """Stores a proof package and returns its edition. The package that is already the current edition is not stored again."""
    current = current_edition(tx, batch_id)
    if current is not None and (current.transaction_hash, current.package) == (transaction_hash, package):
        return current.edition
    edition = 1 if current is None else current.edition + 1
    tx.execute(
        insert(evidence).values(
            batch_id=batch_id, edition=edition, transaction_hash=transaction_hash, package=package, made_at=now
        )
    )
    return edition


def current_edition(tx: Connection, batch_id: int) -> Edition | None:
    """The newest edition of a batch's evidence, or None."""
    query = (
        select(evidence.c.edition, evidence.c.transaction_hash, evidence.c.package)
        .where(evidence.c.batch_id == batch_id)
        .order_by(evidence.c.edition.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Edition(*row)


def rewound(tx: Connection) -> bool:
    """Whether an anchor that once was final, for its evidence is stored, is now on its way again; or an act is.

    Also one that is final again and not issued again: a staple would show it in another block than its current edition does.
    """
    query = (
        select(batches.c.id)
        .where(batches.c.state.in_(("closed", "signed", "included", "final", "halted")))
        .where(exists().where(evidence.c.batch_id == batches.c.id), ~is_adopted())
        .limit(1)
    )
    return tx.execute(query).first() is not None or acts.any_rewound(tx)


def leaf_rows(tx: Connection, batch_id: int) -> list[tuple[int, int]]:
    """(leaf index, event row id) of a batch, in leaf order."""
    query = select(events.c.leaf_index, events.c.id).where(events.c.batch_id == batch_id).order_by(events.c.leaf_index)
    return [(row.leaf_index, row.id) for row in tx.execute(query)]


def issue(tx: Connection, batch_id: int, numbers: Sequence[tuple[str, int, int]], *, now: int) -> None:
    """Adds the numbers of a batch, (number, event row id, leaf index) each. A number given before stays as it is."""
    known = tx.execute(select(func.count()).where(certificates.c.batch_id == batch_id)).scalar_one()
    if known:  # re-issued after a rewind: the leaves are the same, so the numbers are
        return
    rows = [
        {"number": number, "event": event, "batch_id": batch_id, "leaf_index": index, "issued_at": now}
        for number, event, index in numbers
    ]
    tx.execute(insert(certificates), rows)


def find(tx: Connection, number: str) -> Issued | None:
    """The certificate of this number, or None: nothing of that number was ever issued."""
    query = (
        select(
            certificates.c.number, certificates.c.event, certificates.c.batch_id, certificates.c.leaf_index,
            certificates.c.issued_at, batches.c.member, events.c.submitter, batches.c.seq,
        )
        .select_from(certificates)
        .join(batches, certificates.c.batch_id == batches.c.id)
        .join(events, certificates.c.event == events.c.id)
        .where(certificates.c.number == number)
    )  # fmt: skip
    row = tx.execute(query).one_or_none()
    return None if row is None else Issued(*row)


def event_row(tx: Connection, row_id: int) -> Row[tuple[object, ...]]:
    """The whole stored event of this row id, which exists."""
    return tx.execute(select(events).where(events.c.id == row_id)).one()
