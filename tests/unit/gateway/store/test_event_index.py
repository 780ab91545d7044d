"""The event index: one row an event, pages by place, and never a walk through the events themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.dialects import sqlite

from gateway.store.database import Database, migrate, open_database
from gateway.store.event_index import (
    ARRIVAL,
    ROLES,
    TIME,
    CodesAsked,
    IndexRow,
    PlacesAsked,
    Position,
    Search,
    find_page,
    insert_index,
    newest,
    page_query,
    with_lots,
)
from gateway.store.items import insert_items
from gateway.store.serials import register
from gateway.store.tables import captures, events

GTIN = "01/09521234200024"
SITE = "https://id.gs1.org/414/9521234000020"
EVENTS = 200


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """200 events of two submitters in turn: times fall while rows rise, every tenth of one lot, the last with an item tree."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('index')}/gateway.db")
    migrate(opened)
    with opened.write() as tx:
        tx.execute(
            insert(captures).values(
                id="c", owner="a", document_sha256=bytes(32), error_behaviour="rollback", created_at=0, finished_at=0, result="[]"
            )
        )
        for at in range(1, EVENTS + 1):
            add(tx, at)
        insert_items(tx, EVENTS, [(f"{GTIN}/10/L0/21/{n}", bytes(32)) for n in range(3)])
        register(tx, {f"{GTIN}/21/0": "L0"}, submitter="a", event=1, binding=True)
    yield opened
    opened.close()


