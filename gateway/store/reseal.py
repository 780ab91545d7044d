"""
Which keys the stored salts are sealed under, and bringing all of them under the first key, while the gateway goes on.

A page a transaction: killed half way, it is simply run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    bindparam,
    func,
    select,
    tuple_,
    type_coerce,
    update,
)

from gateway.store.database import Database
from gateway.store.errors import StoreUnfit
from gateway.store.salts import KEY_ID_BYTES, SALT_BYTES, SEALED_BYTES, Salt
from gateway.store.tables import events, items

PLAIN: Final = b""  # what stands for a key id where a salt is not sealed
_PAGE: Final = 500
_COLUMNS: Final[tuple[Column[Any], ...]] = (events.c.public_salt, events.c.bureaus_salt, events.c.submitter_salt, items.c.salt)


@dataclass(frozen=True, slots=True)
class Place:
    """A table of salts: its columns of salts and the key that its rows are walked by."""

    salts: tuple[Column[Any], ...]
    key: tuple[Column[Any], ...]


_PLACES: Final = (Place(_COLUMNS[:3], (events.c.id,)), Place(_COLUMNS[3:], (items.c.event, items.c.position)))


def sealed_under(tx: Connection) -> Counter[bytes]:
    """How many salts there are under each key id, `PLAIN` for those not sealed; deleted ones are not counted."""
    found: Counter[bytes] = Counter()
    for column in _COLUMNS:
        raw = _raw(column)
        length, key = func.length(raw), func.substr(raw, 1, KEY_ID_BYTES, type_=LargeBinary)
        sealed = select(key, func.count()).where(length == SEALED_BYTES).group_by(key)
        found.update({bytes(id_): count for id_, count in tx.execute(sealed)})
        plain = select(func.count()).where(length == SALT_BYTES, raw != bytes(SALT_BYTES))
        found[PLAIN] += tx.execute(plain).scalar_one()
    return +found


def check_salt_keys(database: Database) -> None:
    """Looks at the oldest and the newest salts. Raises `StoreUnfit` `store.salt.key` when the key of one is not held."""
    with database.read() as tx:
        ids = database.salt_keys.ids
        for place in _PLACES:
            for last in (False, True):
                order = [key.desc() if last else key.asc() for key in place.key]
                row = tx.execute(select(*map(_raw, place.salts)).order_by(*order).limit(1)).first()
                if row is not None and any(len(salt) == SEALED_BYTES and salt[:KEY_ID_BYTES] not in ids for salt in row):
                    raise StoreUnfit("store.salt.key")


def reseal(database: Database, *, page: int = _PAGE) -> Iterator[int]:
    """Seals every stored salt under the first key; gives, page after page, how many rows it has changed so far.

    Raises `RowEdited` `store.salt` for one that no key opens, and ValueError when there is no key.
    """
    if not database.salt_keys.ids:
        raise ValueError("no key")
    changed = 0
    for place in _PLACES:
        after: tuple[int, ...] | None = None
        while True:
            with database.write() as tx:
                rows = tx.execute(_page(place, after, page)).all()
                changed += _reseal_rows(tx, place, rows, database.salt_keys.ids[0])
            yield changed
            if len(rows) < page:
                break
            after = tuple(rows[-1])[: len(place.key)]


def _page(place: Place, after: tuple[int, ...] | None, page: int) -> Select[Any]:
    salts = [column for salt in place.salts for column in (_raw(salt).label(f"raw_{salt.name}"), salt)]
    query = select(*place.key, *salts).order_by(*place.key).limit(page)
    return query if after is None else query.where(tuple_(*place.key) > tuple_(*after))


def _reseal_rows(tx: Connection, place: Place, rows: Sequence[Row[Any]], current: bytes) -> int:
    stale = [row for row in rows if any(_is_stale(row._mapping[f"raw_{salt.name}"], current) for salt in place.salts)]
    if not stale:
        return 0
    same = [key == bindparam(f"k_{key.name}") for key in place.key]
    statement = update(place.salts[0].table).where(*same).values({salt: bindparam(f"s_{salt.name}") for salt in place.salts})
    tx.execute(
        statement,
        [
            {f"k_{key.name}": row._mapping[key] for key in place.key}
            | {f"s_{salt.name}": row._mapping[salt] for salt in place.salts}
            for row in stale
        ],
    )
    return len(stale)


def _is_stale(stored: bytes, current: bytes) -> bool:
    """Whether a salt is not sealed under the current key; deleted ones stay as they are."""
    return any(stored) and (len(stored) != SEALED_BYTES or stored[:KEY_ID_BYTES] != current)


def _raw(column: ColumnElement[Any]) -> Any:
    """The stored bytes, not opened."""
    return type_coerce(column, LargeBinary)


def tolerant(column: Column[Any]) -> Any:
    """The same column for an auditor: what cannot be opened reads as `salts.UNREADABLE`."""
    kind = column.type
    return type_coerce(column, Salt(kind.use, tolerant=True)).label(column.name) if isinstance(kind, Salt) else column
