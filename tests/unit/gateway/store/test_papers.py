"""Papers that serve one lot, as the store keeps them: on both engines the same statements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.store.papers import UsedPaper, add_papers, used_elsewhere
from gateway.store.tables import cited_papers
from tests.service import ABATTOIR, MARKET, Service, document, event, service_in

FORM = UsedPaper("animalQuarantineCert", "3200123456", "A")
OTHER_LOT = UsedPaper("animalQuarantineCert", "3200123456", "B")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    for made in service_in(tmp_path):
        made.post("/capture", document(event()), made.key(ABATTOIR))
        yield made


def test_a_use_is_seen_by_every_other_lot_and_every_other_submitter(service: Service) -> None:
    with service.db.write() as tx:
        add_papers(tx, service.rows()[0].id, ABATTOIR, [FORM])
        assert used_elsewhere(tx, ABATTOIR, FORM) == frozenset()
        assert used_elsewhere(tx, ABATTOIR, OTHER_LOT) == used_elsewhere(tx, MARKET, FORM) == {ABATTOIR}
        assert used_elsewhere(tx, ABATTOIR, UsedPaper("meatQualityCert", "3200123456", "B")) == frozenset()
        assert used_elsewhere(tx, ABATTOIR, UsedPaper("animalQuarantineCert", "3200123457", "B")) == frozenset()


def test_an_event_that_uses_nothing_adds_nothing(service: Service) -> None:
    with service.db.write() as tx:
        add_papers(tx, service.rows()[0].id, ABATTOIR, [])
        kinds = tx.execute(select(cited_papers.c.kind)).scalars().all()
    assert kinds == ["meatQualityCert"]  # of the event that is there
