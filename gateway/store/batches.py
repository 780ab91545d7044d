"""
Batches (上链批次) and the open events they are closed from.

A state is only ever left by compare-and-set: `move` names the states it may start from and fails when the row is in another.
Which state follows which is the pipeline's business; that no row skips a reader's back is this file's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, func, insert, select, tuple_, update

from gateway.store.errors import StateMoved
from gateway.store.tables import adoptions, batches, certificates, events, evidence

HASH_BYTES: Final = 32
SCOPE_BYTES: Final = 8
_WITHOUT_TREE: Final = tuple(column for column in batches.c if column.name != "tree")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch without its tree. `scope` is the uint64; the last three are set from `included` on."""

    id: int
    member: str
    seq: int
    root: bytes
    size: int
    scope: int
    suite: int
    state: str
    closed_at: int
    changed_at: int
    transaction_hash: bytes | None
    block_number: int | None
    block_hash: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A batch and how many rows hang on it; `editions` of evidence, `adopted`: its place was given up to another head."""

    batch: Batch
    adopted: bool
    events: int
    certificates: int
    editions: int


@dataclass(frozen=True, slots=True)
class OpenEvents:
    """What waits under a member: the oldest event's suite, its time of receipt, and how many of that suite wait."""

    suite: int
    oldest_at: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A batch about to be closed. `event_ids` are row ids in leaf order; `tree` all levels concatenated, leaves first."""

    member: str
    seq: int
    root: bytes
    scope: int
    suite: int
    tree: bytes
    event_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """An event's row as far as its leaf depends on it, with what the row says the leaf and the scope are."""

    id: int
    member: str
    suite: int
    public: tuple[bytes, bytes]  # (salt, JCS body)
    bureaus: tuple[bytes, bytes]
    submitter: tuple[bytes, bytes]
    leaf: bytes
    scope: int


def waiting(tx: Connection, member: str) -> OpenEvents | None:
    """The open events of a member, or None when there are none."""
    oldest = tx.execute(_open(member, events.c.suite, events.c.received_at).order_by(events.c.id).limit(1)).one_or_none()
    if oldest is None:
        return None
    count = tx.execute(_open(member, func.count()).where(events.c.suite == oldest.suite)).scalar_one()
    return OpenEvents(oldest.suite, oldest.received_at, count)


def count_open(tx: Connection, members: Collection[str], *, most: int) -> int:
    """How many events of these members are open, counted up to `most`."""
    is_open = events.c.member.in_(members) & (events.c.state == "open")  # as the index has it: never a walk over all events
    found = select(events.c.id).where(is_open).limit(most).subquery()
    return tx.execute(select(func.count()).select_from(found)).scalar_one()


def open_ids(tx: Connection, member: str, suite: int, *, limit: int) -> list[int]:
    """The row ids of the member's oldest open events of a suite."""
    return list(
        tx.execute(_open(member, events.c.id).where(events.c.suite == suite).order_by(events.c.id).limit(limit)).scalars()
    )


def open_records(tx: Connection, ids: Sequence[int]) -> list[StoredRecord]:
    """These events in the order of `ids`. Raises `StateMoved` (`store.event.state`) when one of them is not open."""
    found: dict[int, StoredRecord] = {}
    for start in range(0, len(ids), 500):  # SQLite takes at most 32,766 parameters, older ones 999
        rows = tx.execute(select(events).where(events.c.id.in_(ids[start : start + 500]), events.c.state == "open"))
        found.update((row.id, _record(row)) for row in rows)
    if len(found) != len(ids):
        raise StateMoved("store.event.state")
    return [found[id_] for id_ in ids]


def close(tx: Connection, closing: Closing, *, now: int) -> int:
    """Inserts a `closed` batch and binds its open events to their leaf indices; returns the batch's id.

    Raises `StateMoved` (`store.event.state`) when an event is no longer open: nothing of the transaction may be committed then.
    """
    values = {
        "member": closing.member, "seq": closing.seq, "root": closing.root, "size": len(closing.event_ids),
        "scope": closing.scope.to_bytes(SCOPE_BYTES, "big"), "suite": closing.suite, "tree": closing.tree,
        "state": "closed", "closed_at": now, "changed_at": now,
    }  # fmt: skip
    batch_id: int = tx.execute(insert(batches).values(values).returning(batches.c.id)).scalar_one()
    bound = tx.execute(
        update(events)
        .where(events.c.id == bindparam("row"), events.c.member == closing.member, events.c.state == "open")
        .values(state="closed", batch_id=batch_id, leaf_index=bindparam("place")),
        [{"row": event_id, "place": index} for index, event_id in enumerate(closing.event_ids)],
    )
    if bound.rowcount != len(closing.event_ids):
        raise StateMoved("store.event.state")
    return batch_id


def move(tx: Connection, batch_id: int, *, source: Collection[str], to: str, now: int, **columns: Any) -> None:
    """`source` → `to` with other columns; the compare-and-set of every arrow. Raises `StateMoved` (`store.batch.state`)."""
    moved = tx.execute(
        update(batches).where(batches.c.id == batch_id, batches.c.state.in_(source)).values(state=to, changed_at=now, **columns)
    )
    if moved.rowcount != 1:
        raise StateMoved("store.batch.state", str(batch_id))


