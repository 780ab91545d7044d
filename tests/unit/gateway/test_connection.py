"""A connection's patience, on a loop whose clock a test moves: what ends it, and what does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from ipaddress import ip_network
from typing import Any

import h11
import pytest
from uvicorn.server import ServerState

from gateway.connection import Connection, server_config
from gateway.rates import Network
from gateway.settings import Limits

LIMITS = Limits(header_s=10, request_s=100, answer_s=30, idle_s=5, connections=3, connections_of_address=2)
HEAD = b"POST /capture HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"


class Handle:
    def __init__(self, at: float, run: Callable[[], None]) -> None:
        self.at, self.run, self.is_cancelled = at, run, False

    def cancel(self) -> None:
        self.is_cancelled = True


class Task:
    def add_done_callback(self, _called: Any) -> None: ...


class Loop:
    """Timers in order; an application is never run."""

    def __init__(self) -> None:
        self.now, self.handles = 0.0, list[Handle]()

    def call_later(self, delay: float, run: Callable[..., None], *given: Any) -> Handle:
        self.handles.append(Handle(self.now + delay, lambda: run(*given)))
        return self.handles[-1]

    def create_task(self, coroutine: Coroutine[Any, Any, None]) -> Task:
        coroutine.close()
        return Task()

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        for handle in sorted(self.handles, key=lambda handle: handle.at):
            if handle.at <= self.now and not handle.is_cancelled:
                handle.is_cancelled = True
                handle.run()


class Transport:
    """Keeps what is written; says whether it ended by `close` or by `abort`."""

    def __init__(self, peer: str) -> None:
        self.peer, self.sent, self.end = peer, b"", ""

    def get_extra_info(self, name: str) -> Any:
        return {"peername": (self.peer, 1), "sockname": ("127.0.0.1", 80)}.get(name)

    def write(self, data: bytes) -> None:
        assert not self.end
        self.sent += data

    def close(self) -> None:
        self.end = self.end or "close"

    def abort(self) -> None:
        self.end = "abort"

    def is_closing(self) -> bool:
        return self.end != ""

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Server:
    def __init__(self, limits: Limits = LIMITS, trusted: tuple[Network, ...] = ()) -> None:
        async def app(_scope: Any, _receive: Any, _send: Any) -> None: ...

        self.config, self.state, self.loop = server_config(app, limits, trusted=trusted), ServerState(), Loop()
        self.config.load()

    def connect(self, peer: str = "203.0.113.1") -> tuple[Connection, Transport]:
        made = self.config.http_protocol_class(config=self.config, server_state=self.state, app_state={}, _loop=self.loop)  # type: ignore[operator,call-arg]
        transport = Transport(peer)
        made.connection_made(transport)  # type: ignore[arg-type]
        assert isinstance(made, Connection)
        return made, transport


def code_of(transport: Transport) -> str:
    return str(json.loads(transport.sent.partition(b"\r\n\r\n")[2])["code"]) if transport.sent else ""


def finish(connection: Connection) -> None:
    """The application's answer is out."""
    connection.conn.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
    connection.conn.send(h11.EndOfMessage())
    connection.cycle.response_complete = True
    connection.on_response_complete()


def test_a_head_has_its_time_and_no_byte_lengthens_it() -> None:
    server = Server()
    connection, transport = server.connect()
    for byte in b"GET /":
        server.loop.pass_(1.9)
        connection.data_received(bytes([byte]))
    assert transport.end == ""
    server.loop.pass_(0.5)
    assert (transport.end, code_of(transport)) == ("close", "request.timeout")


def test_a_socket_that_says_nothing_is_cut_off() -> None:
    server = Server()
    _, transport = server.connect()
    server.loop.pass_(9.9)
    assert transport.end == ""
    server.loop.pass_(0.1)
    assert (transport.end, transport.sent) == ("abort", b"")


def test_a_body_has_a_time_of_its_own_that_no_byte_lengthens() -> None:
    server = Server()
    connection, transport = server.connect()
    server.loop.pass_(9.9)
    connection.data_received(HEAD)
    for byte in b"{ }":
        server.loop.pass_(33)
        connection.data_received(bytes([byte]))
    assert transport.end == ""
    server.loop.pass_(1)
    assert (transport.end, transport.sent) == ("abort", b"")


