"""
The outermost layer: a request id, security headers, the rate of an address, and an answer for what nobody foresaw.

An exception that reaches it is logged by type and place, never by message (an SQL error carries its parameters), and answered
with a problem that holds the request id only.
"""

from __future__ import annotations

import re
import secrets
import traceback
from typing import Any, Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import problem
from gateway.rates import Buckets, Network, whose_address
from gateway.staples import Rewound
from gateway.store.errors import StoreError
from gateway.store.outage import outage_code
from ledger.errors import LedgerError

log = structlog.get_logger()
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_KEY: Final = re.compile(rb"[0-9a-fA-F]{16}(?:\.|%2[eE])[A-Za-z0-9_-]{43}")  # an API key: logs keep what a query says
ALIVE: Final = "/healthz"  # a supervisor that gets no answer kills the process: never limited


class Boundary:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, *, addresses: Buckets, trusted: tuple[Network, ...]) -> None:
        self._app = app
        self._addresses = addresses
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or passes on what is not HTTP."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *HEADERS, (b"x-request-id", request_id.encode())]
            await send(message)

        if (refusal := self._refusal(scope, request_id)) is not None:
            await refusal(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception as error:  # whatever it is, the caller gets an answer and the process goes on
            _log(error, request_id)
            if started:  # half an answer cannot be mended: the connection is cut by the server
                raise Interrupted from None
            await _answer_for(error, request_id)(scope, receive, answer)

    def _refusal(self, scope: Scope, request_id: str) -> Response | None:
        """What is refused before anybody looks at the request; leaves the caller's address in the request's state."""
        if scope["http_version"] not in ("1.0", "1.1"):
            return problem("request.malformed", request_id=request_id, headers={"Connection": "close"})
        if _frames_twice(scope):
            return problem("request.framing", request_id=request_id, headers={"Connection": "close"})
        peer = (scope.get("client") or ("",))[0]
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        address = scope["state"]["address"] = whose_address(peer, forwarded, self._trusted)
        if _KEY.search(scope["query_string"]):
            return problem("auth.query", request_id=request_id)
        if scope["path"] == ALIVE:
            return None
        wait = self._addresses.take(address)
        return problem("rate.address", request_id=request_id, retry_s=wait) if wait else None


def _frames_twice(scope: Scope) -> bool:
    """Two lengths, or chunks before HTTP/1.1: two readers would see two requests (RFC 9112 §6.1, §6.3; smuggling)."""
    names = {name for name, _ in scope["headers"]}
    return b"transfer-encoding" in names and (b"content-length" in names or scope["http_version"] == "1.0")


class Interrupted(Exception):
    """An answer broke off after its first byte; the cause has been logged."""


def _answer_for(error: Exception, request_id: str) -> ASGIApp:
    outage = outage_code(error)  # disk full, read-only, locked, or the server is away
    if outage is not None:
        return problem(outage, request_id=request_id)
    if isinstance(error, Rewound):
        return problem("staple.rewound", request_id=request_id)
    if isinstance(error, LedgerError):
        return problem("chain.unavailable", request_id=request_id)
    return problem("internal", request_id=request_id)


def _log(error: Exception, request_id: str) -> None:
    last: Any = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    place = f"{last.filename}:{last.lineno}" if last else ""
    code = error.code if isinstance(error, LedgerError | StoreError) else outage_code(error) or ""
    log.error("request.failed", request_id=request_id, kind=type(error).__name__, code=code, place=place)
