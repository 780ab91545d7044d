"""Imports, recorded rows and mappings in the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.imports import (
    Import,
    RecordedRow,
    begin_import,
    drop_import,
    find_import,
    finish_import,
    imports_of_file,
    note_progress,
    record_rows,
    recorded_rows,
    rejected_rows,
)
from gateway.store.mappings import StoredMapping, delete_mapping, get_mapping, list_mappings, put_mapping
from tests.service import ABATTOIR, MARKET, SHOP, Service, document, event, service_in

MADE = Import(id="1", owner=MARKET, submitter=MARKET, sha256=bytes(32), profile="p", created_at=5, result={"running": True})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def test_an_import_is_there_while_it_runs_and_has_its_refused_rows_afterwards(service: Service) -> None:
    with service.db.write() as tx:
        begin_import(tx, MADE)
        note_progress(tx, "1", {"running": True, "rows": 1})
        assert find_import(tx, "1") is not None and rejected_rows(tx, "1") is None
        begin_import(tx, MADE)  # a run that a crash ended is begun anew
        finish_import(tx, "1", {"running": False}, rejected=b"a,b", rejected_type="text/csv")
    with service.db.read() as tx:
        assert rejected_rows(tx, "1") == (b"a,b", "text/csv")
        assert [made.result for made in imports_of_file(tx, MARKET, bytes(32), limit=9)] == [{"running": False}]
        assert imports_of_file(tx, SHOP, bytes(32), limit=9) == [] == imports_of_file(tx, MARKET, bytes([1] * 32), limit=9)
    with service.db.write() as tx:
        drop_import(tx, "1")
        assert find_import(tx, "1") is None


def test_a_row_is_recorded_once_and_the_first_that_said_it_stays(service: Service) -> None:
    assert service.post("/capture", document(event()), service.key(ABATTOIR)).status_code in (202, 400)
    service.post("/capture", document(event(readPoint={"id": "https://id.gs1.org/414/9521234000020"})), service.key(ABATTOIR))
    with service.db.write() as tx:
        row = service.rows()[0].id if service.rows() else None
        if row is None:
            pytest.fail("no event to record rows of")
        rows = [RecordedRow(bytes([at]) * 32, bytes(32), row) for at in range(200)]
        record_rows(tx, MARKET, "p", rows)
        record_rows(tx, MARKET, "p", [RecordedRow(bytes(32), bytes([7] * 32), row)])
        found = recorded_rows(tx, MARKET, "p", [entry.unique_sha256 for entry in rows] * 4)
        assert len(found) == 200 and found[bytes(32)].content_sha256 == bytes(32)
        assert recorded_rows(tx, SHOP, "p", [bytes(32)]) == {} == recorded_rows(tx, MARKET, "q", [bytes(32)])


def test_an_enterprises_mappings_are_its_own(service: Service) -> None:
    with service.db.write() as tx:
        assert put_mapping(tx, StoredMapping(MARKET, "b", {"title": "x"}, 1)) is True
        assert put_mapping(tx, StoredMapping(MARKET, "b", {"title": "y"}, 2)) is False
        put_mapping(tx, StoredMapping(MARKET, "a", {}, 3))
        assert get_mapping(tx, MARKET, "b") == StoredMapping(MARKET, "b", {"title": "y"}, 2)
        assert [mapping.name for mapping in list_mappings(tx, MARKET)] == ["a", "b"]
        assert get_mapping(tx, SHOP, "b") is None and list_mappings(tx, SHOP) == []
        assert delete_mapping(tx, MARKET, "b") is True and delete_mapping(tx, MARKET, "b") is False
