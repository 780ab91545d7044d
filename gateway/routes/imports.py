"""
`POST /imports`, `GET /imports/{id}`, its refused rows, and blank templates: tables in, mended tables back.

Good rows are durable when this answers 201; refused ones wait as a file in the form they came. The same file again answers 200
with the first result. While a large file is taken, `GET /imports?sha256=` tells how far it has come.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from certs.times import format_time
from gateway.auth import submits_for
from gateway.errors import Refused
from gateway.intake.tables.build import Sender
from gateway.intake.tables.cells import CellFault
from gateway.intake.tables.importing import NothingTaken, StillRunning, import_table, is_run
from gateway.intake.tables.loading import TableFile
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.previewing import preview_event
from gateway.intake.tables.profiles import shipped
from gateway.intake.tables.reasons import fault_view
from gateway.intake.tables.rejected import MEDIA_TYPES
from gateway.intake.tables.scheme import Mapping
from gateway.intake.tables.taking import Order
from gateway.intake.tables.template import template
from gateway.intake.tally import counting_unreadable
from gateway.links import event_path, import_path
from gateway.problems import problem
from gateway.routes.caller import any_key, submitting_key
from gateway.routes.idempotency import answered_once
from gateway.routes.parts import Parts, parts_of
from gateway.routes.upload import Upload, spooled_body
from gateway.routes.views import event_view
from gateway.store.database import Database
from gateway.store.enterprises import find
from gateway.store.events import by_rows
from gateway.store.imports import Import, find_import, imports_of_file, rejected_rows
from gateway.store.keys import StoredKey
from gateway.store.mappings import get_mapping

router = APIRouter()
_SHA256 = re.compile("[0-9a-f]{64}")
_MAX_LISTED: Final = 20
_RETRY: Final = {"Retry-After": "5"}
_ROWS: Final = 500  # of one answer


@router.post("/imports")
@answered_once
def post_import(
    request: Request,
    key: Annotated[StoredKey, Depends(submitting_key)],
    upload: Annotated[Upload, Depends(spooled_body)],
    profile: str,
    submitter: str = "",
    sheet: str = "",
    corrects: str = "",
) -> Response:
    """Takes the good rows of a table; durable when this answers. `corrects` is the eventID that the whole table corrects."""
    parts = parts_of(request)
    order = _order(parts, key, profile=profile, submitter=submitter, corrects=corrects)
    file = TableFile(upload.path, upload.sha256, upload.form, sheet)
    try:
        made, is_new = import_table(parts.db, parts.intake, file, order, parts.underway)
    except StillRunning as running:
        headers = {"Location": import_path(running.import_id), **_RETRY}
        return problem("import.running", request_id=request.state.request_id, headers=headers)
    except NothingTaken as refused:
        return _nothing_taken(parts, refused, request.state.request_id)
    except Refused as refused:
        with counting_unreadable(parts.db, key, now=parts.now()):
            raise refused
    status = 201 if is_new else 200
    return JSONResponse(_shown(parts, made), status_code=status, headers={"Location": import_path(made.id)})


@router.post("/imports/preview")
def post_preview(
    request: Request,
    key: Annotated[StoredKey, Depends(submitting_key)],
    upload: Annotated[Upload, Depends(spooled_body)],
    profile: str,
    submitter: str = "",
    sheet: str = "",
) -> Response:
    """The one event that a table would become, with its @context. Nothing is stored."""
    parts = parts_of(request)
    file = TableFile(upload.path, upload.sha256, upload.form, sheet)
    try:
        return JSONResponse(preview_event(parts.db, parts.intake, file, _order(parts, key, profile=profile, submitter=submitter)))
    except NothingTaken as refused:
        return _nothing_taken(parts, refused, request.state.request_id)


@router.get("/imports")
def get_imports(request: Request, key: Annotated[StoredKey, Depends(any_key)], sha256: str) -> JSONResponse:
    """The caller's imports of a file, the newest first: how far one has come that another request is still sending."""
    if _SHA256.fullmatch(sha256) is None:
        raise Refused("request.parameter")
    parts = parts_of(request)
    with parts.db.read() as tx:
        found = imports_of_file(tx, key.owner, bytes.fromhex(sha256), limit=_MAX_LISTED)
    return JSONResponse({"imports": [_summary(parts, made) for made in found]})


@router.get("/imports/templates/{profile}")
def get_template(
    request: Request, profile: str, key: Annotated[StoredKey, Depends(any_key)], format: str = "xlsx", submitter: str = ""
) -> Response:
    """A blank table of a profile: csv, xlsx, or json for the city platform's shape."""
    if format not in ("csv", "xlsx", "json"):
        raise Refused("request.parameter")
    is_others = submitter != "" and submitter in submits_for(key)
    mapping = _mapping(parts_of(request).db, submitter if is_others else key.owner, profile)
    return _file(template(mapping, format), MEDIA_TYPES[format], f"template.{format}")


@router.get("/imports/{import_id}")
def get_import(request: Request, import_id: str, key: Annotated[StoredKey, Depends(any_key)]) -> JSONResponse:
    """An import of the caller's own; another's is as if it were not there."""
    parts = parts_of(request)
    return JSONResponse(_shown(parts, _own(parts.db, import_id, key)))


