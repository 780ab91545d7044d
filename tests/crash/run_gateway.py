"""
A gateway process that takes in, closes, signs, sends and issues, while whoever holds its pid breaks its system calls.

Started as `python run_gateway.py`, it imports everything once and then forks a process a request. A request is one line of JSON
on stdin, an answer one on stdout; `go` sets off what `start` forked, so that a tracer can take hold of it before:

    {"start": [SCENE, DIRECTORY, RPC_URL]}   → {"pid": …}
    {"go": PID}                              → {"status": −9 killed, 0 it came to its end, 1 an exception, "said": […]}

SCENE is `open` (a store is made or brought up to date, and pinned), `open N` (the process kills itself before the N-th
statement; none has number 0, and then all are said) or `work`. What the process says goes through a socket, and requests to the
application run in its one thread: strace counts a process's calls by thread. Its log goes to a file, as an operator's may.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
import structlog
from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event

from certs.suites import SHA256
from gateway.acts.desk import Desk
from gateway.app import create_app
from gateway.catalogue.tables import read_catalogue
from gateway.errors import GatewayError
from gateway.intake.members import Member
from gateway.pipeline.line import Line, Pace
from gateway.pipeline.worker import Worker
from gateway.running import log_to_stderr
from gateway.settings import Settings
from gateway.store.database import migrate, open_database
from gateway.store.pinned import pin
from gateway.trust import Consortium
from ledger.collect import NamedMember
from ledger.rpc import Rpc
from tests.fake_chain import FakeChain
from tests.service import ACCOUNTS, BASE, CODES, COM, EVERYTHING, NOW, FixedProofs, document, event

PACE = Pace(batch_age_s=0, resend_s=2)
TRIES = 6
STEPS = 60
BIG = 1_050_000  # bytes: a body that is spooled to a file
CATALOGUE = read_catalogue()
Say = Callable[[Any], None]


def bodies() -> list[tuple[list[str], bytes]]:
    """What is posted: the ids of its events, and the document. The second corrects the first, and is a large one."""
    wrong, right = event(eventID="urn:x:wrong"), event(eventID="urn:x:right", eventTime="2025-06-02T03:30:00.000+08:00")
    said = {"declarationTime": "2025-06-02T04:00:00.000+08:00", "correctiveEventIDs": ["urn:x:right"]}
    declaration = event(eventID="urn:x:wrong", errorDeclaration=said)
    second = document(right, declaration)
    return [(["urn:x:wrong"], document(wrong)), (["urn:x:right", "urn:x:wrong"], second + b" " * (BIG - len(second)))]


def consortium_of(chain: FakeChain) -> Consortium:
    """The four members on the fake chain's contracts."""
    named = tuple(NamedMember(uscc, code, f"{code} 局") for uscc, code in CODES.items())
    return Consortium(
        deployment=chain.deployment(), engine="qbft", network="development", name="测试联盟", prefix="SHFS", members=named
    )


def fake_chain() -> FakeChain:
    """The same in every process."""
    return FakeChain({ACCOUNTS[uscc].address: (uscc, code) for uscc, code in CODES.items()})