def add(tx: Connection, at: int) -> None:
    tx.execute(
        insert(events).values(
            id=at, event_id=f"urn:x:{at}", member="m", submitter="ab"[at % 2], capture_id="c", received_at=at // 3,
            content_sha256=at.to_bytes(32, "big"), suite=1, public_salt=bytes(32), public_body=b"{}", bureaus_salt=bytes(32),
            bureaus_body=b"{}", submitter_salt=bytes(32), submitter_body=b"{}", leaf=bytes(32), scope=bytes(8),
            declares=int(at == 7), state="open",
        )
    )  # fmt: skip
    point = f"{SITE}/254/{at % 4}"
    keys = ((GTIN, "epc"), (f"{GTIN}/10/L{at % 10}", "epc" if at % 20 else "child"))
    row = IndexRow(
        type="ObjectEvent", time_ms=-(at // 2), action="ADD", biz_step="packing" if at % 5 else None, disposition=None,
        read_point=point, read_site=SITE, biz_location=SITE if at % 2 else point, biz_site=SITE, keys=keys,
    )  # fmt: skip
    insert_index(tx, at, row, submitter="ab"[at % 2], received_at=at // 3)


def rows(store: Database, search: Search, *, submitter: str | None = None, limit: int = 1_000) -> list[int]:
    with store.read() as tx:
        found = find_page(tx, search, submitter=submitter, top=newest(tx), after=None, limit=limit)
    return [position.row_id for position in found]


@pytest.mark.parametrize("order", [TIME, ARRIVAL])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_of_any_size_are_the_whole_in_order(store: Database, order: str, descending: bool) -> None:
    search = Search(order=order, descending=descending)
    whole = rows(store, search)
    value = (lambda at: -(at // 2)) if order == TIME else (lambda at: at // 3)
    assert whole == sorted(range(1, EVENTS + 1), key=lambda at: (value(at), at), reverse=descending)
    for size in (1, 7, 200):
        after: Position | None = None
        seen: list[int] = []
        with store.read() as tx:
            while page := find_page(tx, search, submitter=None, top=EVENTS, after=after, limit=size):
                seen += [position.row_id for position in page]
                after = page[-1]
        assert seen == whole


def test_rows_newer_than_the_top_are_in_no_page(store: Database) -> None:
    with store.read() as tx:
        found = find_page(tx, Search(), submitter=None, top=150, after=None, limit=1_000)
    assert sorted(position.row_id for position in found) == list(range(1, 151))


def test_one_submitter_sees_its_own(store: Database) -> None:
    assert sorted(rows(store, Search(), submitter="a")) == list(range(2, EVENTS + 1, 2))


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (Search(codes=(CodesAsked((f"{GTIN}/10/L3",), ROLES),)), [at for at in range(1, 201) if at % 10 == 3]),
        (Search(codes=(CodesAsked((f"{GTIN}/10/L0",), ("child",)),)), list(range(20, 201, 20))),
        (Search(codes=(CodesAsked((GTIN,), ("parent",)),)), []),
        (Search(codes=(CodesAsked((f"{GTIN}/10/L0/21/1", "x"), ("epc",)),)), [200]),
        (Search(codes=(CodesAsked((f"{GTIN}/10/L0/21/1",), ("child",)),)), []),
        (Search(codes=(CodesAsked((GTIN,), ROLES), CodesAsked((f"{GTIN}/10/L3",), ROLES)), event_ids=("urn:x:13",)), [13]),
        (Search(event_ids=("urn:x:4", "urn:x:9", "none")), [4, 9]),
        (Search(declares=True), [7]),
        (Search(equals={"biz_step": ("packing",)}, since={ARRIVAL: 1}, before={ARRIVAL: 3}), [3, 4, 6, 7, 8]),
        (Search(since={TIME: -3}, before={TIME: -1}), [4, 5, 6, 7]),
        (Search(places=(PlacesAsked("read", exact=((f"{SITE}/254/1", SITE),)),)), list(range(1, 201, 4))),
        (Search(places=(PlacesAsked("biz", exact=((SITE, SITE),)),)), list(range(1, 201, 2))),
        (Search(places=(PlacesAsked("biz", within=(SITE,)),)), list(range(1, 201))),
        (Search(places=(PlacesAsked("biz", within=("urn:x:elsewhere",)),)), []),
        (Search(places=(PlacesAsked("read", exact=((f"{SITE}/254/2", SITE),), within=("urn:x:else",)),)), list(range(2, 201, 4))),
    ],
)  # fmt: skip
def test_a_search_finds_what_its_conditions_say_together(store: Database, search: Search, expected: list[int]) -> None:
    assert sorted(rows(store, search)) == expected
    assert sorted(rows(store, search, submitter="b")) == [at for at in expected if at % 2]


def test_an_item_is_asked_for_with_and_without_its_lot_and_never_with_another(store: Database) -> None:
    bare, full = f"{GTIN}/21/0", f"{GTIN}/10/L0/21/0"
    with store.read() as tx:
        assert set(with_lots(tx, [bare])) == {bare, full} == set(with_lots(tx, [full]))
        for unchanged in (f"{GTIN}/10/L9/21/0", f"{GTIN}/21/77", GTIN, f"{GTIN}/10/L0", "00/095212340000000020", "urn:x:y"):
            assert with_lots(tx, [unchanged]) == (unchanged,)


PLACE = PlacesAsked("read", exact=((f"{SITE}/254/1", SITE),))
LOT = CodesAsked((f"{GTIN}/10/L3",), ROLES)
BY_CODE = "SEARCH event_index USING INTEGER PRIMARY KEY"
PLANS = [
    (Search(), None, "event_index_time"),
    (Search(), "a", "event_index_submitter_time (submitter=?"),
    (Search(order=ARRIVAL), None, "event_index_arrival"),
    (Search(order=ARRIVAL, since={ARRIVAL: 5}), "a", "event_index_submitter_arrival (submitter=? AND received_at>?"),
    (Search(equals={"biz_step": ("packing",)}), None, "event_index_step (biz_step=?"),
    (Search(places=(PLACE,)), None, "event_index_read_site (read_site=?"),
    (Search(places=(PlacesAsked("biz", within=(SITE,)),)), None, "event_index_biz_site (biz_site=?"),
    (Search(since={TIME: 5}, before={TIME: 9}), None, "event_index_time (time_ms>? AND time_ms<?"),
    (Search(event_ids=("urn:x:1",)), "a", BY_CODE),
    (Search(codes=(LOT,)), None, BY_CODE),
    (Search(codes=(LOT,), equals={"biz_step": ("packing",)}, places=(PLACE,), since={TIME: 0}, before={TIME: 9}), "a", BY_CODE),
    (Search(declares=True, equals={"type": ("ObjectEvent",)}), "a", "event_index_submitter_time (submitter=?"),
]  # fmt: skip


@pytest.mark.parametrize(("search", "submitter", "wanted"), PLANS)
@pytest.mark.parametrize("after", [None, Position(4, 4)])
def test_no_question_walks_through_the_events(
    store: Database, search: Search, submitter: str | None, wanted: str, after: Position | None
) -> None:
    query = page_query(search, submitter=submitter, top=EVENTS, after=after, limit=31)
    statement = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
    with store.read() as tx:
        plan = [row[3] for row in tx.execute(text(f"EXPLAIN QUERY PLAN {statement.replace(':', chr(92) + ':')}"))]
    assert any(wanted in step for step in plan), plan
    walked = [step for step in plan if step.startswith("SCAN") and "USING" not in step and not step.startswith("SCAN anon")]
    assert walked == [] and not any(step.startswith(("SCAN events ", "SCAN event_codes", "SCAN items")) for step in plan), plan
