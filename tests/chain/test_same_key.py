"""A11: a caller that is not sure sends again: fifty at once, another body under the same key, the same a year later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from tests.service import ABATTOIR, Service, document, event, service_in

CALLERS = 50
YEAR_S = 366 * 86_400


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def at_once(service: Service, bodies: list[bytes]) -> list[httpx.Response]:
    """Every body under the same Idempotency-Key, by as many threads, all let go together."""
    key, start = service.key(ABATTOIR), Barrier(len(bodies))

    def send(body: bytes) -> httpx.Response:
        start.wait(60)
        for _ in range(2 * CALLERS):  # as a client does that is told to come again
            answer = service.post("/capture", body, key, Idempotency_Key="k")
            if answer.headers.get("retry-after") is None:
                return answer
        return answer

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(send, bodies))


def test_a11_fifty_at_once_with_one_key_and_one_body_make_one_event_and_one_answer(service: Service) -> None:
    answers = at_once(service, [document(event())] * CALLERS)
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert Counter(answer.headers.get("idempotency-replayed") for answer in answers) == {None: 1, "true": CALLERS - 1}
    assert service.stored() == (1, 1)


def test_a11_of_two_bodies_at_once_under_one_key_one_is_taken_and_the_other_refused(service: Service) -> None:
    bodies = [document(event(eventID=f"urn:x:{at % 2}")) for at in range(10)]
    answers = at_once(service, bodies)
    assert Counter(answer.status_code for answer in answers) == {202: 5, 409: 5}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"idempotency.conflict"}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert service.stored() == (1, 1)


def test_a11_a_key_used_again_a_year_later_still_means_its_first_request(service: Service) -> None:
    raw = document(event())
    first = service.post("/capture", raw, service.key(ABATTOIR), Idempotency_Key="k")
    service.issue_all("11310000TE5TB0040K")
    service.now += YEAR_S
    later = service.post("/capture", raw, service.key(ABATTOIR), Idempotency_Key="k")
    assert (later.status_code, later.content) == (first.status_code, first.content)
    other = service.post("/capture", document(event(eventID="urn:x:2")), service.key(ABATTOIR), Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.conflict")
    assert service.stored() == (1, 1)
