"""One signer, one worker: the file lock and the lease row."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.pipeline.lease import SignerLease
from gateway.store.errors import LeaseHeld, LeaseLost
from gateway.store.tables import leases
from tests.member_line import Bench

SIGNER = b"\x11" * 20


def lease(bench: Bench, directory: Path | None = None, *, signer: bytes = SIGNER) -> SignerLease:
    return SignerLease(bench.database, signer, directory=directory or bench.directory, now=lambda: bench.clock, lasts_s=60)


def die(held: SignerLease) -> None:
    """What is left of a killed process: the row, and no lock."""
    assert held._file is not None
    os.close(held._file)


def rows(bench: Bench) -> list[int]:
    with bench.database.read() as tx:
        return list(tx.execute(select(leases.c.until)).scalars())


def test_a_second_holder_on_this_machine_is_refused_at_once(bench: Bench) -> None:
    with lease(bench), pytest.raises(LeaseHeld) as refused:
        lease(bench).take()
    assert refused.value.code == "store.lease.locked"


def test_another_signer_is_free(bench: Bench) -> None:
    with lease(bench), lease(bench, signer=b"\x22" * 20):
        assert len(rows(bench)) == 2


def test_after_the_holder_died_this_machine_need_not_wait(bench: Bench) -> None:
    first = lease(bench)
    first.take()
    die(first)
    with lease(bench), pytest.raises(LeaseLost):
        bench.clock += 31
        first.renew()


def test_another_machine_waits_until_the_lease_has_run_out(bench: Bench, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    first = lease(bench)
    first.take()
    die(first)
    bench.clock += 59
    with pytest.raises(LeaseHeld) as refused:
        lease(bench, elsewhere).take()
    assert refused.value.code == "store.lease.held"
    bench.clock += 1
    with lease(bench, elsewhere):
        pass


def test_a_refused_holder_leaves_no_lock_behind(bench: Bench, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with lease(bench), pytest.raises(LeaseHeld):
        lease(bench, elsewhere).take()
    with lease(bench, elsewhere):
        pass


def test_a_lease_is_renewed_once_half_of_it_has_passed(bench: Bench) -> None:
    with lease(bench) as held:
        until = rows(bench)
        bench.clock += 29
        held.renew()
        assert rows(bench) == until
        bench.clock += 1
        held.renew()
        assert rows(bench) == [until[0] + 30]


def test_a_released_lease_is_gone_and_another_s_is_not(bench: Bench) -> None:
    held = lease(bench)
    held.take()
    bench.run("update leases set holder = 'elsewhere/1'")
    held.release()
    assert len(rows(bench)) == 1
    bench.run("delete from leases")
    with lease(bench):
        pass
    assert rows(bench) == []


def test_the_lock_file_is_ours_alone(bench: Bench) -> None:
    with lease(bench):
        (lock,) = bench.directory.glob("signer-*.lock")
        assert lock.stat().st_mode & 0o777 == 0o600
