"""Callers that are slow on purpose, on a real server (H2): who is served before whom is asserted, never how long it took."""

from __future__ import annotations

import itertools
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.listening import Address, rest_of, said_to
from tests.listening import listening as serve
from tests.service import ABATTOIR, Service, document, event

LIVES = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
PAUSE_S = 0.02
MOST = 1_500  # pauses that a server is given to lose patience in: thirty seconds, of a patience of a fraction of one
At = Callable[..., Address]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path, body_s=0.2)
    yield made
    made.db.close()


@pytest.fixture
def at(service: Service) -> Iterator[At]:
    with ExitStack() as stack:
        yield lambda **limits: stack.enter_context(serve(service.app, **limits))


def drip(address: Address, head: bytes, drops: Iterator[bytes]) -> tuple[bytes, int]:
    """Sends `head`, then drop by drop until the server has closed; what it said, and how many drops it took."""
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(head)
        connection.setblocking(False)
        answer = b""
        for taken in range(MOST):
            time.sleep(PAUSE_S)
            try:
                chunk = connection.recv(65_536)
                if not chunk:
                    return answer, taken
                answer += chunk
            except BlockingIOError:
                pass
            except ConnectionResetError:
                return answer, taken
            try:
                connection.send(next(drops))
            except (BrokenPipeError, ConnectionResetError):
                connection.setblocking(True)
                return answer + rest_of(connection), taken
    raise AssertionError("the server went on waiting")


def test_a_head_that_never_ends_is_told_so_and_cut_off(at: At) -> None:
    address = at(header_s=0.3)
    answer, _ = drip(address, b"GET /healthz HTTP/1.1\r\nHost: a\r\n", (b"X-%d: y\r\n" % i for i in itertools.count()))
    assert answer.startswith(b"HTTP/1.1 408 ") and b'"code": "request.timeout"' in answer
    assert said_to(address, LIVES).startswith(b"HTTP/1.1 200 ")


def test_a_socket_that_says_nothing_is_closed_without_a_word(at: At) -> None:
    assert drip(at(header_s=0.3), b"", itertools.repeat(b""))[0] == b""


def test_a_second_head_has_no_more_time_than_the_first(at: At) -> None:
    first = LIVES.replace(b"Connection: close\r\n", b"")
    answer, _ = drip(at(header_s=0.3), first + b"GET /healthz", itertools.repeat(b"x"))
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.count(b"HTTP/1.1 ") == 2 and b"HTTP/1.1 408 " in answer


def test_a_body_that_drips_is_given_up_by_the_application(at: At, service: Service) -> None:
    head = b"POST /capture HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n"
    key = service.key(ABATTOIR)["Authorization"].encode()
    answer, _ = drip(at(request_s=1.0), head + b"Authorization: " + key + b"\r\n\r\n", itertools.repeat(b" "))
    assert answer.startswith(b"HTTP/1.1 408 ") and b'"code": "body.timeout"' in answer and answer.count(b"HTTP/1.1 ") == 1


def test_the_rest_of_a_body_that_was_refused_is_not_waited_for(at: At) -> None:
    head = b"POST /capture HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
    answer, _ = drip(at(request_s=0.5), head, itertools.repeat(b" "))
    assert answer.startswith(b"HTTP/1.1 401 ") and answer.count(b"HTTP/1.1 ") == 1


def test_chunks_that_never_end_are_not_waited_for(at: At) -> None:
    head = b"POST /capture HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer, _ = drip(at(request_s=0.5), head, itertools.repeat(b"1\r\n \r\n"))
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_a_caller_that_does_not_read_its_answers_is_cut_off(at: At, service: Service) -> None:
    """Bytes of a long answer, again and again: what the system's own buffers take is taken, then it stops."""
    service.proofs.trust = lambda: {"long": "x" * 4_000_000}  # type: ignore[method-assign]
    ask = b"GET /trust HTTP/1.1\r\nHost: a\r\n\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(at(answer_s=0.3))
        connection.sendall(ask)
        for _ in range(MOST):
            time.sleep(PAUSE_S)
            try:
                connection.send(b"GET")
            except (BrokenPipeError, ConnectionResetError):
                return
    raise AssertionError("the server went on waiting")


def test_beyond_the_connections_there_are_a_caller_is_told_to_come_back_and_the_others_stay(at: At) -> None:
    address = at(connections=3)
    with ExitStack() as stack:
        idle = [stack.enter_context(socket.create_connection(address)) for _ in range(3)]
        answer = said_to(address, b"")
        assert answer.startswith(b"HTTP/1.1 503 ") and b"retry-after: " in answer.lower() and b'"server.busy"' in answer
        idle[0].sendall(LIVES)
        assert rest_of(idle[0]).startswith(b"HTTP/1.1 200 ")
        assert said_to(address, LIVES).startswith(b"HTTP/1.1 200 ")


def test_one_address_does_not_have_all_connections(at: At) -> None:
    address = at(connections_of_address=2)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(socket.create_connection(address))
        assert said_to(address, LIVES).startswith(b"HTTP/1.1 503 ")
        with socket.socket() as other:
            other.bind(("127.0.0.2", 0))
            other.connect(address)
            other.sendall(LIVES)
            assert rest_of(other).startswith(b"HTTP/1.1 200 ")


def test_a_thousand_idle_sockets_keep_nobody_out_for_ever(at: At) -> None:
    """Those beyond the limit are turned away at once: files are left for the store. The others go when their time is over."""
    files, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4_096), hard))
    try:
        address = at(header_s=1.0, connections=100, connections_of_address=100)
        with ExitStack() as stack:
            idle = [stack.enter_context(socket.create_connection(address, timeout=60)) for _ in range(1_000)]
            answers = [rest_of(connection) for connection in idle]  # ends, for each, when the server closes
            assert sum(answer.startswith(b"HTTP/1.1 503 ") for answer in answers) >= 900 - 100
            assert {answer[:13] for answer in answers} <= {b"", b"HTTP/1.1 503 "}
            assert said_to(address, LIVES).startswith(b"HTTP/1.1 200 ")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))


def test_a_good_upload_is_taken_beside_slow_ones(at: At, service: Service) -> None:
    address = at(header_s=60.0, request_s=60.0)
    key = service.key(ABATTOIR)["Authorization"].encode()
    body = document(event())
    head = b"POST /capture HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: " + key
    with ExitStack() as stack:
        slow: list[Any] = [stack.enter_context(socket.create_connection(address)) for _ in range(50)]
        for connection in slow:
            connection.sendall(head)
        answer = said_to(address, head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert answer.startswith(b"HTTP/1.1 202 ")
