"""Staples, trust, health, and what the outermost layer does."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from certs.canonical import canonical
from gateway.staples import Rewound
from ledger.errors import NotYet, RpcUnavailable
from tests.service import ABATTOIR, COM, Service, document, event

SECRET = "secret-of-the-submitter"


def issued(service: Service) -> str:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    return service.issue_all(COM)[0]


def test_a_staple_needs_no_check_code_and_is_canonical(service: Service) -> None:
    answer = service.get(f"/staples/{issued(service)}")
    assert answer.content == canonical(answer.json())


def test_the_bundle_is_canonical(service: Service) -> None:
    answer = service.get("/trust")
    assert answer.content == canonical(answer.json())


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (RpcUnavailable("ledger.rpc.timeout"), "chain.unavailable"),
        (NotYet("ledger.block.missing"), "chain.unavailable"),
        (Rewound(), "staple.rewound"),
        (OperationalError(SECRET, {}, sqlite3.OperationalError(SECRET)), "store.unavailable"),
    ],
)
def test_an_outage_is_a_503_that_says_when_to_come_back(service: Service, failure: Exception, code: str) -> None:
    number = issued(service)
    service.proofs.failure = failure
    for path in (f"/staples/{number}", "/trust"):
        answer = service.get(path)
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, code, "5")
        assert SECRET not in answer.text


def test_what_nobody_foresaw_is_a_500_with_a_request_id_and_nothing_else(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.proofs.failure = RuntimeError(SECRET)
    answer = service.get("/trust")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == answer.json()["requestId"]
    said = capsys.readouterr()
    assert SECRET not in answer.text + said.out + said.err
    assert "RuntimeError" in said.out + said.err and answer.json()["requestId"] in said.out + said.err


def test_health_answers_while_the_chain_is_away_and_readiness_does_not(service: Service) -> None:
    assert service.get("/readyz").json() == {"status": "ready", "troubles": []}
    service.proofs.found = ["chain.rewound"]
    assert (service.get("/readyz").status_code, service.get("/readyz").json()["troubles"]) == (503, ["chain.rewound"])
    assert service.get("/healthz").status_code == 200


def test_readiness_says_when_the_store_is_away(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[str]:
        raise OperationalError("select", {}, sqlite3.OperationalError(SECRET))

    monkeypatch.setattr(service.proofs, "troubles", broken)
    answer = service.get("/readyz")
    assert (answer.status_code, answer.json()["troubles"]) == (503, ["store.unavailable"])


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/trust", "/certificates/x", "/capture/x"])
def test_every_answer_has_the_security_headers_and_its_own_id(service: Service, path: str) -> None:
    first, second = service.get(path), service.get(path)
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
