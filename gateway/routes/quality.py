"""`GET /quality`: the daily quality report. An enterprise sees its own lines, a member those of its enterprises and its own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from certs.codes import is_uscc_form
from gateway.auth import ADMIN, READ, SUBMIT
from gateway.errors import Refused
from gateway.intake.tally import beijing_day
from gateway.quality import lines_of, to_csv
from gateway.routes.caller import any_key
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey
from gateway.store.tallies import read_counts

router = APIRouter()
MAX_COUNTS: Final = 50_000  # of one answer; a submitter has about ten a day
_VARY: Final = {"Vary": "Accept"}


@router.get("/quality")
def get_quality(
    request: Request,
    key: Annotated[StoredKey, Depends(any_key)],
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    submitter: str = "",
    format: str = "",
) -> Response:
    """The lines of the days from…to in Beijing, both included; today without them."""
    parts = parts_of(request)
    today = beijing_day(parts.now())
    first = _day(first or last or today)
    last = _day(last or max(first, today))
    if last < first or (submitter and not is_uscc_form(submitter)):
        raise Refused("request.parameter")
    reads_all = key.owner in parts.members and bool(key.rights & {READ, ADMIN})
    if not reads_all and (not key.rights & {READ, SUBMIT} or submitter not in ("", key.owner)):
        raise Refused("auth.right")
    with parts.db.read() as tx:
        found = read_counts(
            tx, first=first, last=last, submitter=submitter or (None if reads_all else key.owner),
            member=key.owner if reads_all else None, limit=MAX_COUNTS + 1,
        )  # fmt: skip
    if len(found) > MAX_COUNTS:
        raise Refused("quality.range")
    lines = lines_of(found)
    if _wants_csv(request, format):
        name = f'attachment; filename="quality-{first}-{last}.csv"'
        return Response(to_csv(lines), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name, **_VARY})
    return JSONResponse({"from": first, "to": last, "lines": [line.to_json() for line in lines]}, headers=_VARY)


def _day(text: str) -> str:
    """A day, YYYY-MM-DD. Raises `Refused` `request.parameter`."""
    try:
        if len(text) == len("YYYY-MM-DD"):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused("request.parameter") from None
    raise Refused("request.parameter")


def _wants_csv(request: Request, format: str) -> bool:
    """`format` csv or json decides; without it an Accept header that names text/csv and not JSON before it."""
    if format not in ("", "csv", "json"):
        raise Refused("request.parameter")
    accepted = [entry.partition(";")[0].strip().lower() for entry in request.headers.get("accept", "").split(",")]
    preferred = next((entry for entry in accepted if entry in ("text/csv", "application/json")), "")
    return format == "csv" or (not format and preferred == "text/csv")
