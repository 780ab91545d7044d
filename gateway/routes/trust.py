"""`GET /trust`: the trust bundle. From the gateway it is used against, it proves nothing until its fingerprint is compared."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from certs.canonical import canonical
from gateway.routes.parts import parts_of

router = APIRouter()


@router.get("/trust")
def get_trust(request: Request) -> Response:
    """The bundle as RFC 8785 JSON, with a head of now."""
    return Response(canonical(parts_of(request).proofs.trust()), media_type="application/json")
