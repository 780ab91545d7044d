"""Kept answers: the very bytes, in a fraction of their room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from gateway.store.answered import Answered, find_answer, keep_answer
from gateway.store.database import Database, migrate, open_database
from gateway.store.tables import answered

LARGE = json.dumps([{"outcome": "accepted", "href": f"/events/{number}"} for number in range(2_000)]).encode()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/gateway.db")
    migrate(opened)
    yield opened
    opened.close()


@pytest.mark.parametrize("body", [b"", b"{}", b"[" + b" " * 1_021 + b"]", b"[" + b" " * 1_022 + b"]", LARGE])
def test_an_answer_comes_back_byte_for_byte(database: Database, body: bytes) -> None:
    made = Answered(request_sha256=bytes(32), status=202, headers={"Location": "/capture/1"}, body=body)
    with database.write() as tx:
        keep_answer(tx, "owner", "key", made, now=0)
    with database.read() as tx:
        assert find_answer(tx, "owner", "key") == made


def test_a_large_answer_takes_a_fraction_of_its_size(database: Database) -> None:
    with database.write() as tx:
        keep_answer(tx, "owner", "key", Answered(request_sha256=bytes(32), status=202, headers={}, body=LARGE), now=0)
        assert tx.execute(select(func.length(answered.c.body))).scalar_one() < len(LARGE) / 5


def test_an_answer_that_an_earlier_edition_kept_is_read_as_it_is(database: Database) -> None:
    row = {"owner": "o", "idempotency_key": "k", "request_sha256": bytes(32), "status": 202, "headers": "{}", "created_at": 0}
    with database.write() as tx:
        tx.execute(insert(answered).values(**row, body=LARGE))
        kept = find_answer(tx, "o", "k")
    assert kept is not None and kept.body == LARGE
