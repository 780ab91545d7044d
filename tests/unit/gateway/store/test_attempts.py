"""The outbox keeps every attempt, and answers which ones the chain has not passed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from gateway.store import attempts
from gateway.store.attempts import Attempt
from tests.member_line import Bench, open_bench

SIGNER = b"\1" * 20


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened


def attempt(mark: int, nonce: int, *, signer: bytes = SIGNER, made_at: int = 0) -> Attempt:
    return Attempt(
        hash=bytes([mark]) * 32,
        kind="fill",
        batch_id=None,
        act_id=None,
        signer=signer,
        nonce=nonce,
        raw=bytes([mark]),
        made_at=made_at,
    )


def test_what_the_account_s_nonce_has_not_passed_is_unsettled_in_nonce_order(bench: Bench) -> None:
    with bench.database.write() as tx:
        for entry in (attempt(1, 5), attempt(2, 3), attempt(3, 4), attempt(4, 4, signer=b"\2" * 20)):
            attempts.save(tx, entry)
    with bench.database.read() as tx:
        assert [a.nonce for a in attempts.unsettled(tx, SIGNER, account_nonce=4)] == [4, 5]
        assert attempts.unsettled(tx, SIGNER, account_nonce=6) == []
        assert attempts.unsettled(tx, SIGNER, account_nonce=0)[0] == attempt(2, 3)


def test_two_attempts_of_one_nonce_are_both_kept(bench: Bench) -> None:
    with bench.database.write() as tx:
        attempts.save(tx, attempt(2, 3, made_at=9))
        attempts.save(tx, attempt(1, 3, made_at=8))
    with bench.database.read() as tx:
        assert [a.made_at for a in attempts.unsettled(tx, SIGNER, account_nonce=0)] == [8, 9]


def test_the_same_bytes_are_saved_once(bench: Bench) -> None:
    with bench.database.write() as tx:
        attempts.save(tx, attempt(1, 3))
    with pytest.raises(IntegrityError), bench.database.write() as tx:
        attempts.save(tx, attempt(1, 3))


def test_a_batch_has_its_own_attempts_only(bench: Bench) -> None:
    with bench.database.write() as tx:
        attempts.save(tx, attempt(1, 3))
    with bench.database.read() as tx:
        assert attempts.of_batch(tx, 1) == []
