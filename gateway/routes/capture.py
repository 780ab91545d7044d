"""`POST /capture` and `GET /capture/{id}`: EPCIS documents in, capture jobs out (EPCIS 2.0 §12.6)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from gateway.errors import Refused
from gateway.intake.accept import PROCEED, ROLLBACK, take
from gateway.intake.epcis import read_document
from gateway.links import capture_path
from gateway.routes.body import document_body
from gateway.routes.caller import any_key, submitting_key
from gateway.routes.parts import Parts, parts_of
from gateway.routes.views import capture_view
from gateway.store.captures import Capture, find_capture
from gateway.store.events import by_rows
from gateway.store.keys import StoredKey

router = APIRouter()
_VERSIONS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}


@router.post("/capture")
def post_capture(
    request: Request,
    key: Annotated[StoredKey, Depends(submitting_key)],
    raw: Annotated[bytes, Depends(document_body)],
) -> JSONResponse:
    """Takes the events of an EPCISDocument; durable when this answers 202."""
    parts = parts_of(request)
    behaviour = _behaviour(request)
    document = read_document(raw, tiers=parts.intake.catalogue.tiers, max_events=parts.settings.limits.document_events)
    capture = take(parts.db, parts.intake, document, key=key, behaviour=behaviour)
    return JSONResponse(shown(parts, capture), status_code=202, headers={"Location": capture_path(capture.id), **_VERSIONS})


@router.get("/capture/{capture_id}")
def get_capture(request: Request, capture_id: str, key: Annotated[StoredKey, Depends(any_key)]) -> JSONResponse:
    """A capture job of the caller's own; another's is as if it were not there."""
    parts = parts_of(request)
    with parts.db.read() as tx:
        capture = find_capture(tx, capture_id)
    if capture is None or capture.owner != key.owner:
        raise Refused("request.not_found")
    return JSONResponse(shown(parts, capture), headers=_VERSIONS)


def shown(parts: Parts, capture: Capture) -> dict[str, Any]:
    """The job as it stands now."""
    with parts.db.read() as tx:
        stored = by_rows(tx, [entry["row"] for entry in capture.result if "row" in entry])
    return capture_view(capture, stored, parts.settings.public_url)


def _behaviour(request: Request) -> str:
    asked = request.headers.getlist("gs1-capture-error-behaviour") or [ROLLBACK]
    if len(asked) != 1 or asked[0] not in (ROLLBACK, PROCEED):
        raise Refused("capture.error_behaviour")
    return asked[0]
