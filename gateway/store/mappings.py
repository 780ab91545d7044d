"""Mappings (导入方案) of enterprises, by name, as the JSON they came as; `gateway.intake.tables.mapping` reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from certs.canonical import canonical
from gateway.store.tables import mappings


@dataclass(frozen=True, slots=True)
class StoredMapping:
    """One mapping of an enterprise (USCC). `changed_at` in seconds since 1970."""

    enterprise: str
    name: str
    body: dict[str, Any]
    changed_at: int


def put_mapping(tx: Connection, mapping: StoredMapping) -> bool:
    """Stores a mapping (True), or takes the place of the one of that name."""
    place = (mappings.c.enterprise == mapping.enterprise, mappings.c.name == mapping.name)
    values = {"body": canonical(mapping.body).decode(), "changed_at": mapping.changed_at}
    if tx.execute(update(mappings).where(*place).values(values)).rowcount:
        return False
    tx.execute(insert(mappings).values(enterprise=mapping.enterprise, name=mapping.name, **values))
    return True


def get_mapping(tx: Connection, enterprise: str, name: str) -> StoredMapping | None:
    """The enterprise's mapping of this name, or None."""
    query = select(mappings).where(mappings.c.enterprise == enterprise, mappings.c.name == name)
    row = tx.execute(query).one_or_none()
    return None if row is None else StoredMapping(row.enterprise, row.name, json.loads(row.body), row.changed_at)


def list_mappings(tx: Connection, enterprise: str) -> list[StoredMapping]:
    """The enterprise's mappings, by name."""
    query = select(mappings).where(mappings.c.enterprise == enterprise).order_by(mappings.c.name)
    return [StoredMapping(row.enterprise, row.name, json.loads(row.body), row.changed_at) for row in tx.execute(query)]


def delete_mapping(tx: Connection, enterprise: str, name: str) -> bool:
    """Removes a mapping; False when there was none. What was imported by it stays."""
    gone = tx.execute(delete(mappings).where(mappings.c.enterprise == enterprise, mappings.c.name == name))
    return gone.rowcount == 1
