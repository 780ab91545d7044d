"""Registered enterprises: who may submit, and the member (主管单位) under which their events close."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from gateway.store.tables import enterprises


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise by its USCC; `member` is its member's USCC, `gln` its 13-digit location number where it has one."""

    uscc: str
    name: str
    kind: str
    member: str
    gln: str | None = None


def register(tx: Connection, enterprise: Enterprise) -> None:
    """Adds an enterprise, or brings a registered one up to date; events already taken keep the member they closed under."""
    values = {"name": enterprise.name, "kind": enterprise.kind, "member": enterprise.member, "gln": enterprise.gln}
    changed = tx.execute(update(enterprises).where(enterprises.c.uscc == enterprise.uscc).values(values))
    if changed.rowcount == 0:
        tx.execute(insert(enterprises).values(uscc=enterprise.uscc, **values))


def members_of(tx: Connection, usccs: Collection[str]) -> dict[str, str]:
    """USCC of each registered enterprise among `usccs` → USCC of its member."""
    wanted = sorted(set(usccs))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), 500):  # SQLite's parameter limit is 999 in old builds
        chunk = wanted[start : start + 500]
        query = select(enterprises.c.uscc, enterprises.c.member).where(enterprises.c.uscc.in_(chunk))
        found.update({row.uscc: row.member for row in tx.execute(query)})
    return found
