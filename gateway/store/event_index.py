"""
What events are asked by: one index row an event, its code keys, and pages of the answer in a fixed order.

A page is read by place, never by number: everything after (time or arrival, row id) of the last event shown, up to the newest row
that the first page saw. So events that arrive while somebody pages are in no page, and each event that was there is in one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, exists, func, insert, or_, select, tuple_, union

from certs.codes import Code, parse_code
from certs.errors import MalformedCertificate
from gateway.store.serials import stated_lots
from gateway.store.tables import event_codes, event_index, events, items

ROLES: Final = ("epc", "parent", "child", "input", "output")
TIME: Final = "time_ms"
ARRIVAL: Final = "received_at"
_GTIN_KEY: Final = 17  # characters of 01/<14 digits>


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """What is kept of one event to find it by. `time_ms` is its eventTime in milliseconds, `keys` pairs of code key and role."""

    type: str
    time_ms: int
    action: str | None
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    read_site: str | None
    biz_location: str | None
    biz_site: str | None
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CodesAsked:
    """Events that name one of these codes, or URIs of things without a code, in one of these roles."""

    keys: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacesAsked:
    """Events at one of these places (URI and the site it lies in), or anywhere in one of these sites. `of`: `read` or `biz`."""

    of: str
    exact: tuple[tuple[str, str], ...] = ()
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One question. Its conditions hold together; each gives the values of which one must be met. Times: since ≤ t < before.

    `order` is `TIME` or `ARRIVAL`; `equals` goes by column name.
    """

    equals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    codes: tuple[CodesAsked, ...] = ()
    places: tuple[PlacesAsked, ...] = ()
    event_ids: tuple[str, ...] = ()
    declares: bool = False
    since: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, int] = field(default_factory=dict)
    order: str = TIME
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Position:
    """Where an event stands in the order: its time in ms or its arrival in s, then its row id."""

    value: int
    row_id: int


@dataclass(frozen=True, slots=True)
class Bodies:
    """One event as stored: JCS bytes of its tiers' bodies; `received_at` in seconds since 1970."""

    row_id: int
    event_id: str
    submitter: str
    received_at: int
    public: bytes
    bureaus: bytes
    submitter_own: bytes


_INSERT_INDEX, _INSERT_CODES = insert(event_index), insert(event_codes)


def insert_index(tx: Connection, row_id: int, row: IndexRow, *, submitter: str, received_at: int) -> None:
    """Indexes a stored event, in the transaction that stored it."""
    values = {name: getattr(row, name) for name in IndexRow.__slots__ if name != "keys"}
    tx.execute(_INSERT_INDEX, {"event": row_id, "submitter": submitter, "received_at": received_at, **values})
    if row.keys:
        tx.execute(_INSERT_CODES, [{"code": code, "event": row_id, "role": role} for code, role in row.keys])


def newest(tx: Connection) -> int:
    """The row id of the newest indexed event, 0 where there is none."""
    return int(tx.execute(select(func.coalesce(func.max(event_index.c.event), 0))).scalar_one())


def with_lots(tx: Connection, keys: Collection[str]) -> tuple[str, ...]:
    """The codes, and for an item whose lot the gateway knows its other spelling: without the lot, or with it."""
    found = dict.fromkeys(keys)
    units = {str(Code(gtin=code.gtin, serial=code.serial)): code for code in map(_item, keys) if code is not None}
    for unit, lots in stated_lots(tx, units).items():
        code = units[unit]
        for lot in sorted(lots):
            if code.lot in (None, lot):  # a code with another lot names another thing: it finds nothing
                found.update(dict.fromkeys((unit, str(Code(code.gtin, lot, code.serial)))))
    return tuple(found)


def page_query(search: Search, *, submitter: str | None, top: int, after: Position | None, limit: int) -> Select[Any]:
    """The statement of a page: (position's value, row id), at most `limit`, of rows up to `top` and after a position.

    `submitter` keeps it to one submitter's events, None is everybody's.
    """
    order, row_id = event_index.c[search.order], event_index.c.event
    conditions = [row_id <= top, *_conditions(search, submitter)]
    if after is not None:
        place, last = tuple_(order, row_id), tuple_(after.value, after.row_id)
        conditions.append(place < last if search.descending else place > last)
    by = (order.desc(), row_id.desc()) if search.descending else (order, row_id)
    return select(order, row_id).where(*conditions).order_by(*by).limit(limit)


def find_page(
    tx: Connection, search: Search, *, submitter: str | None, top: int, after: Position | None, limit: int
) -> list[Position]:
    """The events of a page, in order."""
    query = page_query(search, submitter=submitter, top=top, after=after, limit=limit)
    return [Position(*row) for row in tx.execute(query)]


def bodies_of(tx: Connection, row_ids: Sequence[int]) -> dict[int, Bodies]:
    """Stored bodies by row id, of at most 500 events."""
    columns = ("id", "event_id", "submitter", "received_at", "public_body", "bureaus_body", "submitter_body")
    query = select(*(events.c[name] for name in columns)).where(events.c.id.in_(list(row_ids)))
    return {row.id: Bodies(*row) for row in tx.execute(query)}


def _conditions(search: Search, submitter: str | None) -> Iterator[ColumnElement[bool]]:
    by_name = bool(search.codes or search.event_ids)
    if submitter is not None:
        yield _column("submitter", by_name=by_name) == submitter
    for name, values in search.equals.items():
        yield _column(name, by_name=by_name).in_(values)
    for places in search.places:
        yield _at(places, by_name=by_name)
    for codes in search.codes:
        yield event_index.c.event.in_(select(_naming(codes).c.event))
    if search.event_ids:
        yield event_index.c.event.in_(select(events.c.id).where(events.c.event_id.in_(search.event_ids)))
    if search.declares:
        yield exists().where(events.c.id == event_index.c.event, events.c.declares == 1)
    for name, moment in search.since.items():
        yield event_index.c[name] >= moment
    for name, moment in search.before.items():
        yield event_index.c[name] < moment


def _column(name: str, *, by_name: bool) -> ColumnElement[str]:
    """A text column; where few events are named by code or id it is written so that no index leads the search away from them."""
    column: ColumnElement[str] = event_index.c[name]
    return column.concat("") if by_name else column


def _at(places: PlacesAsked, *, by_name: bool) -> ColumnElement[bool]:
    """A place decides its site, so that one index, by site, serves both ways of asking."""
    point = event_index.c["read_point" if places.of == "read" else "biz_location"]
    site = _column(f"{places.of}_site", by_name=by_name)
    points = [uri for uri, _ in places.exact]
    either = [*([point.in_(points)] if points else []), *([site.in_(places.within)] if places.within else [])]
    return and_(site.in_(sorted({*places.within, *(of for _, of in places.exact)})), or_(*either))


def _naming(codes: CodesAsked) -> Subquery:
    """Row ids of events that name a code: among their codes, or as an item of their tree whose GTIN they name in that role."""
    named = select(event_codes.c.event).where(event_codes.c.code.in_(codes.keys), event_codes.c.role.in_(codes.roles))
    leaves = (
        select(items.c.event)
        .join(event_codes, event_codes.c.event == items.c.event)
        .where(
            items.c.code.in_(codes.keys),
            event_codes.c.code == func.substr(items.c.code, 1, _GTIN_KEY),
            event_codes.c.role.in_(codes.roles),
        )
    )
    return union(named, leaves).subquery()


def _item(text: str) -> Code | None:
    try:
        code = parse_code(text)
    except MalformedCertificate:  # the URI of a thing without a code
        return None
    return code if code.serial is not None else None
