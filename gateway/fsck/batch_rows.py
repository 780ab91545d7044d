"""
Batches: the tree over the leaves of its events, its root, size, scope and suite, and that no place of a member is left out.

Which leaf is whose is asked of the tree: two events that changed places differ from it both. A batch whose place was given up to
another head keeps its tree and has no events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, union

from certs.merkle import tree_levels
from certs.number import Number
from certs.suites import NAMES, hash_function
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Report
from gateway.fsck.pages import rows_by
from gateway.store.batches import HASH_BYTES, is_adopted
from gateway.store.tables import adoptions, batches, certificates, events, evidence

PAGE: Final = 16  # batches with their trees of at most 640 kB
ON_CHAIN: Final = ("included", "final", "issued")


def check_batches(tx: Connection, expected: Expected, report: Report) -> None:
    """Every batch with its leaves, and the places between them."""
    leaves = _leaves(tx)
    following = next(leaves, None)
    for batch in rows_by(tx, _batches(), batches.c.id, page=PAGE):
        report.looked("batches", 1)
        while following is not None and following[0] < batch.id:
            report.differs("events", f"batch {following[0]}", "row.orphan")
            following = next(leaves, None)
        own: list[Row[Any]] = []
        if following is not None and following[0] == batch.id:
            own, following = following[1], next(leaves, None)
        _check_batch(batch, own, expected, report)
    while following is not None:
        report.differs("events", f"batch {following[0]}", "row.orphan")
        following = next(leaves, None)
    _check_places(tx, expected, report)


def _batches() -> Any:
    editions = select(func.count()).where(evidence.c.batch_id == batches.c.id).scalar_subquery()
    return select(batches, is_adopted().label("adopted"), editions.label("editions"))


def _leaves(tx: Connection) -> Iterator[tuple[int, list[Row[Any]]]]:
    """The events of each batch in leaf order, at most one batch's in memory."""
    columns = (
        events.c.batch_id,
        events.c.leaf_index,
        events.c.id,
        events.c.leaf,
        events.c.scope,
        events.c.member,
        events.c.suite,
    )
    query = select(*columns, certificates.c.number).outerjoin(certificates, certificates.c.event == events.c.id)
    rows = rows_by(tx, query.where(events.c.batch_id.is_not(None)), events.c.batch_id, events.c.leaf_index, page=5_000)
    for batch_id, own in groupby(rows, key=lambda row: row.batch_id):
        yield batch_id, list(own)


def _check_batch(batch: Row[Any], own: Sequence[Row[Any]], expected: Expected, report: Report) -> None:
    name = f"{batch.id} ({expected.place(batch.member, batch.seq)})"
    for what in _tree_faults(batch):
        report.differs("batches", name, what)
    if (batch.state in ON_CHAIN) != all((batch.transaction_hash, batch.block_number, batch.block_hash)):
        report.differs("batches", name, "batch.block")
    if batch.state == "issued" and not batch.editions:
        report.missing("evidence", f"batch {name}", "evidence.missing")
    if batch.adopted:
        if own or batch.state != "halted":
            report.differs("batches", name, "batch.adopted")
        return
    _check_leaves(batch, name, own, report)
    if batch.state == "issued":
        for row in own:
            if row.number is None:
                code = expected.codes.get(batch.member, batch.member)
                number = Number(expected.consortium.prefix, code, batch.seq, row.leaf_index)
                report.missing("certificates", f"{number} (event {row.id})", "certificate.missing")


def _tree_faults(batch: Row[Any]) -> Iterator[str]:
    """Whether the stored levels follow from the stored leaves and end in the root."""
    if batch.suite not in NAMES:
        yield "batch.suite"
        return
    if not _has_length(batch):
        yield "batch.size"
        return
    nodes = [batch.tree[at : at + HASH_BYTES] for at in range(0, batch.size * HASH_BYTES, HASH_BYTES)]
    levels = tree_levels(nodes, hash_function(batch.suite))
    if b"".join(node for level in levels for node in level) != batch.tree:
        yield "batch.tree"
    if levels[-1][0] != batch.root:
        yield "batch.root"


def _has_length(batch: Row[Any]) -> bool:
    """Whether the tree has as many nodes as one over `size` leaves. A number that was edited to a huge one costs nothing."""
    count, width = 0, batch.size
    while width > 1:
        count, width = count + width, (width + 1) // 2
    return len(batch.tree) == (count + 1) * HASH_BYTES


def _check_leaves(batch: Row[Any], name: str, own: Sequence[Row[Any]], report: Report) -> None:
    found = {row.leaf_index for row in own}
    stored = len(batch.tree) // HASH_BYTES
    for index in range(min(batch.size, stored)):
        if index not in found:
            report.missing("events", f"batch {name} leaf {index}", "leaf.missing")
    scope = 0
    for row in own:
        scope |= int.from_bytes(row.scope, "big")
        at = row.leaf_index * HASH_BYTES
        if not 0 <= row.leaf_index < batch.size:
            report.differs("events", row.id, "leaf.index")
        elif batch.tree[at : at + HASH_BYTES] != row.leaf:
            report.differs("events", row.id, "leaf.place")
        if (row.member, row.suite) != (batch.member, batch.suite):
            report.differs("batches", name, "batch.member")
    if len(found) == batch.size and scope != int.from_bytes(batch.scope, "big"):
        report.differs("batches", name, "batch.scope")


def _check_places(tx: Connection, expected: Expected, report: Report) -> None:
    """From 1 on, every seq of a member is a batch of this store, or one that a person accepted."""
    both = union(select(batches.c.member, batches.c.seq), select(adoptions.c.member, adoptions.c.seq)).subquery()
    member, last = "", 0
    for row in rows_by(tx, select(both), both.c.member, both.c.seq, page=5_000):
        last = last if row.member == member else 0
        if row.seq > last + 1:
            report.missing("batches", expected.place(row.member, span(last + 1, row.seq - 1)), "batch.gap")
        member, last = row.member, row.seq


def span(first: int, last: int) -> str:
    """One number, or the first and the last of many."""
    return str(first) if first == last else f"{first}–{last}"
