"""`GET /healthz` says that the process answers; `GET /readyz` that its store and its chain do."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from gateway.routes.parts import parts_of
from gateway.store.outage import UNAVAILABLE, outage_code

router = APIRouter()


@router.get("/healthz")
async def get_health() -> JSONResponse:
    """200 while the process lives; it waits for no thread, so that a busy gateway is not taken for a dead one."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def get_readiness(request: Request) -> JSONResponse:
    """200 when the store answers and proofs can be made, else 503 with the codes of what is missing."""
    parts = parts_of(request)
    try:
        troubles = list(parts.proofs.troubles())
    except SQLAlchemyError as error:
        troubles = [outage_code(error) or UNAVAILABLE]
    status = "not ready" if troubles else "ready"
    return JSONResponse({"status": status, "troubles": troubles}, status_code=503 if troubles else 200)
