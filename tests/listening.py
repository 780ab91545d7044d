"""A real server in front of an application, as `shisu serve` runs it, and bytes to and from it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from gateway.connection import server_config
from gateway.settings import Limits

Address = tuple[str, int]


@contextmanager
def listening(app: Any, **limits: Any) -> Iterator[Address]:
    """Serves on a free port; `limits` are those of `gateway.settings.Limits`."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        server = uvicorn.Server(server_config(app, Limits(**limits), trusted=()))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join()


def rest_of(connection: socket.socket) -> bytes:
    """Everything until the server closes; a reset ends it too."""
    answer = b""
    try:
        while chunk := connection.recv(65_536):
            answer += chunk
    except ConnectionResetError:
        pass
    return answer


def said_to(address: Address, sent: bytes) -> bytes:
    """What the server answers to these bytes before it closes."""
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(sent)
        return rest_of(connection)
