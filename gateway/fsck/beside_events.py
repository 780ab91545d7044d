"""
What hangs on an event: its index row and code keys, the units of its item tree, and the corrections that it declares.

The index is derived with the Digital Link hosts of the settings; an event that came under other hosts may be indexed otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from certs.errors import CertError
from certs.suites import NAMES, SHA256, hash_function
from gateway.fsck.findings import Report
from gateway.fsck.item_tree import GrowingTree
from gateway.fsck.pages import Beside, rows_by
from gateway.intake.index import index_row
from gateway.pipeline.correct import BY
from gateway.store.event_index import IndexRow
from gateway.store.reseal import tolerant
from gateway.store.salts import UNREADABLE
from gateway.store.tables import acts, corrections, event_codes, event_index, items

_COLUMNS: Final = tuple(name for name in IndexRow.__slots__ if name != "keys")
_UNITS: Final = 5_000  # of a page: short rows


class BesideEvents:
    """The rows of four tables, walked beside the events in the order of their ids."""

    def __init__(self, tx: Connection, hosts: Collection[str], report: Report) -> None:
        self._hosts = hosts
        self._report = report
        declared = select(corrections, acts.c.asked_by).outerjoin(acts, acts.c.id == corrections.c.act_id)
        code_keys = (event_codes.c.event, event_codes.c.code, event_codes.c.role)
        unit_keys = (items.c.event, items.c.position)
        declared_keys = (corrections.c.declaration, corrections.c.position)
        self._index = self._beside("event_index", "event", rows_by(tx, select(event_index), event_index.c.event))
        self._codes = self._beside("event_codes", "event", rows_by(tx, select(event_codes), *code_keys, page=_UNITS))
        self._items = self._beside("items", "event", rows_by(tx, select(*map(tolerant, items.c)), *unit_keys, page=_UNITS))
        self._corrections = self._beside("corrections", "declaration", rows_by(tx, declared, *declared_keys))

    def check(self, row: Row[Any], public: dict[str, Any] | None, event: dict[str, Any] | None) -> None:
        """The rows of one event. `public` is its public body and `event` the whole of it, None where a salt was deleted."""
        self._check_index(row, list(self._index.of(row.id)), list(self._codes.of(row.id)), public, event)
        self._check_items(row, self._items.of(row.id), public)
        self._check_corrections(row, list(self._corrections.of(row.id)), event)

    def rest(self) -> None:
        """Rows of events that there are not."""
        for beside in (self._index, self._codes, self._items, self._corrections):
            beside.rest()

    def _beside(self, table: str, key: str, rows: Iterator[Row[Any]]) -> Beside:
        return Beside(rows, key, table=table, report=self._report)

    def _check_index(
        self,
        row: Row[Any],
        index: list[Row[Any]],
        codes: list[Row[Any]],
        public: dict[str, Any] | None,
        event: dict[str, Any] | None,
    ) -> None:
        if not index:
            self._report.missing("event_index", f"event {row.id}", "index.missing")
            return
        if (index[0].submitter, index[0].received_at) != (row.submitter, row.received_at):
            self._report.differs("event_index", f"event {row.id}", "index.event")
        if public is None or event is None:
            return
        try:
            wanted = index_row(event, codes=public["codes"], hosts=self._hosts)
        except (CertError, ValueError, TypeError, KeyError, AttributeError):
            self._report.unchecked("event_index", f"event {row.id}", "index.underivable")
            return
        for name in _COLUMNS:
            if index[0]._mapping[name] != getattr(wanted, name):
                self._report.differs("event_index", f"event {row.id} {name}", "index.column")
        stored = {(found.code, found.role) for found in codes}
        for code, role in sorted(set(wanted.keys) - stored):
            self._report.missing("event_codes", f"event {row.id} {role} {code}", "codes.missing")
        for code, role in sorted(stored - set(wanted.keys)):
            self._report.differs("event_codes", f"event {row.id} {role} {code}", "codes.surplus")

    def _check_items(self, row: Row[Any], units: Iterator[Row[Any]], public: dict[str, Any] | None) -> None:
        tree, whole = self._grown(row, units)
        stated = None if public is None else public.get("items", {"size": 0})
        if not isinstance(stated, dict) or not isinstance(stated.get("size"), int):
            return  # hidden; or such a body is a finding of its own
        for position in range(tree.size, min(stated["size"], tree.size + 1)):
            self._report.missing("items", f"event {row.id} position {position}", "item.missing")
        if tree.size > stated["size"]:
            self._report.differs("items", f"event {row.id}", "item.surplus")
        elif whole and tree.size == stated["size"] > 0 and "0x" + tree.root().hex() != stated.get("root"):
            self._report.differs("items", f"event {row.id}", "item.root")

    def _grown(self, row: Row[Any], units: Iterator[Row[Any]]) -> tuple[GrowingTree, bool]:
        """The tree of an event's units, and whether all of them are there with their salts."""
        tree, whole = GrowingTree(hash_function(row.suite if row.suite in NAMES else SHA256)), True
        for unit in units:
            if unit.position > tree.size:
                self._report.missing("items", f"event {row.id} position {tree.size}", "item.missing")
            if unit.salt == UNREADABLE:
                self._report.differs("items", f"event {row.id} position {unit.position}", "item.salt")
            elif not any(unit.salt):
                self._report.deleted("items", f"event {row.id} position {unit.position}", "deleted.item")
            whole = whole and unit.position == tree.size and any(unit.salt) and unit.salt != UNREADABLE
            tree.add(unit.salt, unit.code)
            tree.size = unit.position + 1
        return tree, whole

    def _check_corrections(self, row: Row[Any], stored: list[Row[Any]], event: dict[str, Any] | None) -> None:
        for found in stored:
            if (found.member, found.submitter, found.wrong_id) != (row.member, row.submitter, row.event_id):
                self._report.differs("corrections", f"declaration {row.id} position {found.position}", "correction.event")
            if found.act_id is not None and found.asked_by != BY:
                self._report.differs("corrections", f"declaration {row.id} position {found.position}", "correction.act")
        declared = {} if event is None else event.get("errorDeclaration", {})
        ids = declared.get("correctiveEventIDs", []) if isinstance(declared, dict) else None
        if event is None or not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
            return  # hidden; or such an event is a finding of its own
        wanted = dict(enumerate(dict.fromkeys(ids)))
        named = {found.position: found.corrective_id for found in stored}
        for position in sorted(wanted.keys() - named.keys()):
            self._report.missing("corrections", f"declaration {row.id} position {position}", "correction.missing")
        for position, corrective in named.items():
            if wanted.get(position) != corrective:
                self._report.differs("corrections", f"declaration {row.id} position {position}", "correction.named")
