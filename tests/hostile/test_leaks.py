"""
Security headers on every answer, and nothing of a request in logs or problems (H8, H9).

A canary stands in every place a request has: query, headers, key, body, table. Then the store, the chain and our own code
fail with the canary in their message, on every route there is.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from gateway.routes.boundary import HEADERS
from gateway.staples import Rewound
from gateway.store.database import Database
from ledger.errors import RpcUnavailable
from tests.service import ABATTOIR, ACCOUNTS, COM, MARKET, Service, document, event

CANARY = "canary7f3a"
SLIPS = "data/hostile/h89-csv-bom-accepted.csv"
MEDIA = {"/imports": "text/csv"}


def routes(service: Service) -> list[tuple[str, str]]:
    """(method, path) of everything that is served; parameters of paths are filled with something well formed."""
    known = {"event_id": "urn:x:1", "uscc": ABATTOIR, "vote": "approve", "profile": "pork_wholesale_day"}
    known["number"] = "SHFS-COM-1-0-R"
    served = [
        (method.upper(), re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "1"), path))
        for path, methods in service.app.openapi()["paths"].items()
        for method in methods
    ]
    assert len(served) > 40
    return served


def ask(service: Service, method: str, path: str, key: dict[str, str]) -> httpx.Response:
    content = document(event(cn__productQuarantineCertB=CANARY)) if method in ("POST", "PUT") else None
    sent = {**key, "Content-Type": MEDIA.get(path, "application/json")} if content else key
    query = "?profile=pork_wholesale_day" if path == "/imports" and method == "POST" else ""
    return service.request(method, path + query, headers=sent, content=content)


class Said:
    """What was said in logs of either kind, and to the terminal."""

    def __init__(self, output: pytest.CaptureFixture[str], records: pytest.LogCaptureFixture) -> None:
        self._output, self._records = output, records

    def anywhere(self) -> str:
        shown = self._output.readouterr()
        served = [record for record in self._records.records if record.name.partition(".")[0] != "httpx"]  # the tests' own client
        return shown.out + shown.err + "".join(f"{record.getMessage()} {record.__dict__}" for record in served)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Said:
    caplog.set_level(logging.DEBUG)
    return Said(capsys, caplog)


def guarded(answer: httpx.Response) -> bool:
    """Whether every security header is there, once."""
    found = [(name.lower(), value) for name, value in answer.headers.raw]
    return all([value for name, value in found if name == wanted] == [expected] for wanted, expected in HEADERS)


def test_every_status_has_every_security_header(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    key = service.key(ABATTOIR)
    service.post("/capture", document(event()), key)
    (number,) = service.issue_all(COM)
    answers = [
        service.get(f"/certificates/{number}"),
        service.get(f"/certificates/{number}.json", key),
        service.get(f"/certificates/{number}.png", key),
        service.post("/events", json.dumps({**json.loads(document(event())), **event()}).encode(), key),
        service.post("/capture", document(event(eventID="urn:x:1")), key),
        service.post("/capture", b"{", key),
        service.get("/events"),
        service.post("/capture", b"{}", service.key(ABATTOIR, "read")),
        service.get("/nothing"),
        service.request("DELETE", "/capture"),
        service.request("OPTIONS", "/capture"),
        service.request("HEAD", "/trust"),
        service.post("/capture", b" ", {**key, "Content-Length": str(2**40)}),
        service.post("/capture", b"{}", key, Content_Encoding="br"),
        service.post("/capture", b"{}", {**key, "Idempotency-Key": "a"}),
        service.post("/capture", b"{ }", {**key, "Idempotency-Key": "a"}),
        service.get(f"/trust?k={'0' * 16}.{'A' * 43}"),
    ]
    service.proofs.failure = Rewound()
    answers.append(service.get("/trust"))
    service.proofs.failure = RuntimeError()
    answers.append(service.get("/trust"))
    for _ in range(service.settings.rates.failure_burst + 1):
        answers.append(service.get("/events", {"Authorization": "x"}))
    statuses = {answer.status_code for answer in answers}
    assert statuses >= {200, 202, 400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503}
    assert [answer.status_code for answer in answers if not guarded(answer)] == []
    pages = [answer for answer in answers if "html" in answer.headers.get("content-type", "")]
    assert pages == []


def test_a_canary_in_every_place_of_a_request_comes_back_nowhere(service: Service, said: Said, shared: Path) -> None:
    keys = [{}, service.key(ABATTOIR), service.key(MARKET), service.key(COM, "read", "admin")]
    headers = {
        "User-Agent": CANARY, "Referer": CANARY, "X-Forwarded-For": CANARY, "Forwarded": f"for={CANARY}", "Cookie": CANARY,
        "Accept": CANARY, "X-Request-ID": CANARY, "GS1-Capture-Error-Behaviour": CANARY, "Traceparent": CANARY,
    }  # fmt: skip
    bodies = [
        CANARY.encode(), f'{{"{CANARY}": "{CANARY}"}}'.encode(), b'"' + CANARY.encode(), document(event(cn__uscc=CANARY)),
        document(event(**{CANARY: 1})), document(event(cn__category=CANARY)), document(event(eventTime=CANARY)),
        document(event(), **{"@context": CANARY}), document(event(type=CANARY)), f"{CANARY},{CANARY}\n1,2\n".encode(),
    ]  # fmt: skip
    for method, path in routes(service):
        for key in keys:
            for places in ({}, headers, {"Idempotency-Key": CANARY}):
                for body in bodies if method in ("POST", "PUT") else [None]:
                    sent = {**key, **places, **({"Content-Type": MEDIA.get(path, "application/json")} if body else {})}
                    answer = service.request(method, f"{path}?{CANARY}={CANARY}&profile={CANARY}", headers=sent, content=body)
                    told = answer.text + str(answer.headers)
                    assert CANARY not in told, (method, path, body)
                    assert answer.status_code < 500, (method, path, body)
        service.uptime += 60
    log = said.anywhere()
    assert CANARY not in log
    assert not [text for text in _secrets(keys) if text in log]


def _secrets(keys: list[dict[str, str]]) -> Iterator[str]:
    """The secrets of API keys, and private keys in the ways they could be written."""
    yield from (key["Authorization"].partition(".")[2] for key in keys if key)
    for at in range(len(ACCOUNTS)):
        secret = bytes([at + 1]) * 32
        yield from (secret.hex(), str(int.from_bytes(secret, "big")), repr(secret))


FAULTS: dict[str, Callable[[], Exception]] = {
    "the store is away": lambda: OperationalError(CANARY, {"p": CANARY}, sqlite3.OperationalError(CANARY)),
    "a rule of the store is broken": lambda: IntegrityError(CANARY, {"p": CANARY}, sqlite3.IntegrityError(CANARY)),
    "the chain is away": lambda: RpcUnavailable("ledger.rpc.http", CANARY),
    "nobody foresaw it": lambda: RuntimeError(CANARY),
    "a file fails": lambda: OSError(28, CANARY, CANARY),
    "a text fails": lambda: UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("when", ["before the key is read", "while reading", "while writing"])
def test_a_failure_with_the_canary_in_its_message_tells_nothing(
    service: Service, said: Said, monkeypatch: pytest.MonkeyPatch, fault: str, when: str
) -> None:
    key = service.key(COM, "submit", "read", "admin")
    reads = 0 if when == "before the key is read" else 1
    real_read, failed = Database.read, 0

    def fail(_db: Database) -> Any:
        nonlocal failed
        failed += 1
        raise FAULTS[fault]()

    def read(db: Database) -> Any:
        nonlocal left
        left -= 1
        return fail(db) if left < 0 else real_read(db)

    monkeypatch.setattr(Database, "write", fail)
    if when != "while writing":
        monkeypatch.setattr(Database, "read", read)
    service.proofs.failure = FAULTS[fault]()
    for method, path in routes(service):
        left = reads
        answer = ask(service, method, path, key)
        assert CANARY not in answer.text + str(answer.headers), (method, path)
        assert guarded(answer)
        if answer.status_code >= 500:
            assert answer.headers["content-type"] == "application/problem+json" or path == "/readyz"
            assert answer.status_code == 500 or "retry-after" in answer.headers or path == "/readyz"
    assert failed
    log = said.anywhere()
    assert CANARY not in log and "request.failed" in log
    assert key["Authorization"].partition(".")[2] not in log
