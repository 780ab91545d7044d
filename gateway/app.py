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
from gateway.openapi import description
from gateway.problems import PROBLEMS, problem
from gateway.rates import Buckets, Rate, Rates
from gateway.room import Room
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
from gateway.settings import RateSettings, Settings
from gateway.store.database import Database
from gateway.underway import Underway

_RESOURCES = (
    capture, imports, queries, events, certificates, staples, statuses, acts, consortium_members, proposals, freeze, trust,
    enterprises, quality, health,
)  # fmt: skip


def create_app(  # noqa: PLR0913  one parameter a part
    settings: Settings,
    db: Database,
    *,
    proofs: Proofs,
    desk: Desk,
    members: Mapping[str, Member],
    catalogue: Catalogue,
    now: Callable[[], int],
    monotonic: Callable[[], float],
    random: Callable[[int], bytes],
) -> FastAPI:
    """The application. `members` are all members of the consortium by USCC, `random` is `secrets.token_bytes`.

    `monotonic` in seconds is the clock of rates and of what is remembered for a moment.
    """
    app = FastAPI(title="Shisu", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    intake = Intake(
        catalogue=catalogue, members=members, hosts=settings.digital_link_hosts,
        future_s=settings.limits.future_s, now=now, random=random,
    )  # fmt: skip
    rates = _rates(settings.rates, monotonic)
    app.state.parts = Parts(
        settings=settings, db=db, intake=intake, proofs=proofs, desk=desk, members=members, now=now, underway=Underway(),
        rates=rates, room=Room(db, settings.limits, list(members), monotonic=monotonic),
    )  # fmt: skip
    for module in _RESOURCES:
        app.include_router(module.router)
    app.openapi = lambda: description(app, [module.router for module in _RESOURCES])  # type: ignore[method-assign]
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _bad_parameter)
    app.add_exception_handler(HTTPException, _framework)
    app.add_middleware(Boundary, addresses=rates.addresses, trusted=settings.trusted_proxies)
    return app


def _rates(settings: RateSettings, monotonic: Callable[[], float]) -> Rates:
    allowed = (
        Rate(settings.address_per_s, settings.address_burst),
        Rate(settings.key_per_s, settings.key_burst),
        Rate(settings.failure_per_s, settings.failure_burst),
    )
    addresses, keys, failures = (Buckets(rate, monotonic=monotonic) for rate in allowed)
    return Rates(addresses=addresses, keys=keys, failures=failures)


async def _refused(request: Request, error: Exception) -> Response:
    refused = error if isinstance(error, Refused) else Refused("internal")
    words = PROBLEMS.get(refused.code, PROBLEMS["internal"])
    headers = {"WWW-Authenticate": "Bearer"} if words.status == 401 else None
    return problem(
        refused.code, faults=refused.faults, count=refused.count, request_id=_request_id(request), headers=headers,
        retry_s=refused.retry_s,
    )  # fmt: skip


async def _bad_parameter(request: Request, _error: Exception) -> Response:
    return problem("request.parameter", request_id=_request_id(request))


async def _framework(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {404: "request.not_found", 405: "request.method", 413: "body.too_large"}
    return problem(codes.get(status, "request.parameter" if status < 500 else "internal"), request_id=_request_id(request))


def _request_id(request: Request) -> str:
    return str(request.state.request_id)