class Gateway:
    """The application and the line of COM over the store in `directory`, with a clock of its own."""

    def __init__(self, directory: Path, url: str, consortium: Consortium) -> None:
        self.directory, self.consortium = directory, consortium
        self.clock = NOW
        self.rpc = Rpc(url, chain_id=consortium.deployment.chain_id, timeout_s=10)
        self.database = open_database(f"sqlite:///{directory}/gateway.db")

    def prepare(self) -> None:
        """As `gateway.running` does at start-up."""
        migrate(self.database)
        with self.database.write() as tx:
            pin(tx, self.consortium.facts())

    def worker(self) -> Worker:
        line = Line(
            member=COM, signer=ACCOUNTS[COM], database=self.database, rpc=self.rpc, consortium=self.consortium, pace=PACE,
            now=lambda: self.clock, shuffle=secrets.SystemRandom().shuffle, log=structlog.get_logger("gateway.pipeline"),
        )  # fmt: skip
        return Worker(line, lock_directory=self.directory, monotonic=time.monotonic)

    def run(self, worker: Worker, key: str, say: Say) -> None:
        """Every document is posted until it is taken, and settled; an answer is said as [number, status, code]."""
        app = self._application()
        for number, (_, content) in enumerate(bodies()):
            for _ in range(TRIES):
                answer = asyncio.run(_post(app, content, key, number))
                body = answer.json()
                say([number, answer.status_code, body.get("code", "") if isinstance(body, dict) else ""])
                if answer.status_code < 500:
                    break
            self._settle(worker)

    def _settle(self, worker: Worker) -> None:
        """Steps until nothing moves. The clock goes on, so that what was not sent is sent again."""
        for _ in range(STEPS):
            moved = worker.step()
            self.clock += 10  # so that the lease is renewed on the way
            if not moved and not worker.alarms:
                return

    def _application(self) -> Any:
        settings = Settings(
            database_url="sqlite:///unused", rpc_urls=("http://127.0.0.1:1",), manifest=self.directory / "manifest.json",
            public_url=BASE, members=tuple({"uscc": uscc, "code": code, "name": code} for uscc, code in CODES.items()),
        )  # fmt: skip
        return create_app(
            settings,
            self.database,
            proofs=FixedProofs(self.database),
            desk=Desk(self.database, self.rpc, self.consortium, signers={COM: ACCOUNTS[COM].address}, now=lambda: self.clock),
            members={uscc: Member(code, EVERYTHING, uscc == COM, SHA256) for uscc, code in CODES.items()},
            catalogue=CATALOGUE,
            now=lambda: self.clock,
            monotonic=time.monotonic,
            random=secrets.token_bytes,
        )


def work(directory: Path, url: str, consortium: Consortium, key: str, say: Say) -> None:
    """From start to a clean stop."""
    gateway = Gateway(directory, url, consortium)
    gateway.prepare()
    with gateway.worker() as worker:
        gateway.run(worker, key, say)
    gateway.database.close()
    gateway.rpc.close()


def open_store(directory: Path, url: str, consortium: Consortium, _key: str, _say: Say) -> None:
    """A store is made where there is none."""
    gateway = Gateway(directory, url, consortium)
    gateway.prepare()
    gateway.database.close()
    gateway.rpc.close()


SCENES = {"work": work, "open": open_store}


def count_statements(last: int) -> list[str]:
    """Every statement of this process from now on; it dies before the one of this number."""
    made: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        made.append(statement)
        if len(made) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sqlalchemy_event.listen(Engine, "before_cursor_execute", count)
    return made


async def _post(app: Any, content: bytes, key: str, number: int) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        headers = {"Content-Type": "application/json", "Authorization": key, "Idempotency-Key": f"document-{number}"}
        return await client.post("/capture", content=content, headers=headers)


async def _inline(function: Callable[..., Any], *arguments: Any, **_options: Any) -> Any:
    return function(*arguments)


def start(scene: str, directory: str, url: str, waiting: socket.socket) -> None:
    """The forked process: waits for a word, does its scene, and never returns."""
    anyio.to_thread.run_sync = _inline  # type: ignore[assignment]
    consortium = consortium_of(fake_chain())
    key = Path(directory, "key").read_text("ascii")
    waiting.recv(2)
    os.dup2(os.open(f"{directory}/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    log_to_stderr()
    name, _, number = scene.partition(" ")
    made = count_statements(int(number)) if number else []
    try:
        SCENES[name](Path(directory), url, consortium, key, lambda said: waiting.send(json.dumps(said).encode() + b"\n"))
    except Exception as error:  # said by its kind, and by its code where it has one
        code = error.code if isinstance(error, GatewayError) else ""
        waiting.send(json.dumps(["stopped", type(error).__name__, code, traceback.format_exc()]).encode() + b"\n")
        os._exit(1)
    if number:
        waiting.send(json.dumps(made).encode())
    os._exit(0)


def main() -> None:
    """Serves requests until stdin ends."""
    running: dict[int, socket.socket] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            ours, theirs = socket.socketpair()
            pid = os.fork()
            if pid == 0:
                ours.close()
                start(*request["start"], theirs)
            theirs.close()
            running[pid] = ours
            answer: dict[str, Any] = {"pid": pid}
        else:
            with running.pop(request["go"]) as ours:
                ours.send(b"go")
                said = b"".join(iter(lambda: ours.recv(65_536), b"")).decode().splitlines()  # noqa: B023  used at once
            status = os.waitstatus_to_exitcode(os.waitpid(request["go"], 0)[1])
            answer = {"status": status, "said": [json.loads(entry) for entry in said]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
