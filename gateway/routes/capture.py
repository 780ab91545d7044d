"""`POST /capture` and `GET /capture/{id}`: EPCIS documents in, capture jobs out (EPCIS 2.0 §12.6)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from mmap import mmap
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from gateway.errors import Refused
from gateway.intake.accept import PROCEED, ROLLBACK, take
from gateway.intake.epcis import read_document
from gateway.intake.tally import counting_unreadable
from gateway.links import capture_path
from gateway.routes.body import document_body
from gateway.routes.caller import any_key, submitting_key
from gateway.routes.idempotency import answered_once
from gateway.routes.parts import Parts, parts_of
from gateway.routes.views import capture_view, outcome_view
from gateway.store.captures import Capture, find_capture
from gateway.store.events import by_rows
from gateway.store.keys import StoredKey

router = APIRouter()
_ROWS: Final = 500
_VERSIONS: Final = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}


@router.post("/capture")
@answered_once
def post_capture(
    request: Request,
    key: Annotated[StoredKey, Depends(submitting_key)],
    raw: Annotated[bytes | mmap, Depends(document_body)],
) -> Response:
    """Takes the events of an EPCISDocument; durable when this answers 202."""
    parts = parts_of(request)
    behaviour = _behaviour(request)
    with counting_unreadable(parts.db, key, now=parts.now()):
        document = read_document(raw, tiers=parts.intake.catalogue.tiers, max_events=parts.settings.limits.document_events)
    capture = take(parts.db, parts.intake, document, key=key, behaviour=behaviour)
    return _answer(parts, capture, status=202, headers={"Location": capture_path(capture.id)})


@router.get("/capture/{capture_id}")
def get_capture(request: Request, capture_id: str, key: Annotated[StoredKey, Depends(any_key)]) -> Response:
    """A capture job of the caller's own; another's is as if it were not there."""
    parts = parts_of(request)
    with parts.db.read() as tx:
        capture = find_capture(tx, capture_id)
    if capture is None or capture.owner != key.owner:
        raise Refused("request.not_found")
    return _answer(parts, capture, status=200, headers={})


def outcomes(parts: Parts, capture: Capture) -> Iterator[dict[str, Any]]:
    """What became of each event, as it stands now; of a large job only some rows are held at a time."""
    with parts.db.read() as tx:
        for start in range(0, len(capture.result), _ROWS):
            entries = capture.result[start : start + _ROWS]
            stored = by_rows(tx, [entry["row"] for entry in entries if "row" in entry])
            yield from (outcome_view(entry, stored, parts.settings.public_url) for entry in entries)


def _answer(parts: Parts, capture: Capture, *, status: int, headers: Mapping[str, str]) -> Response:
    """The job with all its outcomes, which become text one by one."""
    body = io.BytesIO()
    body.write(_text(capture_view(capture))[:-1] + b',"events":[')
    for index, outcome in enumerate(outcomes(parts, capture)):
        body.write(b"," * bool(index) + _text(outcome))
    body.write(b"]}")
    return Response(body.getvalue(), status_code=status, headers={**headers, **_VERSIONS}, media_type="application/json")


def _text(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _behaviour(request: Request) -> str:
    asked = request.headers.getlist("gs1-capture-error-behaviour") or [ROLLBACK]
    if len(asked) != 1 or asked[0] not in (ROLLBACK, PROCEED):
        raise Refused("capture.error_behaviour")
    return asked[0]
