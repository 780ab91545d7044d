"""Which declared pairs are one submitter's and one member's, and which of them are due."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

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
            said = event(eventID=event_id, cn__officialVet=f"兽医{at}", **changes)
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