@router.get("/imports/{import_id}/rows")
def get_rows(
    request: Request, import_id: str, key: Annotated[StoredKey, Depends(any_key)], after: Annotated[int, Query(ge=0)] = 0
) -> JSONResponse:
    """The rows that were taken, in the order they were, and how far their events have come; `next` leads on where there are more.

    An import of an older edition lists the rows of its first events only.
    """
    parts = parts_of(request)
    result = _own(parts.db, import_id, key).result
    taken = result.get("taken") or _listed(result)
    end = after + _ROWS
    shown = taken[2 * after : 2 * end]
    pairs = list(zip(shown[::2], shown[1::2], strict=True))
    with parts.db.read() as tx:
        stored = by_rows(tx, {event for _, event in pairs})
    rows = [{"row": line, **event_view(stored[event], parts.settings.public_url)} for line, event in pairs]
    return JSONResponse({"rows": rows, "next": end if 2 * end < len(taken) else None})


@router.get("/imports/{import_id}/rejected")
def get_rejected(request: Request, import_id: str, key: Annotated[StoredKey, Depends(any_key)]) -> Response:
    """The refused rows, in the form and encoding they came, with 错误原因."""
    parts = parts_of(request)
    made = _own(parts.db, import_id, key)
    with parts.db.read() as tx:
        found = rejected_rows(tx, import_id)
    if found is None:
        raise Refused("request.not_found")
    return _file(found[0], found[1], f"rejected.{made.result['form']}")


def _listed(result: dict[str, Any]) -> list[int]:
    """Line, row id of its event, line, … of the events that are listed."""
    return [number for entry in result["events"] for line in entry["rows"] for number in (line, entry["event"])]


def _own(db: Database, import_id: str, key: StoredKey) -> Import:
    with db.read() as tx:
        made = find_import(tx, import_id)
    if made is None or made.owner != key.owner:
        raise Refused("request.not_found")
    return made


def _order(parts: Parts, key: StoredKey, *, profile: str, submitter: str, corrects: str = "") -> Order:
    sender = _sender(parts.db, key, submitter)
    return Order(profile, _mapping(parts.db, sender.uscc, profile), sender, key, corrects)


def _sender(db: Database, key: StoredKey, submitter: str) -> Sender:
    """Who reports: the one that is named, or the only one the key may submit for, or its owner."""
    may = submits_for(key)
    if not submitter and key.owner not in may and len(may) > 1:
        raise Refused("table.submitter")
    uscc = submitter or (key.owner if key.owner in may else next(iter(may)))
    if uscc not in may:
        raise Refused("submitter.not_allowed")
    with db.read() as tx:
        enterprise = find(tx, uscc)
    if enterprise is None:
        raise Refused("submitter.unregistered")
    if enterprise.closed_at is not None:
        raise Refused("submitter.closed")
    return Sender(uscc, enterprise.gln or "")


def _mapping(db: Database, submitter: str, profile: str) -> Mapping:
    """The submitter's own mapping of this name, or the one that ships."""
    with db.read() as tx:
        stored = get_mapping(tx, submitter, profile)
    body = shipped(profile) if stored is None else stored.body
    if body is None:
        raise Refused("table.profile")
    return read_mapping(body)


def _summary(parts: Parts, made: Import) -> dict[str, Any]:
    """What is known of an import without its rows. `stalled`: nobody is taking it, and the same file sent again goes on."""
    result = made.result
    shown = {
        "importID": made.id, "href": import_path(made.id), "profile": made.profile, "submitter": made.submitter,
        "createdAt": format_time(made.created_at), **{name: result[name] for name in ("running", "form", "encoding", "counts")},
    }  # fmt: skip
    if result["running"]:
        shown["stalled"] = not is_run(made, parts.db, parts.underway, now=parts.now())
    if result["sheet"]:
        shown["sheet"] = result["sheet"]
    return shown


def _shown(parts: Parts, made: Import) -> dict[str, Any]:
    """An import as it stands: its first events with their state now, its first faults and warnings in words."""
    result, base = made.result, parts.settings.public_url
    with parts.db.read() as tx:
        stored = by_rows(tx, [entry["event"] for entry in result["events"]])
    events = [
        {"rows": entry["rows"], **event_view(stored[entry["event"]], base), "href": event_path(stored[entry["event"]].event_id)}
        for entry in result["events"]
    ]
    shown = {**_summary(parts, made), "events": events, **_faults_shown(result)}
    if "serials" in result:
        shown["serials"] = result["serials"]
    shown["rejected"] = f"{import_path(made.id)}/rejected" if result["counts"]["rejected"] else None
    return shown


def _faults_shown(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "faults": [fault_view(CellFault(**entry)) for entry in result["faults"]],
        "faultCount": result["faultCount"],
        "warnings": [fault_view(CellFault(**entry)) for entry in result["warnings"]],
        "warningCodes": result["warningCodes"],
    }


def _nothing_taken(parts: Parts, refused: NothingTaken, request_id: str) -> Response:
    """A problem, with the import if there is one: cells stand in `faults`, as for a file with good rows, not in `errors`."""
    answer = problem(refused.code, faults=refused.faults, count=refused.count, request_id=request_id)
    made = refused.made
    shown = {"counts": refused.result["counts"], **_faults_shown(refused.result)} if made is None else _shown(parts, made)
    body = {**json.loads(bytes(answer.body)), **shown}
    del body["errors"]
    return Response(json.dumps(body, ensure_ascii=False), status_code=answer.status_code, media_type=answer.media_type)


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
