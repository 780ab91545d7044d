"""Which declared pairs are one submitter's and one member's, and which of them are due."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.dialects import sqlite

from gateway.store import corrections
from gateway.store.tables import events
from tests.service import ABATTOIR, AGR, COM, CONTEXT, Service, event, service_in

WRONG, FIRST, RIGHT, DECLARATION = 1, 2, 3, 4


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A wrong event, another one, the right one, and the declaration: rows 1 to 4, all open under COM."""
    for made in service_in(tmp_path):
        key = made.key(ABATTOIR)
        declaration = {"declarationTime": "2025-06-02T09:00:00Z", "correctiveEventIDs": ["urn:x:right", "urn:x:right"]}
        for at, event_id in enumerate(("urn:x:wrong", "urn:x:first", "urn:x:right", "urn:x:wrong")):
            changes = {"errorDeclaration": declaration} if at == 3 else {}
            said = event(eventID=event_id, cn__officialVet=f"兽医{at % 3}", **changes)
            assert made.post("/events", json.dumps({"@context": CONTEXT, **said}).encode(), key).status_code == 201
        yield made


def move_to(service: Service, member: str, *rows: int) -> None:
    with service.db.write() as tx:
        tx.execute(update(events).where(events.c.id.in_(rows)).values(member=member))


def test_a_pair_is_known_while_both_are_open(service: Service) -> None:
    with service.db.read() as tx:
        assert corrections.pairs(tx, COM, [WRONG, FIRST, RIGHT, DECLARATION]) == [(ABATTOIR, WRONG, RIGHT)]
        assert corrections.pairs(tx, COM, [WRONG, FIRST]) == []
        assert corrections.pairs(tx, AGR, [WRONG, RIGHT]) == []


def test_a_pair_whose_certificates_are_issued_is_due_once(service: Service) -> None:
    service.issue_all(COM)
    with service.db.read() as tx:
        (due,) = corrections.due(tx, COM, limit=9)
        assert (due.declaration, due.wrong.index, due.right.index) == (DECLARATION, 0, 2)
        assert corrections.pairs(tx, COM, [WRONG, RIGHT]) == []  # no longer open


def test_a_corrective_event_of_another_member_corrects_nothing(service: Service) -> None:
    """Its place is later by its numbers, and of another's row of batches."""
    move_to(service, AGR, FIRST, RIGHT)
    with service.db.read() as tx:
        assert corrections.pairs(tx, COM, [WRONG, RIGHT]) == []
    service.issue_all(COM)
    service.issue_all(AGR)
    with service.db.read() as tx:
        assert corrections.due(tx, COM, limit=9) == corrections.due(tx, AGR, limit=9) == []


def test_what_was_named_twice_is_stored_once(service: Service) -> None:
    with service.db.read() as tx:
        assert corrections.named_for(tx, ABATTOIR, "urn:x:wrong") == [corrections.Named("urn:x:right", None)]
        assert corrections.named_for(tx, COM, "urn:x:wrong") == []


@pytest.mark.parametrize("question", ["pairs", "due"])
def test_events_of_a_correction_are_looked_up_by_their_id_and_never_paired_with_each_other(
    service: Service, question: str
) -> None:
    """One correction beside 56,000 open events once held the only writer for hours."""
    asked: list[str] = []

    class Explaining:
        def execute(self, query: Any) -> list[Any]:
            asked.append(str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})))
            return []

    if question == "pairs":
        corrections.pairs(Explaining(), COM, [WRONG])  # type: ignore[arg-type]
    else:
        corrections.due(Explaining(), COM, limit=9)  # type: ignore[arg-type]
    with service.db.read() as tx:
        steps = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0]}")]
    for name in ("wrong", "corrective"):
        (step,) = [step for step in steps if f" {name} " in f"{step} "]
        assert "events_event_id (event_id=?)" in step or "INTEGER PRIMARY KEY" in step, steps
