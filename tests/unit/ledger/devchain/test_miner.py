"""When blocks are made. Waiting is real, amounts of it are not asserted: only what causes what."""

from __future__ import annotations

import threading

import pytest

from ledger.devchain.miner import Miner

LONG, SHORT = 3600.0, 0.01


class Work:
    """Counts blocks; `ready` is what the pool would say."""

    def __init__(self) -> None:
        self.ready = False
        self.blocks = threading.Semaphore(0)

    def mine(self) -> None:
        self.ready = False
        self.blocks.release()

    def miner(self, *, period_s: float, heartbeat_s: float) -> Miner:
        return Miner(mine=self.mine, is_ready=lambda: self.ready, period_s=period_s, heartbeat_s=heartbeat_s)


def test_blocks_come_with_the_heartbeat_when_nothing_waits() -> None:
    work = Work()
    miner = work.miner(period_s=SHORT, heartbeat_s=SHORT)
    miner.start()
    assert all(work.blocks.acquire(timeout=30) for _ in range(3))
    miner.stop()


def test_a_transaction_makes_a_block_long_before_the_heartbeat() -> None:
    work = Work()
    miner = work.miner(period_s=SHORT, heartbeat_s=LONG)
    miner.start()
    for _ in range(3):
        work.ready = True
        miner.poke()
        assert work.blocks.acquire(timeout=30)
    assert not work.blocks.acquire(timeout=5 * SHORT)
    miner.stop()


def test_no_block_comes_before_the_period_however_much_waits() -> None:
    work = Work()
    miner = work.miner(period_s=LONG, heartbeat_s=SHORT)  # a heartbeat shorter than the period is the period
    miner.start()
    assert not work.blocks.acquire(timeout=10 * SHORT)
    work.ready = True
    miner.poke()
    assert not work.blocks.acquire(timeout=5 * SHORT)
    miner.stop()
    miner.stop()


def test_a_transaction_that_comes_while_the_pool_is_being_looked_at_is_not_slept_over() -> None:
    made, looks = threading.Semaphore(0), 0

    def is_ready() -> bool:
        nonlocal looks
        looks += 1
        if looks == 1:
            miner.poke()  # after this look, before the wait
        return looks > 1

    miner = Miner(mine=made.release, is_ready=is_ready, period_s=SHORT, heartbeat_s=LONG)
    miner.start()
    assert made.acquire(timeout=30)
    miner.stop()


def test_a_block_that_cannot_be_made_ends_the_miner_and_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    broken = OSError("no space")
    tried = threading.Semaphore(0)

    def mine() -> None:
        tried.release()
        raise broken

    miner = Miner(mine=mine, is_ready=lambda: True, period_s=0, heartbeat_s=0)
    miner.start()
    assert tried.acquire(timeout=30)
    miner.stop()
    assert miner.failure is broken
    assert not tried.acquire(blocking=False)
    assert "devchain.miner.failed" in caplog.text
