"""
One connection of a caller: uvicorn's HTTP/1.1, with the bounds that it lacks.

How many there are, in all and of one address; how long a head, a body and the taking of an answer may last; heads read in one way
only; no WebSockets; and what is refused down here is a problem like any other. Uvicorn waits for ever for a head, for a body
(RELIABILITY.md §0 fact 8), for the rest of a body after it has answered, and for a caller that does not read.
"""

from __future__ import annotations

import asyncio
import http
import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.problems import problem
from gateway.rates import Network, is_in
from gateway.routes.boundary import HEADERS
from gateway.settings import Limits
from gateway.strict_heads import HEAD_BYTES, StrictHeads

STOPPING_S: Final = 30  # how long answers may take when the gateway is told to stop
_HEAD, _BODY, _NOTHING = "head", "body", ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What all connections of a server share: the limits, the proxies that may hold any number, and how many each address has."""

    limits: Limits
    trusted: tuple[Network, ...] = ()
    of_address: Counter[str] = field(default_factory=Counter)


class Connection(H11Protocol):
    """See the module. `terms` belongs to the class that `protocol_class` makes."""

    terms: Terms

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.conn._receive_buffer = StrictHeads()
        self._awaits = _NOTHING
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._peer = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes the connection, or turns it away with a 503."""
        super().connection_made(transport)
        self._peer = self.client[0] if self.client else ""
        self.terms.of_address[self._peer] += 1
        limits = self.terms.limits
        is_crowd = self.terms.of_address[self._peer] > limits.connections_of_address and not is_in(self._peer, self.terms.trusted)
        if is_crowd or len(self.connections) > limits.connections:
            self._refuse("server.busy")
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        super().connection_lost(exc)
        self.terms.of_address[self._peer] -= 1
        if not self.terms.of_address[self._peer]:
            del self.terms.of_address[self._peer]
        self._await(_NOTHING)
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Reads what came; bytes do not lengthen the time there is."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """An answer is out: the next head has its time from now."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """The caller does not take what is sent: it has a while to."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.terms.limits.answer_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It took some."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def send_400_response(self, msg: str) -> None:
        """What h11 cannot read, in our words."""
        del msg
        self._refuse("request.malformed")

    def _should_upgrade(self) -> bool:
        return False

    def _watch(self) -> None:
        """Starts the time for what is awaited now, unless it runs."""
        awaits = {h11.IDLE: _HEAD, h11.SEND_BODY: _BODY}.get(self.conn.their_state, _NOTHING)
        if awaits != self._awaits and not self.transport.is_closing():
            self._await(awaits)

    def _await(self, awaits: str) -> None:
        self._awaits = awaits
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        limits = self.terms.limits
        if awaits:
            self._timer = self.loop.call_later(limits.header_s if awaits == _HEAD else limits.request_s, self._too_late)

    def _too_late(self) -> None:
        """A caller that began a head is told; one that never did, or whose body has no end, is not waited for any more."""
        if self._awaits == _HEAD and self.conn.trailing_data[0]:
            self._refuse("request.timeout")
        else:
            self.transport.abort()

    def _refuse(self, code: str) -> None:
        """Answers without the application, which may wait for a body that will not come, and closes."""
        if self.cycle is not None and self.cycle.response_complete and self.cycle.more_body:
            self.transport.close()  # it has had its answer, and would take this for that to its next request
            return
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started:  # half an answer cannot be mended
                self.transport.abort()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not self.transport.is_closing():
            self.transport.write(_answer(code))
            self.transport.close()


def server_config(app: ASGIApp, limits: Limits, *, trusted: tuple[Network, ...]) -> uvicorn.Config:
    """How uvicorn serves a gateway. It reads no forwarded header and writes no access log: paths hold check codes."""

    class Bounded(Connection):
        terms = Terms(limits, trusted)

    return uvicorn.Config(
        app,
        http=Bounded,
        ws="none",
        log_config=None,
        log_level="error",  # a line for each unreadable request would fill a disk
        server_header=False,
        proxy_headers=False,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=limits.idle_s,
        timeout_graceful_shutdown=STOPPING_S,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )


def _answer(code: str) -> bytes:
    """A whole answer, after which the connection ends."""
    request_id = secrets.token_hex(8)
    made = problem(code, request_id=request_id, headers={"Connection": "close", "X-Request-ID": request_id})
    lines = [f"HTTP/1.1 {made.status_code} {http.HTTPStatus(made.status_code).phrase}".encode()]
    lines += [name + b": " + value for name, value in (*made.raw_headers, *HEADERS)]
    return b"\r\n".join((*lines, b"", bytes(made.body)))
