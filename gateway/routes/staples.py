"""
`GET /staples/{number}`: a fresh status proof for whoever holds the certificate. It names no goods and needs no check code.

With `item=<code>` it answers for that unit's own codes too; whoever can ask that knows the unit already.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from certs.canonical import canonical
from gateway.routes.certificates import PENDING, event_of
from gateway.routes.parts import parts_of

router = APIRouter()


@router.get("/staples/{number}")
def get_staple(request: Request, number: str, item: str = "") -> Response:
    """The staple as RFC 8785 JSON; 202 while nothing is issued, 503 while the chain cannot be read."""
    parts = parts_of(request)
    event = event_of(parts, number)
    if event.number is None:
        return JSONResponse(PENDING, status_code=202)
    return Response(canonical(parts.proofs.staple(event.number, item or None)), media_type="application/json")
