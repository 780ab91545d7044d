"""The HTTP side: loopback only, sizes, and an end that waits for nobody."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ledger.devchain import DevChain, DevChainError
from ledger.devchain.server import MAX_BODY, Server, _Handler

ASK = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    yield opened
    opened.close()


def status(
    connection: http.client.HTTPConnection, body: bytes = ASK, method: str = "POST", path: str = "/", **headers: str
) -> int:
    connection.request(method, path, body, JSON | {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status in (200, 204) or text == b""
    return answer.status


def test_one_connection_serves_many_calls(connection: http.client.HTTPConnection, chain: DevChain) -> None:
    for _ in range(3):
        connection.request("POST", "/", ASK, JSON)
        answer = connection.getresponse()
        assert json.loads(answer.read())["result"] == hex(chain.chain_id)
    assert status(connection, b'{"jsonrpc":"2.0","method":"eth_chainId"}') == 204
    assert status(connection) == 200


def test_a_body_may_fill_the_limit_and_not_pass_it(connection: http.client.HTTPConnection) -> None:
    assert status(connection, ASK.ljust(MAX_BODY)) == 200
    assert status(connection, ASK.ljust(MAX_BODY + 1)) == 413
    assert status(connection, ASK.ljust(12 * MAX_BODY)) == 413  # more than the sockets buffer: it is read to its end
    assert status(connection) == 200  # on a new connection: the refused one has ended


def test_a_body_of_unknown_or_impossible_length_is_refused(connection: http.client.HTTPConnection) -> None:
    assert status(connection, Transfer_Encoding="chunked") == 411
    for length in ("-1", "1_0", "٣", "+5", "x"):
        assert status(connection, b"", Content_Length=length.encode().decode("latin-1")) == 411
    assert status(connection, b"", Content_Length="9" * 30) == 411


def test_only_post_of_json_to_the_root_is_answered(connection: http.client.HTTPConnection) -> None:
    assert status(connection, Content_Type="text/plain") == 415
    assert status(connection, path="/other") == 404
    for method in ("GET", "PUT", "OPTIONS", "EVIL"):
        assert status(connection, b"", method=method) == 501


@pytest.mark.parametrize("host", ["example.org", "example.org:80", "10.0.0.1", "127.0.0.1.example.org", "", "[::2]:1"])
def test_a_page_that_reaches_us_by_another_name_is_refused(connection: http.client.HTTPConnection, host: str) -> None:
    assert status(connection, Host=host) == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1", "127.0.0.1:8545", "[::1]", "[::1]:8545"])
def test_loopback_names_are_answered(connection: http.client.HTTPConnection, host: str) -> None:
    assert status(connection, Host=host) == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "192.0.2.1", "example.org", "", "*"])
def test_only_loopback_can_be_bound(chain: DevChain, host: str) -> None:
    with pytest.raises(DevChainError) as refusal:
        chain.serve(host)
    assert refusal.value.code == "devchain.bind.not-loopback"
    with chain.serve("localhost") as served:
        assert served.url.startswith("http://127.0.0.1:")


def test_a_taken_or_impossible_port_is_said(chain: DevChain) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        for port in (other.getsockname()[1], 70_000):
            with pytest.raises(DevChainError) as refusal:
                chain.serve(port=port)
            assert refusal.value.code == "devchain.bind.failed"


def test_closing_does_not_wait_for_silent_clients_and_frees_the_port(chain: DevChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Handler, "timeout", 120)
    server = chain.serve()
    port = int(server.url.rsplit(":", 1)[1])
    silent = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    assert status(silent) == 200  # and the connection stays open
    with socket.create_connection(("127.0.0.1", port)) as halfway:
        halfway.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
        closing = threading.Thread(target=server.close)
        closing.start()
        closing.join(60)
        assert not closing.is_alive()
        server.close()
        assert silent.sock.recv(1) == b""
    silent.close()
    chain.serve(port=port).close()


def test_an_answer_being_made_is_finished_before_the_end(chain: DevChain, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go_on = threading.Event(), threading.Event()
    honest: Callable[[], Any] = type(chain._blocks).head.fget  # type: ignore[attr-defined]

    def slow(self: Any) -> Any:
        if threading.current_thread().name.startswith("Thread"):
            entered.set()
            go_on.wait(30)
        return honest(self)

    with chain.serve() as server:
        monkeypatch.setattr(type(chain._blocks), "head", property(slow))
        opened = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
        opened.request("POST", "/", ASK.replace(b"eth_chainId", b"eth_blockNumber"), JSON)
        entered.wait(30)
        closing = threading.Thread(target=server.close)
        closing.start()
        go_on.set()
        assert json.loads(opened.getresponse().read())["result"] == "0x0"
        opened.close()
        closing.join()


def test_a_fault_of_ours_is_logged_and_a_client_that_leaves_is_not(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for error, logged in ((BrokenPipeError(), False), (ZeroDivisionError(), True)):
        caplog.clear()

        def fail(*_: object, error: Exception = error) -> bytes:
            raise error

        monkeypatch.setattr("ledger.devchain.rpc.answer", fail)
        opened = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
        opened.request("POST", "/", ASK, JSON)
        with pytest.raises(http.client.RemoteDisconnected):
            opened.getresponse()
        opened.close()
        assert ("devchain.http.failed" in caplog.text) is logged
