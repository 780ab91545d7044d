"""The whole line on the fake chain, and what the worker does when it cannot go on."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.exc import OperationalError

from gateway.pipeline.line import Pace
from gateway.pipeline.worker import IDLE_S, MAX_PAUSE_S, Worker
from gateway.store.errors import LeaseHeld, LeaseLost, StoreOutage
from tests.member_line import Bench


def test_accepted_events_become_certificates_arrow_by_arrow(bench: Bench) -> None:
    bench.accept(3)
    with bench.worker() as worker:
        bench.settle(worker)
        assert worker.alarms == {}
    assert bench.arrows == ["closed", "signed", "broadcast", "included", "final", "issued"]
    assert sorted(bench.numbers()) == ["SHFS-COM-1-0-R", "SHFS-COM-1-1-P", "SHFS-COM-1-2-N"]
    assert bench.chain.anchored_seqs() == [1]


def test_every_change_of_state_is_one_log_line_with_ids_only(bench: Bench) -> None:
    bench.accept(1)
    with bench.worker() as worker:
        bench.settle(worker)
    names = [name for name in bench.log.events() if name.startswith("batch.")]
    assert names == ["batch.closed", "batch.signed", "batch.included", "batch.final", "batch.issued"]
    shown = {field for _, fields in bench.log.lines for field in fields}
    assert shown <= {
        "member",
        "signer",
        "seq",
        "batch",
        "events",
        "nonce",
        "block",
        "endorsers",
        "certificates",
        "edition",
        "outcome",
        "rpc_code",
    }


def test_an_unreachable_node_changes_nothing_and_is_an_alarm_until_it_answers(bench: Bench) -> None:
    bench.accept(2)
    bench.chain.offline = True
    with bench.worker() as worker:
        for _ in range(3):
            assert not worker.step()
        assert set(worker.alarms.values()) == {("ledger.rpc.transport", "")}
        assert bench.event_states() == ["open", "open"]
        assert bench.log.events().count("arrow.held") == 1
        bench.chain.offline = False
        bench.settle(worker)
        assert worker.alarms == {}
    assert "arrow.freed" in bench.log.events()
    assert bench.states() == ["issued"]


@pytest.mark.parametrize("arrow", range(12))
def test_a_node_that_flaps_at_any_moment_delays_and_nothing_else(bench: Bench, arrow: int) -> None:
    bench.accept(2)
    with bench.worker() as worker:
        for step in range(14):
            bench.chain.offline = step == arrow or step % 3 == 1
            worker.step()
            if bench.chain.pool:
                bench.chain.mine()
        bench.chain.offline = False
        bench.settle(worker)
    assert (bench.states(), len(bench.numbers()), bench.chain.anchored_seqs()) == (["issued"], 2, [1])


def test_a_second_worker_for_the_same_key_refuses_to_start(bench: Bench) -> None:
    with bench.worker(), pytest.raises(LeaseHeld) as refused, bench.worker():
        pass
    assert refused.value.code == "store.lease.locked"


def test_a_worker_whose_lease_was_taken_stops(bench: Bench) -> None:
    bench.accept(1)
    with bench.worker() as worker:
        bench.run("update leases set holder = 'elsewhere/1'")
        bench.clock += 31
        with pytest.raises(LeaseLost):
            worker.step()
    assert bench.states() == []


def test_a_store_that_cannot_be_written_is_an_alarm_and_nothing_is_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OperationalError("insert", {}, Exception("database or disk is full"))

    bench.accept(1)
    with bench.worker() as worker:
        with monkeypatch.context() as patch:
            patch.setattr(bench.database, "write", full)
            worker.step()
            assert worker.alarms["close"] == ("pipeline.store.failed", "")
        bench.settle(worker)
    assert bench.states() == ["issued"]


def test_a_store_that_is_locked_while_the_lease_is_due_delays_the_worker_and_does_not_end_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise StoreOutage("store.busy")

    bench.accept(1)
    with bench.worker() as worker:
        bench.clock += 31
        with monkeypatch.context() as patch:
            patch.setattr(bench.database, "write", busy)
            assert not worker.step()
            assert worker.alarms == {"lease": ("pipeline.store.failed", "")}
        assert bench.states() == []  # nothing is done for a signer whose lease is not renewed
        bench.settle(worker)
        assert worker.alarms == {}
    assert bench.states() == ["issued"]


def test_a_worker_whose_lease_row_cannot_be_written_stops_and_leaves_it_to_the_next(bench: Bench) -> None:
    with bench.worker() as worker:
        worker.step()
        bench.run("create trigger full before delete on leases begin select raise(fail, 'disk I/O error'); end")
    assert ("lease.kept" in bench.log.events(), bench.log.events()[-1]) == (True, "worker.stopped")
    bench.run("drop trigger full")
    with bench.worker() as after:
        assert after.alarms == {}


def test_run_goes_on_until_it_is_told_to_stop(bench: Bench) -> None:
    bench.accept(1)
    stop = threading.Event()

    def mine_and_stop(arrow: str) -> None:
        if arrow == "broadcast":
            bench.chain.mine()
        if arrow == "issued":
            stop.set()

    with bench.worker(after=mine_and_stop) as worker:
        worker.run(stop)
    assert bench.states() == ["issued"]


class Stop(threading.Event):
    """Set after so many rests; keeps how long each was."""

    def __init__(self, rests: int) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._rests = rests

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        if len(self.waits) == self._rests:
            self.set()
        return self.is_set()


def test_the_worker_rests_longer_the_longer_the_node_does_not_answer(bench: Bench) -> None:
    stop = Stop(12)
    bench.chain.offline = True
    with bench.worker() as worker:
        worker.run(stop)
    assert stop.waits == sorted(stop.waits)
    assert stop.waits[0] < stop.waits[3] < stop.waits[-1] == stop.waits[-2] == MAX_PAUSE_S


def test_an_idle_worker_looks_again_soon(bench: Bench) -> None:
    stop = Stop(3)
    with bench.worker() as worker:
        worker.run(stop)
    assert stop.waits == [IDLE_S] * 3


def test_a_worker_that_ended_by_an_exception_stays_an_alarm(bench: Bench) -> None:
    with bench.worker() as worker:
        bench.run("update leases set holder = 'elsewhere/1'")
        bench.clock += 31
        with pytest.raises(LeaseLost):
            worker.run(threading.Event())
        assert worker.alarms["worker"] == ("pipeline.worker.stopped", "LeaseLost")


def test_two_members_of_one_store_do_not_see_each_other(bench: Bench) -> None:
    bench.accept(1)
    other = bench.worker(member="11310000TE5TB0067B")
    with other:
        assert not other.step()
    assert bench.states() == []


def test_many_batches_go_ahead_of_the_chain_and_land_in_order(bench: Bench) -> None:
    bench.pace = Pace(batch_events=2, batch_age_s=0, ahead=16)
    bench.accept(13)
    with bench.worker() as worker:
        for _ in range(8):
            worker.step()
        assert bench.states() == ["signed"] * 7
        assert bench.nonces() == list(range(7))
        bench.chain.mine()
        bench.settle(worker)
    assert bench.chain.anchored_seqs() == list(range(1, 8))
    assert (bench.states(), len(bench.numbers())) == (["issued"] * 7, 13)


def test_a_killed_worker_leaves_nothing_that_the_next_one_needs(bench: Bench) -> None:
    class Killed(BaseException):
        pass

    for arrow in ("closed", "signed", "broadcast", "included", "final", "issued"):

        def die(name: str, at: str = arrow) -> None:
            if name == at:
                raise Killed

        bench.accept(2, first=10 * len(bench.states()))
        with pytest.raises(Killed), bench.worker(after=die) as dying:
            while True:
                dying.step()
                if bench.chain.pool:
                    bench.chain.mine()
        with bench.worker() as worker:
            bench.settle(worker)
    assert bench.chain.anchored_seqs() == [1, 2, 3, 4, 5, 6]
    assert (bench.states(), len(set(bench.numbers()))) == (["issued"] * 6, 12)


def test_a_worker_is_built_without_touching_chain_or_store(bench: Bench) -> None:
    bench.chain.offline = True
    assert isinstance(bench.worker(), Worker)
