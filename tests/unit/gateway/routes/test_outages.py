"""A store that cannot be used is a 503 with a code and a time to come back, and the same request then goes through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import OperationalError

from gateway.store import database as module
from tests.service import ABATTOIR, COM, Service, document, event

KEYED = {"Idempotency_Key": "k1"}
MANY = document(*(event(cn__meatQualityCert=f"ABA-PZ-{number}") for number in range(60)))  # more than a store's free pages hold


@contextmanager
def each_connection(service: Service, pragma: str) -> Iterator[None]:
    """Connections made in the block have the pragma; those before and after have not."""

    def set_it(connection: Any, _record: object) -> None:
        connection.execute(pragma).close()

    service.db.close()
    sqlalchemy_event.listen(service.db._engine, "connect", set_it)
    yield
    sqlalchemy_event.remove(service.db._engine, "connect", set_it)
    service.db.close()


@contextmanager
def locked(service: Service) -> Iterator[None]:
    other = sqlite3.connect(service.db.path, isolation_level=None)
    other.execute("begin immediate")
    yield
    other.close()


def refused_for_now(service: Service, key: dict[str, str], code: str) -> None:
    answer = service.post("/capture", MANY, key, **KEYED)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, code, "5")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["remedy"] and answer.json()["remedyEn"]
    assert service.stored() == (0, 0)


@pytest.mark.parametrize(
    ("pragma", "code"), [("pragma max_page_count = 1", "store.full"), ("pragma query_only = 1", "store.read_only")]
)
def test_a_full_or_read_only_store_refuses_for_now(service: Service, pragma: str, code: str) -> None:
    key = service.key(ABATTOIR)
    with each_connection(service, pragma):
        refused_for_now(service, key, code)
    assert service.post("/capture", MANY, key, **KEYED).status_code == 202


def test_a_store_that_another_process_holds_refuses_for_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 20)
    service = Service(tmp_path)
    key = service.key(ABATTOIR)
    with locked(service):
        refused_for_now(service, key, "store.busy")
        assert service.get("/capture/none", key).status_code == 404  # reading goes on
    assert service.post("/capture", MANY, key, **KEYED).status_code == 202
    service.db.close()


@pytest.mark.parametrize(("name", "code"), [("IOERR_FSYNC", "store.io"), ("CORRUPT", "store.damaged")])
def test_a_failing_disk_is_said_by_readiness_too(service: Service, name: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[str]:
        cause = sqlite3.OperationalError("secret")
        cause.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{name}")
        raise OperationalError("select", {}, cause)

    monkeypatch.setattr(service.proofs, "troubles", broken)
    answer = service.get("/readyz")
    assert (answer.status_code, answer.json()["troubles"]) == (503, [code])


def test_a_certificate_whose_row_was_edited_is_not_handed_out(service: Service) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    (number,) = service.issue_all(COM)
    with service.db.write() as tx:
        tx.exec_driver_sql("update events set public_body = cast(replace(public_body, '-07', '-08') as blob)")
    answer = service.get(f"/certificates/{number}.json", service.key(ABATTOIR))
    assert (answer.status_code, answer.json()["code"]) == (503, "store.damaged")
