"""
Registered enterprises: who may submit, and the member (主管单位) under which their events close.

An enterprise is never deleted. One that submits no more is closed, and opened again by registering it anew; what it submitted
stays under the member it closed under.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from gateway.store.tables import closures, enterprises


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise by its USCC; `member` is its member's USCC, `gln` its 13-digit location number where it has one.

    `closed_at` is when it was closed, seconds since 1970, or None while it may submit.
    """

    uscc: str
    name: str
    kind: str
    member: str
    gln: str | None = None
    closed_at: int | None = None


def register(tx: Connection, enterprise: Enterprise) -> bool:
    """Adds an enterprise (True), or brings a registered one up to date and opens it; events already taken keep their member."""
    values = {"name": enterprise.name, "kind": enterprise.kind, "member": enterprise.member, "gln": enterprise.gln}
    changed = tx.execute(update(enterprises).where(enterprises.c.uscc == enterprise.uscc).values(values))
    if changed.rowcount == 0:
        tx.execute(insert(enterprises).values(uscc=enterprise.uscc, **values))
        return True
    tx.execute(delete(closures).where(closures.c.enterprise == enterprise.uscc))
    return False


def close(tx: Connection, uscc: str, *, now: int) -> bool:
    """Closes a registered enterprise; False when there is none. One that is closed keeps the time it was closed at."""
    found = find(tx, uscc)
    if found is not None and found.closed_at is None:
        tx.execute(insert(closures).values(enterprise=uscc, closed_at=now))
    return found is not None


def find(tx: Connection, uscc: str) -> Enterprise | None:
    """The enterprise of this USCC, open or closed, or None."""
    return registered(tx, [uscc]).get(uscc)


def registered(tx: Connection, usccs: Collection[str]) -> dict[str, Enterprise]:
    """Each registered enterprise among `usccs`, open or closed, by its USCC."""
    wanted = sorted(set(usccs))
    chunks = [wanted[start : start + 500] for start in range(0, len(wanted), 500)]  # SQLite's parameter limit was 999
    found = [_of(tx, _joined().where(enterprises.c.uscc.in_(chunk))) for chunk in chunks]
    return {enterprise.uscc: enterprise for listed in found for enterprise in listed}


def listed(tx: Connection, *, member: str | None = None, after: str = "", limit: int) -> list[Enterprise]:
    """Up to `limit` enterprises by USCC, those after one, of all members or of one."""
    query = _joined().where(enterprises.c.uscc > after).order_by(enterprises.c.uscc).limit(limit)
    return _of(tx, query if member is None else query.where(enterprises.c.member == member))


def _joined() -> Select[Any]:
    columns = (enterprises.c.uscc, enterprises.c.name, enterprises.c.kind, enterprises.c.member, enterprises.c.gln)
    return select(*columns, closures.c.closed_at).select_from(enterprises).outerjoin(closures)


def _of(tx: Connection, query: Select[Any]) -> list[Enterprise]:
    return [Enterprise(*tuple(row)) for row in tx.execute(query)]
