"""A7: two workers of one key. The second refuses; one whose lease was taken while it sent stops, and nothing is doubled."""

from __future__ import annotations

import pytest

from gateway.pipeline.worker import Worker
from gateway.store.errors import LeaseHeld, LeaseLost
from tests.chain.parts import Wired
from tests.member_line import Bench

ELSEWHERE = "other-machine"


def steal(bench: Bench) -> None:
    """The lease row as another machine has it once ours ran out."""
    bench.run("update leases set holder = 'elsewhere/1', until = ?", bench.clock + 60)


def elsewhere_worker(line: Wired) -> Worker:
    """A worker of the same signer on another machine: it does not see our lock file."""
    elsewhere = line.bench.directory / ELSEWHERE
    elsewhere.mkdir()
    return Worker(line.bench.line(rpc=line.rpc), lock_directory=elsewhere, monotonic=lambda: float(line.bench.clock))


def test_a07_the_second_worker_of_a_key_refuses_to_start(line: Wired) -> None:
    with line.worker(), pytest.raises(LeaseHeld) as refused, line.worker():
        pass
    assert refused.value.code == "store.lease.locked"


def test_a07_a_worker_on_another_machine_refuses_until_the_lease_has_run_out(line: Wired) -> None:
    with line.worker():
        other = elsewhere_worker(line)
        with pytest.raises(LeaseHeld) as refused, other:
            pass
        assert refused.value.code == "store.lease.held"
        line.bench.clock += 61
        with other:
            pass


@pytest.mark.parametrize("arrow", ["closed", "signed", "broadcast"])
def test_a07_a_lease_stolen_in_the_middle_of_a_round_doubles_nothing(line: Wired, arrow: str) -> None:
    """The thief runs its own rounds while the first is between two arrows; the first then loses its lease."""
    ran: list[str] = []

    def interrupted(name: str) -> None:
        if name != arrow or ran:
            return
        ran.append(name)
        line.bench.clock += 61
        with elsewhere_worker(line) as thief:
            for _ in range(2):
                thief.step()
                line.bench.chain.mine()
            line.bench.clock += 61

    line.bench.accept(2)
    with line.worker(after=interrupted) as first:
        first.step()
        steal(line.bench)
        line.bench.clock += 61
        with pytest.raises(LeaseLost):
            first.step()
    line.bench.clock += 61
    with line.worker() as worker:
        line.settle(worker)
    assert (ran, line.bench.states(), line.bench.chain.anchored_seqs()) == ([arrow], ["issued"], [1])
    assert len(line.bench.numbers()) == 2
    assert len(set(line.bench.nonces())) == len(line.bench.nonces())
