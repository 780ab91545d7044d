"""The fake chain behind a real HTTP port, so that it outlives the gateway process that asks it. Each block is mined at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ledger.errors import RpcRefused
from tests.fake_chain import FakeChain


@dataclass
class FakeNode:
    """Answers for whatever `chain` is now; a request that brought transactions is answered after their block."""

    url: str
    chain: FakeChain

    def answer(self, asked: Any) -> Any:
        answers = [self._answer_one(one) for one in asked] if isinstance(asked, list) else self._answer_one(asked)
        if self.chain.pool:
            self.chain.mine()
        return answers

    def _answer_one(self, asked: dict[str, Any]) -> dict[str, Any]:
        envelope = {"jsonrpc": "2.0", "id": asked["id"]}
        try:
            return {**envelope, "result": self.chain.call(asked["method"], asked["params"])}
        except RpcRefused as refused:
            data = None if refused.data is None else "0x" + refused.data.hex()
            return {**envelope, "error": {"code": refused.rpc_code, "message": "", "data": data}}


@contextmanager
def serve_node(chain: FakeChain) -> Iterator[FakeNode]:
    """On a free port of loopback."""
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with turn:
                answer = json.dumps(node.answer(asked)).encode()
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n"
            self.wfile.write(head.encode() + answer)

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        node = FakeNode(f"http://127.0.0.1:{server.server_port}", chain)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield node
        finally:
            server.shutdown()
            thread.join()
