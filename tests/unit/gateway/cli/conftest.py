"""Parts for the command line's tests: a runner, a consortium's files, and a gateway that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import zip_longest
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

from certs.canonical import canonical
from gateway.cli.client import GatewayClient
from gateway.cli.commands import app
from gateway.store.database import migrate, open_database
from tests.service import Service, service_in
from tests.world import Anchor, World, record_of

Shisu = Callable[..., Result]


@pytest.fixture
def shisu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shisu]:
    """Runs `shisu ARGUMENTS…` with a configuration directory of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    yield lambda *arguments, **more: CliRunner().invoke(app, [str(a) for a in arguments], **more)
    structlog.reset_defaults()  # a command sets logging up for its process; its standard error, the runner's, is closed now


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """Settings of a gateway whose store is `gateway.db` beside them, with its tables."""
    store = open_database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrate(store)
    store.close()
    content = {
        "database_url": f"sqlite:///{tmp_path / 'gateway.db'}",
        "rpc_urls": ["http://127.0.0.1:1"],
        "manifest": str(tmp_path / "deployment.json"),
        "public_url": "http://127.0.0.1:8080",
        "members": [{"uscc": "11310000TE5TB0040K", "code": "COM", "name": "市商务委"}],
    }
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


@pytest.fixture
def anchor() -> Anchor:
    """A batch of two records on a consortium in memory."""
    made = World().anchor([record_of("a"), record_of("b")])
    made.world.mine()
    return made


@pytest.fixture
def bundle(anchor: Anchor, tmp_path: Path) -> Path:
    """The consortium's trust bundle as a file."""
    path = tmp_path / "bundle.json"
    path.write_bytes(canonical(anchor.world.bundle()))
    return path


class Scripted:
    """An HTTP server on loopback that gives one answer to everything, or some in turn, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, b"{}", {}
        self.asked: list[tuple[str, str, bytes]] = []
        self.queue: list[tuple[int, bytes]] = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                scripted.asked.append((self.path, self.headers.get("authorization", ""), body))
                if scripted.queue:
                    scripted.status, scripted.body = scripted.queue.pop(0)
                self.send_response(scripted.status)
                for name, value in {"Content-Length": str(len(scripted.body)), **scripted.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(scripted.body)

            do_GET = do_POST = answer

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def say(self, status: int, content: object, **headers: str) -> None:
        self.status, self.headers = status, headers
        self.body = content if isinstance(content, bytes) else json.dumps(content).encode()

    def say_in_turn(self, *contents: object, statuses: tuple[int, ...] = ()) -> None:
        """One answer after the other, each with its status or 200; the last one is kept."""
        answers = zip_longest(contents, statuses, fillvalue=200)
        self.queue = [(status, json.dumps(content).encode()) for content, status in answers]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def gateway() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.close()


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A real gateway that answers whatever address a command asks."""
    for made in service_in(tmp_path):

        def answer(request: httpx.Request, made: Service = made) -> httpx.Response:
            said = made.request(
                request.method, request.url.raw_path.decode(), headers=dict(request.headers), content=request.read()
            )
            return httpx.Response(said.status_code, headers=said.headers, stream=httpx.ByteStream(said.content))

        def client(url: str, headers: dict[str, str]) -> httpx.Client:
            return httpx.Client(base_url=url, headers=headers, transport=httpx.MockTransport(answer))

        monkeypatch.setattr(GatewayClient, "_client", staticmethod(client))
        yield made


@pytest.fixture
def key_of(service: Service, tmp_path: Path) -> Callable[..., list[str]]:
    """The options with which a command asks that gateway, by a new key of an enterprise."""

    def options(owner: str, *rights: str, **more: Any) -> list[str]:
        path = tmp_path / f"{owner}.key"
        path.write_text(service.key(owner, *rights, **more)["Authorization"].removeprefix("Bearer "))
        return ["--url", "http://gateway.test", "--key-file", str(path)]

    return options
