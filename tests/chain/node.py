"""
A fake chain behind a real RPC port on loopback, with every bad habit of a node, a balancer and a wire.

`habits` are used up one a request, `sending` one a request that hands over raw transactions; `always` stays. A habit is a
name of `HABITS`, or a `Says`: the JSON-RPC error that raw transactions get. What it does to the chain is told beside its name.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ledger.errors import RpcRefused
from tests.chain.weather import Lie
from tests.fake_chain import FakeChain

Answer = tuple[int, dict[str, str], bytes]  # status, headers, body


@dataclass(frozen=True)
class Says:
    """Raw transactions are answered with this error; `lands` says whether the node took them all the same."""

    code: int
    message: str
    data: Any = None
    lands: bool = True


@dataclass
class Node:
    """What listens. `chain_id` is what it says its chain is, if another than the chain's; `requests` counts HTTP requests."""

    chain: FakeChain
    habits: list[str | Says] = field(default_factory=list)
    sending: list[str | Says] = field(default_factory=list)
    always: str | Says = ""
    chain_id: int | None = None
    lies: dict[str, Lie] = field(default_factory=dict)  # by method
    requests: int = 0
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, raw: bytes) -> Answer | None:
        """The HTTP answer to a request; None hangs up."""
        with self._lock:
            self.requests += 1
            queue = self.sending if b"eth_sendRawTransaction" in raw and self.sending else self.habits
            habit = queue.pop(0) if queue else self.always
            if isinstance(habit, Says) or habit == "":
                return 200, {}, self._json(json.loads(raw), habit if isinstance(habit, Says) else None)
            lands, made = HABITS[habit]
            body = self._json(json.loads(raw), None) if lands else b""
        if habit == "hangs":
            self.released.wait(60)
        return made(body)

    def _json(self, asked: Any, says: Says | None) -> bytes:
        if isinstance(asked, dict):
            return json.dumps(self._envelope(asked, says)).encode()
        return json.dumps([self._envelope(entry, says) for entry in asked]).encode()

    def _envelope(self, asked: dict[str, Any], says: Says | None) -> dict[str, Any]:
        method, envelope = asked["method"], {"jsonrpc": "2.0", "id": asked["id"]}
        if method == "eth_sendRawTransaction" and says is not None:
            if says.lands:
                self._result(method, asked["params"])
            error = {"code": says.code, "message": says.message}
            return {**envelope, "error": error if says.data is None else {**error, "data": says.data}}
        try:
            return {**envelope, "result": self._result(method, asked["params"])}
        except RpcRefused as refused:
            data = None if refused.data is None else "0x" + refused.data.hex()
            return {**envelope, "error": {"code": refused.rpc_code, "message": "execution reverted", "data": data}}

    def _result(self, method: str, params: list[Any]) -> Any:
        if method == "eth_chainId" and self.chain_id is not None:
            return hex(self.chain_id)
        answer = self.chain.call(method, params)
        return self.lies[method](params, answer) if method in self.lies else answer


def _page(status: int, text: str, **headers: str) -> Callable[[bytes], Answer]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _body: (status, named, text.encode())


def _both(body: bytes) -> Answer:
    """Every envelope has a result, or null for one, and an error beside it."""
    read = json.loads(body)
    entries = read if isinstance(read, list) else [read]
    both = [{"result": None, **entry, "error": {"code": -32000, "message": "already known"}} for entry in entries]
    return 200, {}, json.dumps(both if isinstance(read, list) else both[0]).encode()


def _other_ids(body: bytes) -> Answer:
    read = json.loads(body)
    entries = read if isinstance(read, list) else [read]
    for entry in entries:
        entry["id"] += 1_000
    return 200, {}, json.dumps(read).encode()


def _reordered(body: bytes) -> Answer:
    read = json.loads(body)
    return 200, {}, json.dumps(list(reversed(read)) if isinstance(read, list) else read).encode()


# name → (whether the request reaches the chain, what becomes of the true answer)
HABITS: Mapping[str, tuple[bool, Callable[[bytes], Answer | None]]] = {
    "drops the request": (False, lambda _: None),
    "drops the answer": (True, lambda _: None),
    "hangs": (True, lambda _: None),  # until it is released
    "truncates": (True, lambda body: (200, {}, body[: len(body) // 2])),
    "breaks off": (True, lambda body: (200, {"Content-Length": str(len(body) + 9)}, body)),
    "says nothing": (True, lambda _: (200, {}, b"")),
    "says null": (True, lambda _: (200, {}, b"null")),
    "shows a page": (False, _page(200, "<html><body><h1>502 Bad Gateway</h1></body></html>", Content_Type="text/html")),
    "shows a page for what it took": (True, _page(200, "<html><body>ok</body></html>", Content_Type="text/html")),
    "bad gateway": (False, _page(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", Content_Type="text/html")),
    "bad gateway after it took": (True, _page(504, "upstream request timeout")),
    "too many requests": (False, _page(429, '{"error":"rate limit exceeded"}', Retry_After="1")),
    "too many requests in JSON-RPC": (
        False, _page(200, '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"daily request count exceeded"}}'),
    ),
    "redirects": (False, _page(307, "", Location="http://127.0.0.1:1/")),
    "result and error": (True, _both),
    "answers somebody else": (True, _other_ids),
    "answers in another order": (True, _reordered),  # allowed for a batch (JSON-RPC 2.0 §6): no fault
}  # fmt: skip


@contextmanager
def serve(chain: FakeChain) -> Iterator[Node]:
    """The node on a port of its own until the context ends."""
    node = Node(chain)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: two would wait for each other (Nagle and delayed acknowledgement)

        def do_POST(self) -> None:
            answer = node.answer(self.rfile.read(int(self.headers["content-length"])))
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = headers.get("Content-Length") not in (None, str(len(body)))

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    node.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield node
    finally:
        node.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
