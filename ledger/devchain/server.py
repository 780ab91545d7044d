"""
JSON-RPC over HTTP/1.1 on a loopback address, and only there.

Every key of the chain lies on this machine, so nobody else is let in: another address is refused when binding, and a
request when its Host is not a loopback name, or a page in a browser could reach the chain by a rebound name. No CORS, no TLS.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Final, Self

from ledger.devchain import rpc
from ledger.devchain.errors import DevChainError

MAX_BODY: Final = 1024 * 1024  # bytes: a transaction of 128 KiB is 256 KiB of hex
IDLE_S: Final = 60.0  # a silent connection is closed; clients with a pool open a new one
MAX_DISCARDED: Final = 16 * MAX_BODY  # bytes read and dropped so that a client still sending gets to see its 413
_log = logging.getLogger(__name__)


class Server:
    """A running server. `url` is its address; it answers from when this returns until `close`."""

    def __init__(self, methods: rpc.Runner, *, host: str, port: int, on_close: Callable[[], None]) -> None:
        """Raises DevChainError `devchain.bind.not-loopback` or `devchain.bind.failed`."""
        address = _loopback(host)
        try:
            self._http = _Http(address, port, methods)
        except (OSError, OverflowError) as error:
            raise DevChainError("devchain.bind.failed", "the address cannot be bound (is the port taken?)") from error
        shown = f"[{address}]" if address.version == 6 else str(address)
        self.url = f"http://{shown}:{self._http.server_address[1]}"
        self._on_close = on_close
        self._closed = False
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.1}, name="devchain-http", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Answer what is being asked, stop listening and end every connection. Closing twice is allowed."""
        if self._closed:
            return
        self._closed = True
        self._http.shutdown()
        self._thread.join()
        self._http.end_connections()
        self._http.server_close()
        self._on_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address to bind; a name other than localhost is not looked up, because it could mean anything tomorrow."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise DevChainError("devchain.bind.not-loopback", "give a loopback address, not a name") from error
    if not address.is_loopback:
        raise DevChainError("devchain.bind.not-loopback", "the development chain listens on loopback only")
    return address


class _Http(ThreadingTCPServer):
    """One thread a connection; the open ones are known, so that closing does not wait for silent clients."""

    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, methods: rpc.Runner) -> None:
        self.address_family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        self.methods = methods
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((str(address), port), _Handler)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """Let each handler finish its answer and see the end of its connection."""
        with self._lock:
            for request in self._connections:
                with contextlib.suppress(OSError):  # the client has gone already
                    request.shutdown(socket.SHUT_RD)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """A client that goes away or falls silent is no event of ours; anything else is a fault and is logged."""
        if not isinstance(sys.exc_info()[1], OSError):
            _log.exception("devchain.http.failed")


class _Handler(BaseHTTPRequestHandler):
    """POST only, with a Content-Length, of JSON, for a loopback Host."""

    server: _Http
    protocol_version = "HTTP/1.1"
    server_version = "Shisu-DevChain"
    sys_version = ""
    timeout = IDLE_S
    wbufsize = -1  # head and body leave in one segment
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        refusal = self._refusal()
        if refusal is not None:
            if refusal is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                self._discard(int(self.headers["Content-Length"]))
            self._send(refusal, b"")
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answered = rpc.answer(body, self.server.methods)
        if answered is None:
            self._send(HTTPStatus.NO_CONTENT, b"")
        else:
            self._send(HTTPStatus.OK, answered)

    def _refusal(self) -> HTTPStatus | None:
        """Why this request is not answered, or None; the connection ends with a refusal."""
        length = self.headers.get("Content-Length", "")
        if not _is_loopback_name(self.headers.get("Host", "")):
            return HTTPStatus.FORBIDDEN
        if self.path != "/":
            return HTTPStatus.NOT_FOUND
        if self.headers.get_content_type() != "application/json":
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit() and len(length) < 16):
            return HTTPStatus.LENGTH_REQUIRED
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if int(length) > MAX_BODY else None

    def _discard(self, length: int) -> None:
        left = min(length, MAX_DISCARDED)
        while left > 0:
            read = len(self.rfile.read(min(left, 65_536)))
            if read == 0:
                return
            left -= read

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        if status not in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            self.send_header("Connection", "close")
        if status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, _message: str | None = None, _explain: str | None = None) -> None:
        """What the base class refuses (another method, a malformed request line), without its page that repeats the input."""
        self.close_connection = True
        self._send(HTTPStatus(code), b"")

    def log_message(self, *_: object) -> None:
        """Requests are not logged: they hold what others submit."""


def _is_loopback_name(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    try:
        return name == "localhost" or ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
