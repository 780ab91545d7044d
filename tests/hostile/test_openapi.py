"""
Everything that the OpenAPI description allows, and much that it does not, is asked (H10): no 5xx, and no status, media type or
form of an answer that the description does not have.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.openapi import from_asgi
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from starlette.responses import JSONResponse

from tests.service import ABATTOIR, COM, Service, document, event

pytestmark = pytest.mark.slow

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
CALLERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "nobody": ("", ()),
    "an enterprise": (ABATTOIR, ("submit", "read")),
    "a bureau": (COM, ("submit", "read", "admin")),
}
QUIET = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Service]:
    """A service that holds something, and hurries nobody."""
    service = Service(tmp_path, rates=dict.fromkeys(("address_burst", "key_burst", "failure_burst"), 10**9))
    service.post("/capture", document(event(eventID="urn:x:1")), service.key(ABATTOIR))
    service.issue_all(COM)
    yield service
    service.db.close()


def described(service: Service) -> BaseSchema:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        """The service, and its description, which it does not serve itself."""
        if scope["type"] == "http" and scope["path"] == "/description":
            await JSONResponse(service.app.openapi())(scope, receive, send)
        elif scope["type"] == "http":
            await service.app(scope, receive, send)

    return from_asgi("/description", app)


def ask_everything(service: Service, caller: str, *, examples: int) -> Counter[tuple[str, int]]:
    """Asks every operation in as many ways, good and bad; how often each (operation, status) was answered."""
    owner, rights = CALLERS[caller]
    headers = service.key(owner, *rights) if owner else {}
    answered: Counter[tuple[str, int]] = Counter()

    def ask(case: Any) -> None:
        service.uptime += 3600
        case.headers = {name: value for name, value in (case.headers or {}).items() if name != "Authorization"}
        answer = case.call(headers=headers)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        answered[case.operation.label, answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    for found in described(service).get_all_operations():
        for mode in GenerationMode:
            strategy = found.ok().as_strategy(generation_mode=mode)
            with suppress(Unsatisfiable):  # an operation without parameters has no bad ones
                settings(QUIET, max_examples=examples)(given(case=strategy)(ask))()
    return answered


@pytest.mark.parametrize("caller", CALLERS)
def test_no_request_is_answered_by_what_the_description_does_not_say(full: Service, caller: str) -> None:
    answered = ask_everything(full, caller, examples=5)
    print(f"{caller}: {answered.total()} requests, {len(answered)} kinds of answer")
    assert len({operation for operation, _ in answered}) == sum(map(len, full.app.openapi()["paths"].values())) > 40


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("caller", CALLERS)
def test_nor_is_any_of_many_requests(full: Service, caller: str) -> None:
    assert ask_everything(full, caller, examples=60)


def test_the_description_names_every_refusal_as_a_problem_and_none_of_the_frameworks(full: Service) -> None:
    said = full.app.openapi()
    assert "HTTPValidationError" not in json.dumps(said)
    for path, operations in said["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            refusals = [status for status in answers if status >= "400"]
            assert {"400", "429", "503"} <= set(refusals) and "422" not in refusals, (method, path)
            assert all("application/problem+json" in answers[status]["content"] for status in refusals), (method, path)
            assert ("401" in refusals) == ("security" in operation) == (path not in OPEN), (method, path)
            assert ("413" in refusals) == ("requestBody" in operation), (method, path)


OPEN = ("/healthz", "/readyz", "/trust", "/staples/{number}")
