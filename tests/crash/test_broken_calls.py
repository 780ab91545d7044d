"""
A gateway whose system calls are broken one by one while it takes in, closes, signs, sends and issues (RELIABILITY.md §7 B1, B2).

SIGKILL at the n-th write, sync, truncation or unlinking; EIO and ENOSPC as its answer. Whatever was acknowledged must be there,
and after a restart everything once, with a certificate that verifies, and nothing for the auditor to find. `kill_points.json`
holds the least number of points there must be: a scene that shrinks is a proof that shrinks. The gateway renames nothing; if it
begins to, that is a call like the others. The clock of a restart is a little behind that of the process before.
"""

from __future__ import annotations

import pytest

from tests.crash.breaking import KILLED, STRACE, Breaker, Broken, break_each, check_points

pytestmark = [pytest.mark.crash, pytest.mark.skipif(STRACE is None, reason="needs strace")]
QUICK = 40  # of so many points one is tried in the ordinary suite
AT_START = frozenset({"OperationalError", "StoreUnfit", "StoreOutage", "OSError"})


def check_answers(run: Broken) -> None:
    """Success, or the coded refusal. Only a start may fail, and says so."""
    for _, status, code in run.answers:
        assert status == 202 or (status == 503 and code.startswith("store.")), run.said
    if run.stopped is not None:
        kind, _, trace = run.stopped
        assert kind in AT_START, trace
        assert run.answers == [], trace


def survives(breaker: Breaker, run: Broken) -> None:
    """The oracle for a process that was killed or did not start, after a restart; one that came to its end needs none."""
    breaker.check_acknowledged(run)
    if run.status != 0:
        breaker.finish(run)
    breaker.check(run)
    breaker.discard(run)


def tried(breaker: Breaker, calls: dict[str, int], fault: str, *, every: int) -> int:
    """Breaks every `every`-th call of each kind, one a run; how many were."""
    broken = 0
    for run in break_each(breaker, calls, fault, every=every):
        if fault == "signal=KILL":
            assert run.status in (KILLED, 0), run.said
        else:
            check_answers(run)
        broken += run.broken
        survives(breaker, run)
    return broken


def test_the_scene_has_no_fewer_calls_than_it_had(calls: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    for call, count in sorted(calls.items()):
        check_points(capsys, f"calls {call}", count)


def test_what_is_answered_was_synced_before(breaker: Breaker) -> None:
    """SIGKILL loses no page of the system's cache; what a power cut would leave is seen in the order of the calls alone (B9)."""
    made = breaker.order("work", "pwrite64", "fdatasync", "sendto")
    answers = [at for at, line in enumerate(made) if line.startswith("sendto") and '", [' not in line and ", 202, " in line]
    assert len(answers) == 2, made
    for at in answers:
        before = next(line for line in reversed(made[:at]) if not line.startswith("sendto"))
        assert before.startswith("fdatasync("), before


@pytest.mark.parametrize("fault", ["signal=KILL", "error=EIO", "error=ENOSPC"])
def test_some_broken_calls_lose_and_double_nothing(
    breaker: Breaker, calls: dict[str, int], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check_points(capsys, f"some {fault}", tried(breaker, calls, fault, every=QUICK))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize(("fault", "every"), [("error=EIO", 1), ("error=ENOSPC", 4)])
def test_no_failed_call_loses_or_doubles_anything(
    breaker: Breaker, calls: dict[str, int], fault: str, every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every call fails with EIO. SQLite takes back both alike, so a quarter of them, for time's sake, fails with ENOSPC too."""
    check_points(capsys, f"every {fault}", tried(breaker, calls, fault, every=every))


def test_a_disk_that_stays_full_is_answered_503_until_it_has_room(
    breaker: Breaker, calls: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every write from the n-th on fails; the process still ends by itself, and the next one finishes."""
    broken = 0
    for at in range(60, calls["pwrite64"], 90):
        run = breaker.run("work", "pwrite64", "error=ENOSPC", f"{at}+1")
        broken += 1
        assert {status for _, status, _ in run.answers} <= {202, 503}, run.said
        breaker.check_acknowledged(run)
        breaker.finish(run)
        breaker.check(run)
        breaker.discard(run)
    check_points(capsys, "full from", broken)
