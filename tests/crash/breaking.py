"""
Breaking a gateway process at a system call, and the oracle that looks at what is left of it.

The process is `run_gateway`'s; strace takes hold of it before it begins, and kills it or fails a call at the n-th of one kind.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from certs.canonical import canonical
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Finding, Report
from gateway.fsck.run import audit
from gateway.rendering import certificate
from gateway.store.database import Database, open_database
from gateway.store.read_only import open_read_only
from gateway.store.tables import acts, attempts, batches, certificates, events
from gateway.trust import current_bundle
from tests.crash.fake_node import FakeNode, serve_node
from tests.crash.run_gateway import SCENES, bodies, consortium_of, fake_chain
from tests.service import ABATTOIR, COM, NOW, Service

ROOT = Path(__file__).resolve().parents[2]
LEAST = json.loads(Path(__file__).with_name("kill_points.json").read_text("utf-8"))
KILLED = -9
STRACE = shutil.which("strace")
#: Everything that changes a file or a directory, or asks that it lasts. What a process does not call has no kill points.
CALLS = (
    "write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "sync_file_range", "msync", "rename", "renameat", "renameat2",
    "link", "linkat", "unlink", "unlinkat", "ftruncate", "truncate", "fallocate",
)  # fmt: skip
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\(")


@dataclass(frozen=True)
class Broken:
    """What a run left: its directory, how it ended, what it said, and how many calls of each name were made and broken."""

    directory: Path
    status: int
    said: list[list[Any]]
    calls: Counter[str]
    broken: int

    @property
    def answers(self) -> list[tuple[int, int, str]]:
        """(document, status, code) of every answer."""
        return [(entry[0], entry[1], entry[2]) for entry in self.said if entry[0] != "stopped"]

    @property
    def stopped(self) -> tuple[str, str, str] | None:
        """(class, code, traceback) of the exception that ended it."""
        return next(((entry[1], entry[2], entry[3]) for entry in self.said if entry[0] == "stopped"), None)


class Breaker:
    """Runs a scene again and again, each time in a copy of the same directory and on the same chain made anew."""

    def __init__(self, base: Path, node: FakeNode) -> None:
        self._base, self.node = base, node
        self.consortium = consortium_of(node.chain)
        command = [sys.executable, str(ROOT / "tests/crash/run_gateway.py")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._empty = base / "empty"
        self._empty.mkdir()
        self._filled = base / "filled"
        self._filled.mkdir()
        service = Service(self._filled)
        service.now = NOW
        self._hosts = service.settings.digital_link_hosts
        key = service.key(ABATTOIR)["Authorization"]
        service.db.close()
        for directory in (self._empty, self._filled):
            (directory / "key").write_text(key, "ascii")

    def close(self) -> None:
        self._process.communicate()

    def run(self, scene: str, call: str = "", fault: str = "", when: str = "") -> Broken:
        """One run. `fault` is strace's, as signal=KILL or error=EIO; `when` says at which calls: N, or FIRST+STEP."""
        directory = self._copy(scene)
        pid = self._ask({"start": [scene, str(directory), self.node.url]})["pid"]
        traced = [f"trace={call or ','.join(CALLS)}"] + ([f"inject={call}:{fault}:when={when}"] if call else [])
        ended = self._traced(pid, traced)
        lines = self._trace().splitlines()
        calls = Counter(found[1] for line in lines if (found := _CALL.match(line)))
        broken = sum("(INJECTED)" in line for line in lines) if fault != "signal=KILL" else int(ended["status"] == KILLED)
        return Broken(directory, ended["status"], ended["said"], calls, broken)

    def order(self, scene: str, *calls: str) -> list[str]:
        """The calls of these names in the order a whole run makes them, as strace writes them."""
        directory = self._copy(scene)
        pid = self._ask({"start": [scene, str(directory), self.node.url]})["pid"]
        ended = self._traced(pid, [f"trace={','.join(calls)}"])
        assert ended["status"] == 0, ended
        return [line.split(maxsplit=1)[1] for line in self._trace().splitlines()]

    def start(self, scene: str, directory: Path) -> Broken:
        """One run of a scene in a directory, untraced."""
        (directory / "key").touch()
        pid = self._ask({"start": [scene, str(directory), self.node.url]})["pid"]
        ended = self._ask({"go": pid})
        return Broken(directory, ended["status"], ended["said"], Counter(), 0)

    def check_acknowledged(self, run: Broken) -> None:
        """Before anything is mended: whatever was answered with success is in the store."""
        taken = {number for number, status, _ in run.answers if status == 202}
        wanted = Counter(id_ for number in taken for id_ in bodies()[number][0])
        if wanted:
            database = open_database(f"sqlite:///{run.directory}/gateway.db")
            with database.read() as tx:
                found = Counter(tx.execute(select(events.c.event_id)).scalars())
            database.close()
            assert wanted <= found

    def finish(self, run: Broken) -> None:
        """A gateway that nothing breaks goes on from there."""
        key = (run.directory / "key").read_text("ascii")
        said: list[Any] = []
        with capture_logs():
            SCENES["work"](run.directory, self.node.url, self.consortium, key, said.append)
        assert [entry[1] for entry in said] == [202] * len(bodies()), said

    def check(self, run: Broken) -> None:
        """The oracle: every event once with its certificate, which verifies; one head a batch; the audit finds nothing."""
        database = open_read_only(f"sqlite:///{run.directory}/gateway.db")
        try:
            found = self.findings(database)
            assert found == [], found
            self._check_rows(database)
            self._check_certificates(database)
        finally:
            database.close()

    def findings(self, database: Database) -> list[Finding]:
        """What `shisu fsck` finds."""
        found: list[Finding] = []
        expected = Expected(consortium=self.consortium, hosts=self._hosts, served=[COM])
        audit(database, expected, self.node.chain, Report(found.append))
        return found

    def discard(self, run: Broken) -> None:
        shutil.rmtree(run.directory)

    def _copy(self, scene: str) -> Path:
        """A directory that a scene begins in, on a chain made anew."""
        directory = Path(tempfile.mkdtemp(dir=self._base))
        shutil.copytree(self._empty if scene == "open" else self._filled, directory, dirs_exist_ok=True)
        self.node.chain = fake_chain()
        return directory

    def _traced(self, pid: int, options: list[str]) -> dict[str, Any]:
        """Lets a forked process go once strace has hold of it; how it ended."""
        chosen = [part for option in options for part in ("-e", option)]
        command = [str(STRACE), "-f", "-p", str(pid), "-o", str(self._base / "trace"), *chosen]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr
            line = tracer.stderr.readline()
            assert "attached" in line, line
            ended = self._ask({"go": pid})
            tracer.communicate()
        return ended

    def _trace(self) -> str:
        return (self._base / "trace").read_text("utf-8", "replace")

    def _check_rows(self, database: Database) -> None:
        with database.read() as tx:
            stored = Counter(tx.execute(select(events.c.event_id)).scalars())
            seqs = list(tx.execute(select(batches.c.seq).order_by(batches.c.seq)).scalars())
            states = set(tx.execute(select(batches.c.state)).scalars()) | {*tx.execute(select(acts.c.state)).scalars()}
            nonces = tx.execute(select(func.count(attempts.c.nonce.distinct()))).scalar_one()
            asked = tx.execute(select(func.count()).select_from(acts)).scalar_one()
        assert stored == Counter(id_ for ids, _ in bodies() for id_ in ids)
        assert states == {"issued", "final"}
        assert seqs == self.node.chain.anchored_seqs(COM) == list(range(1, len(seqs) + 1))
        assert (asked, nonces) == (1, len(seqs) + 1)

    def _check_certificates(self, database: Database) -> None:
        with database.read() as tx:
            numbers = list(tx.execute(select(certificates.c.number)).scalars())
        assert len(numbers) == sum(len(ids) for ids, _ in bodies())
        bundle = load_bundle(canonical(current_bundle(self.node.chain, self.consortium)))
        for number in numbers:
            assert verify(canonical(certificate(database, number, "public")), bundle, now=NOW).verdict is Verdict.AUTHENTIC

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def breaking(base: Path) -> Iterator[Breaker]:
    """A breaker in an empty directory."""
    with serve_node(fake_chain()) as node:
        breaker = Breaker(base, node)
        try:
            yield breaker
        finally:
            breaker.close()


def break_each(breaker: Breaker, calls: dict[str, int], fault: str, *, every: int) -> Iterator[Broken]:
    """A run for every `every`-th call of each kind."""
    for call, count in sorted(calls.items()):
        for at in range(1, count + 1, every):
            yield breaker.run("work", call, fault, str(at))


def check_points(capsys: pytest.CaptureFixture[str], what: str, tried: int) -> None:
    """Prints how many points were tried, and fails when they are fewer than `kill_points.json` wants."""
    least = LEAST[what]
    with capsys.disabled():
        print(f"\n{what}: {tried} points, {least} wanted")
    assert tried >= least