def last_seq(tx: Connection, member: str) -> int:
    """The highest seq this store has closed for the member; 0 when it has closed none."""
    return tx.execute(select(func.max(batches.c.seq)).where(batches.c.member == member)).scalar_one() or 0


def in_states(tx: Connection, member: str, *states: str, limit: int) -> list[Batch]:
    """The member's batches in one of these states, lowest seq first."""
    return _batches(tx, select(*_WITHOUT_TREE).where(_is(member, states)).order_by(batches.c.seq).limit(limit))


def any_halted(tx: Connection, member: str | None = None) -> bool:
    """Whether the member's line, or any, waits for a human: the chain holds another head where one of its batches belongs.

    A head that was adopted is settled: its batch stays halted and holds nothing up.
    """
    waits = select(batches.c.id).where(batches.c.state == "halted", ~is_adopted())
    if member is not None:
        waits = waits.where(batches.c.member == member)
    return tx.execute(waits.limit(1)).first() is not None


def is_adopted() -> ColumnElement[bool]:
    """The condition that a batch's place was given up to the head that the chain holds there."""
    return exists().where(adoptions.c.batch_id == batches.c.id)


def newest_in(tx: Connection, member: str, *states: str, limit: int) -> list[Batch]:
    """The member's batches in one of these states, highest seq first."""
    return _batches(tx, select(*_WITHOUT_TREE).where(_is(member, states)).order_by(batches.c.seq.desc()).limit(limit))


def by_seq(tx: Connection, member: str, seq: int) -> Batch | None:
    """The batch (member, seq), or None."""
    found = _batches(tx, select(*_WITHOUT_TREE).where(batches.c.member == member, batches.c.seq == seq))
    return found[0] if found else None


def by_id(tx: Connection, batch_id: int) -> Batch:
    """The batch of this row id, which exists."""
    return _batches(tx, select(*_WITHOUT_TREE).where(batches.c.id == batch_id))[0]


def overview(tx: Connection, *, state: str | None, after: tuple[str, int], limit: int) -> list[Overview]:
    """Batches of a state, or all, of every member, after (member, seq) and in that order."""
    query = _overview().where(tuple_(batches.c.member, batches.c.seq) > tuple_(*after))
    if state is not None:
        query = query.where(batches.c.state == state)
    return [_entry(row) for row in tx.execute(query.order_by(batches.c.member, batches.c.seq).limit(limit))]


def overview_at(tx: Connection, member: str, seq: int) -> Overview | None:
    """The batch (member, seq), or None."""
    row = tx.execute(_overview().where(batches.c.member == member, batches.c.seq == seq)).one_or_none()
    return None if row is None else _entry(row)


def _overview() -> Select[Any]:
    counts = [
        select(func.count()).where(table.c.batch_id == batches.c.id).scalar_subquery().label(table.name)
        for table in (events, certificates, evidence)
    ]
    return select(*_WITHOUT_TREE, is_adopted().label("adopted"), *counts)


def _entry(row: Row[Any]) -> Overview:
    values = dict(row._mapping)
    beside = {"adopted": bool(values.pop("adopted")), "editions": values.pop("evidence")}
    beside |= {name: values.pop(name) for name in ("events", "certificates")}
    return Overview(batch=Batch(**{**values, "scope": int.from_bytes(values["scope"], "big")}), **beside)


def path(tx: Connection, batch_id: int, *, size: int, index: int) -> list[bytes]:
    """The inclusion path of leaf `index`, lowest sibling first: log n slices of the stored tree.

    The tree (640 kB for 10,000 leaves) is read whole: SQLite's substr would read it whole for every slice.
    """
    tree: bytes = tx.execute(select(batches.c.tree).where(batches.c.id == batch_id)).scalar_one()
    nodes, start, width = [], 0, size
    while width > 1:
        sibling = index ^ 1
        if sibling < width:
            at = (start + sibling) * HASH_BYTES
            nodes.append(tree[at : at + HASH_BYTES])
        start, width, index = start + width, (width + 1) // 2, index >> 1
    return nodes


def _open(member: str, *columns: Any) -> Any:
    return select(*columns).where(events.c.member == member, events.c.state == "open")


def _is(member: str, states: Sequence[str]) -> Any:
    return (batches.c.member == member) & batches.c.state.in_(states)


def _batches(tx: Connection, query: Any) -> list[Batch]:
    return [_batch(row) for row in tx.execute(query)]


def _batch(row: Row[Any]) -> Batch:
    values = dict(row._mapping)
    return Batch(**{**values, "scope": int.from_bytes(values["scope"], "big")})


def _record(row: Row[Any]) -> StoredRecord:
    return StoredRecord(
        id=row.id,
        member=row.member,
        suite=row.suite,
        public=(row.public_salt, row.public_body),
        bureaus=(row.bureaus_salt, row.bureaus_body),
        submitter=(row.submitter_salt, row.submitter_body),
        leaf=row.leaf,
        scope=int.from_bytes(row.scope, "big"),
    )
