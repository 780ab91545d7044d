"""
The outermost layer: a request id, security headers, and an answer for what nobody foresaw.

An exception that reaches it is logged by type and place, never by message (an SQL error carries its parameters), and answered
with a problem that holds the request id only.
"""

from __future__ import annotations

import secrets
import traceback
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import problem
from gateway.staples import Rewound
from gateway.store.outage import outage_code
from ledger.errors import LedgerError

log = structlog.get_logger()
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
RETRY: Final = {"Retry-After": "5"}


class Boundary:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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

        if _frames_twice(scope):
            await problem("request.framing", request_id=request_id, headers={"Connection": "close"})(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # whatever it is, the caller gets an answer and the process goes on
            _log(error, request_id)
            if started:  # half an answer cannot be mended: the connection is cut by the server
                raise Interrupted from None
            await _answer_for(error, request_id)(scope, receive, answer)


def _frames_twice(scope: Scope) -> bool:
    """Both Content-Length and Transfer-Encoding: two readers would see two requests (RFC 9112 §6.3, smuggling)."""
    return {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}


class Interrupted(Exception):
    """An answer broke off after its first byte; the cause has been logged."""


def _answer_for(error: Exception, request_id: str) -> ASGIApp:
    outage = outage_code(error)  # disk full, read-only, locked, or the server is away
    if outage is not None:
        return problem(outage, request_id=request_id, headers=RETRY)
    if isinstance(error, Rewound):
        return problem("staple.rewound", request_id=request_id, headers=RETRY)
    if isinstance(error, LedgerError):
        return problem("chain.unavailable", request_id=request_id, headers=RETRY)
    return problem("internal", request_id=request_id)


def _log(error: Exception, request_id: str) -> None:
    last: Any = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    place = f"{last.filename}:{last.lineno}" if last else ""
    code = error.code if isinstance(error, LedgerError) else outage_code(error) or ""
    log.error("request.failed", request_id=request_id, kind=type(error).__name__, code=code, place=place)
