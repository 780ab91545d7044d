"""`POST /events` and `GET /events/{id}`: one event in, and how far the events of an eventID have come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from gateway.auth import rendering_for
from gateway.errors import Refused
from gateway.intake.accept import ROLLBACK, take
from gateway.intake.epcis import read_event
from gateway.intake.standard.uris import is_event_id
from gateway.intake.tally import counting_unreadable
from gateway.links import event_path
from gateway.routes.body import event_body
from gateway.routes.caller import any_key, submitting_key
from gateway.routes.capture import outcomes
from gateway.routes.correction import correction_view
from gateway.routes.idempotency import answered_once
from gateway.routes.parts import parts_of
from gateway.routes.views import event_view
from gateway.store.events import by_event_id
from gateway.store.keys import StoredKey

router = APIRouter()


@router.post("/events")
@answered_once
def post_event(
    request: Request,
    key: Annotated[StoredKey, Depends(submitting_key)],
    raw: Annotated[bytes, Depends(event_body)],
) -> JSONResponse:
    """Takes one event that carries its @context; durable when this answers 201."""
    parts = parts_of(request)
    with counting_unreadable(parts.db, key, now=parts.now()):
        document = read_event(raw, tiers=parts.intake.catalogue.tiers)
    capture = take(parts.db, parts.intake, document, key=key, behaviour=ROLLBACK)
    (outcome,) = outcomes(parts, capture)
    return JSONResponse(outcome, status_code=201, headers={"Location": event_path(outcome["eventID"])})


@router.get("/events/{event_id:path}")
def get_event(request: Request, event_id: str, key: Annotated[StoredKey, Depends(any_key)]) -> JSONResponse:
    """The events of an eventID that the caller may see, oldest first: a wrong one and its error declaration share one.

    A wrong one says how its correction stands.
    """
    parts = parts_of(request)
    if not is_event_id(event_id):
        raise Refused("request.not_found")
    with parts.db.read() as tx:
        found = by_event_id(tx, event_id)
    visible = [event for event in found if rendering_for(key, event.submitter, parts.members) is not None]
    if not visible:
        raise Refused("request.not_found")
    with parts.db.read() as tx:
        corrected = [correction_view(tx, event) for event in visible]
    listed = [
        {**event_view(event, parts.settings.public_url), **({} if view is None else {"correction": view})}
        for event, view in zip(visible, corrected, strict=True)
    ]
    return JSONResponse({"events": listed})