def test_while_the_application_works_no_time_runs() -> None:
    server = Server()
    connection, transport = server.connect()
    connection.data_received(HEAD + b"{  }")
    server.loop.pass_(10_000)
    assert transport.end == ""


def test_after_an_answer_the_next_head_has_its_time_and_silence_less() -> None:
    server = Server()
    connection, transport = server.connect()
    server.loop.pass_(9.9)
    connection.data_received(HEAD + b"{  }")
    finish(connection)
    server.loop.pass_(4.9)
    connection.data_received(b"G")
    server.loop.pass_(5)
    assert transport.end == ""
    server.loop.pass_(0.1)
    assert code_of(transport) == "request.timeout"
    connection, transport = server.connect()
    connection.data_received(HEAD + b"{  }")
    finish(connection)
    server.loop.pass_(5)
    assert (transport.end, transport.sent) == ("close", b"")


def test_the_rest_of_a_body_after_the_answer_has_the_bodys_time() -> None:
    server = Server()
    connection, transport = server.connect()
    connection.data_received(HEAD + b"{")
    finish(connection)
    server.loop.pass_(4)
    connection.data_received(b" ")
    server.loop.pass_(95)
    assert transport.end == ""
    server.loop.pass_(1)
    assert transport.end == "abort"


def test_a_caller_that_takes_nothing_is_cut_off_and_one_that_takes_some_is_not() -> None:
    server = Server()
    connection, transport = server.connect()
    connection.data_received(HEAD + b"{  }")
    connection.pause_writing()
    server.loop.pass_(29)
    connection.resume_writing()
    server.loop.pass_(29)
    connection.pause_writing()
    server.loop.pass_(29)
    connection.pause_writing()
    assert transport.end == ""
    server.loop.pass_(1)
    assert transport.end == "abort"


def test_what_is_wrong_in_a_body_after_the_answer_ends_the_connection_without_a_word() -> None:
    server = Server()
    connection, transport = server.connect()
    connection.data_received(HEAD.replace(b"Content-Length: 4", b"Transfer-Encoding: chunked"))
    finish(connection)
    connection.data_received(b"nonsense\r\n")
    assert (transport.end, transport.sent) == ("close", b"")


def test_what_is_wrong_in_a_body_before_the_answer_is_said_and_the_application_is_told_nobody_is_there() -> None:
    server = Server()
    connection, transport = server.connect()
    connection.data_received(HEAD.replace(b"Content-Length: 4", b"Transfer-Encoding: chunked"))
    connection.data_received(b"nonsense\r\n")
    assert (transport.end, code_of(transport)) == ("close", "request.malformed")
    assert connection.cycle.disconnected and connection.cycle.message_event.is_set()


def test_half_an_answer_is_not_followed_by_another() -> None:
    server = Server()
    connection, transport = server.connect()
    connection.data_received(HEAD.replace(b"Content-Length: 4", b"Transfer-Encoding: chunked"))
    connection.cycle.response_started = True
    connection.data_received(b"nonsense\r\n")
    assert (transport.end, transport.sent) == ("abort", b"")


def test_connections_are_counted_by_address_and_in_all_and_forgotten() -> None:
    server = Server()
    opened = [server.connect(peer) for peer in ("203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2")]
    assert [code_of(transport) for _, transport in opened] == ["", "", "server.busy", "server.busy"]
    for connection, _ in opened:
        connection.connection_lost(None)
    assert (server.state.connections, opened[0][0].terms.of_address) == (set(), {})
    assert code_of(server.connect()[1]) == ""


def test_a_trusted_proxy_may_hold_them_all() -> None:
    server = Server(trusted=(ip_network("203.0.113.0/30"),))
    assert [code_of(server.connect()[1]) for _ in range(4)] == ["", "", "", "server.busy"]


def test_no_timer_outlives_its_connection() -> None:
    server = Server()
    connection, _ = server.connect()
    connection.data_received(HEAD)
    connection.pause_writing()
    connection.pause_writing()
    connection.connection_lost(None)
    assert all(handle.is_cancelled for handle in server.loop.handles)


@pytest.mark.parametrize("name", ["proxy_headers", "access_log", "server_header"])
def test_nothing_of_uvicorns_speaks_of_or_believes_a_caller(name: str) -> None:
    assert getattr(Server().config, name) is False
