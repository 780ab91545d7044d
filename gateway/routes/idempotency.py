"""
`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request sent again gets the very answer it got first.

A key is its owner's, compared as it is written, and kept for ever. Not kept: failures of ours (5xx), and what is no judgement
of the content (401, 403, 408, 413, 429, and what says Retry-After), so that the same request can succeed later. Between taking
effect and keeping the answer the process may die: the request then runs again, which doubles nothing, because events are known by
their content.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from gateway.errors import Refused
from gateway.problems import problem
from gateway.routes.parts import Parts, parts_of
from gateway.store.answered import Answered, find_answer, keep_answer
from gateway.store.keys import StoredKey

REPLAYED: Final = "Idempotency-Replayed"
BEHAVIOUR: Final = "gs1-capture-error-behaviour"
_RETRY: Final = {"Retry-After": "1"}
_NOT_KEPT: Final = frozenset({401, 403, 408, 413, 429})
_KEY = re.compile(r"[!-~]{1,255}")


def answered_once(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    """Gives an endpoint the header. It has the parameters `request` and `key`, and reads its body by `gateway.routes.body`."""

    @wraps(endpoint)
    def once(*, request: Request, key: StoredKey, **more: Any) -> Response:
        idempotency_key = _key_of(request)
        if idempotency_key is None:
            return endpoint(request=request, key=key, **more)
        parts, asked = parts_of(request), _request_sha256(request)
        with parts.underway.alone("request", key.owner, idempotency_key) as is_first:
            if not is_first:
                return problem("idempotency.running", request_id=request.state.request_id, headers=_RETRY)
            with parts.db.read() as tx:
                found = find_answer(tx, key.owner, idempotency_key)
            if found is not None:
                return _replay(found, asked)
            answer = _run(lambda: endpoint(request=request, key=key, **more), request.state.request_id)
            return _keep(parts, key.owner, idempotency_key, asked, answer)

    return once


def _key_of(request: Request) -> str | None:
    sent = request.headers.getlist("idempotency-key")
    if not sent:
        return None
    if len(sent) != 1 or _KEY.fullmatch(sent[0]) is None:
        raise Refused("idempotency.key")
    return sent[0]


def _request_sha256(request: Request) -> bytes:
    """SHA-256 of what is asked for: method, path, query, error behaviour, content type, and the body as it was hashed when read.

    The content type says as what a table's bytes are read.
    """
    said = (request.headers.getlist(name) for name in (BEHAVIOUR, "content-type"))
    asked = [request.method, request.url.path, request.url.query, *said]
    body_sha256: bytes = getattr(request.state, "body_sha256", b"")
    return hashlib.sha256(json.dumps(asked).encode() + body_sha256).digest()


def _replay(found: Answered, asked: bytes) -> Response:
    if found.request_sha256 != asked:
        raise Refused("idempotency.conflict")
    return Response(found.body, status_code=found.status, headers={**found.headers, REPLAYED: "true"})


def _run(run: Callable[[], Response], request_id: str) -> Response:
    """The endpoint's answer, a refusal being one too."""
    try:
        return run()
    except Refused as error:
        return problem(error.code, faults=error.faults, count=error.count, request_id=request_id)


def _is_kept(answer: Response) -> bool:
    is_judgement = answer.status_code < 500 and answer.status_code not in _NOT_KEPT
    return is_judgement and "retry-after" not in answer.headers


def _keep(parts: Parts, owner: str, idempotency_key: str, asked: bytes, answer: Response) -> Response:
    """Stores the answer and gives it; if another gateway process was faster, gives that one's."""
    if not _is_kept(answer):
        return answer
    headers, body = dict(answer.headers.items()), bytes(answer.body)
    made = Answered(request_sha256=asked, status=answer.status_code, headers=headers, body=body)
    with parts.db.write() as tx:
        found = find_answer(tx, owner, idempotency_key)
        if found is None:
            keep_answer(tx, owner, idempotency_key, made, now=parts.now())
    return answer if found is None else _replay(found, asked)
