"""Papers that serve one lot, as the store keeps them: on both engines the same statements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.store.papers import UsedPaper, add_papers, used_by_another, used_for_another_lot
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
        assert not used_for_another_lot(tx, ABATTOIR, FORM) and not used_by_another(tx, ABATTOIR, FORM)
        assert used_for_another_lot(tx, ABATTOIR, OTHER_LOT) and not used_by_another(tx, ABATTOIR, OTHER_LOT)
        assert used_by_another(tx, MARKET, FORM) and not used_for_another_lot(tx, MARKET, OTHER_LOT)
        for other in (UsedPaper("meatQualityCert", "3200123456", "B"), UsedPaper("animalQuarantineCert", "3200123457", "B")):
            assert not used_for_another_lot(tx, ABATTOIR, other) and not used_by_another(tx, MARKET, other)


def test_an_event_that_uses_nothing_adds_nothing(service: Service) -> None:
    with service.db.write() as tx:
        add_papers(tx, service.rows()[0].id, ABATTOIR, [])
        kinds = tx.execute(select(cited_papers.c.kind)).scalars().all()
    assert kinds == ["meatQualityCert"]  # of the event that is there
