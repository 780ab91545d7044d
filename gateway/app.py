"""
The composition root of the HTTP service: settings, store, intake, proofs and routes become one application.

No OpenAPI page, no redirects of trailing slashes (they repeat the Host header), no framework error texts (they echo the input).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.acts.desk import Desk
from gateway.catalogue.tables import Catalogue
from gateway.errors import Refused
from gateway.intake.members import Member
from gateway.intake.records import Intake
from gateway.problems import PROBLEMS, problem
from gateway.routes import (
    acts,
    capture,
    certificates,
    enterprises,
    events,
    freeze,
    health,
    imports,
    proposals,
    quality,
    queries,
    staples,
    statuses,
    trust,
)
from gateway.routes import members as consortium_members
from gateway.routes.boundary import Boundary
from gateway.routes.parts import Parts, Proofs
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.underway import Underway

_RESOURCES = (
    capture, imports, queries, events, certificates, staples, statuses, acts, consortium_members, proposals, freeze, trust,
    enterprises, quality, health,
)  # fmt: skip


def create_app(
    settings: Settings,
    db: Database,
    *,
    proofs: Proofs,
    desk: Desk,
    members: Mapping[str, Member],
    catalogue: Catalogue,
    now: Callable[[], int],
    random: Callable[[int], bytes],
) -> FastAPI:
    """The application. `members` are all members of the consortium by USCC, `random` is `secrets.token_bytes`."""
    app = FastAPI(title="Shisu", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    intake = Intake(
        catalogue=catalogue, members=members, hosts=settings.digital_link_hosts,
        future_s=settings.limits.future_s, now=now, random=random,
    )  # fmt: skip
    app.state.parts = Parts(
        settings=settings, db=db, intake=intake, proofs=proofs, desk=desk, members=members, now=now, underway=Underway()
    )  # fmt: skip
    for module in _RESOURCES:
        app.include_router(module.router)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _bad_parameter)
    app.add_exception_handler(HTTPException, _framework)
    app.add_middleware(Boundary)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    code, faults, count = (error.code, error.faults, error.count) if isinstance(error, Refused) else ("internal", (), 0)
    words = PROBLEMS.get(code, PROBLEMS["internal"])
    headers = {"WWW-Authenticate": "Bearer"} if words.status == 401 else None
    return problem(code, faults=faults, count=count, request_id=_request_id(request), headers=headers)


async def _bad_parameter(request: Request, _error: Exception) -> Response:
    return problem("request.parameter", request_id=_request_id(request))


async def _framework(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {404: "request.not_found", 405: "request.method", 413: "body.too_large"}
    return problem(codes.get(status, "request.parameter" if status < 500 else "internal"), request_id=_request_id(request))


def _request_id(request: Request) -> str:
    return str(request.state.request_id)
