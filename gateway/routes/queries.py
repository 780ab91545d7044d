"""
`GET /events?…` and the resource paths of EPCIS 2.0 (`/epcs/{epc}/events` …): the SimpleEventQuery over what the caller may see.

An enterprise's key sees its own submissions whole; a member's key with the right to read sees every event as far as the bureaus
do, and its own whole; nobody sees more. A page costs a fixed number of statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import JSONResponse

from certs.times import format_time
from gateway.auth import rendering_for
from gateway.errors import Fault, Refused
from gateway.queries.answer import answer
from gateway.queries.parameters import NEXT_PAGE, Question, read_question
from gateway.queries.tokens import VALID_S, Page, read_token, write_token
from gateway.routes.caller import any_key
from gateway.routes.parts import Parts, parts_of
from gateway.store.event_index import Bodies, CodesAsked, Position, bodies_of, find_page, newest, with_lots
from gateway.store.keys import StoredKey

router = APIRouter()
VERSIONS: Final = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}
MAX_PAGE_BYTES: Final = 2**21  # of stored events: a page ends early rather than outgrow a client's 4 MiB
_SLICE: Final = 100  # events read at a time: at most 500 a page are five statements
_NOBODY: Final = ""  # no event's submitter
_PATHS: Final = {
    "eventTypes": "eventType", "epcs": "MATCH_anyEPC", "bizSteps": "EQ_bizStep", "bizLocations": "EQ_bizLocation",
    "readPoints": "EQ_readPoint", "dispositions": "EQ_disposition",
}  # fmt: skip


@router.get("/events")
def get_events(request: Request, key: Annotated[StoredKey, Depends(any_key)]) -> JSONResponse:
    """A page of the events that the parameters ask for."""
    return _page(request, key, request.query_params.multi_items(), "/events")


def _under(resource: str, parameter: str) -> Callable[..., JSONResponse]:
    """The answer where a path asks for one value of a parameter."""

    def get_events_of(request: Request, value: str, key: Annotated[StoredKey, Depends(any_key)]) -> JSONResponse:
        pairs = request.query_params.multi_items()
        if any(name == parameter for name, _ in pairs):  # path and parameter would hold together, not be alternatives
            raise Refused("query.refused", [Fault("query.twice", f"?{parameter}")])
        return _page(request, key, [(parameter, value), *pairs], f"/{resource}/{quote(value, safe='')}/events")

    return get_events_of


for _resource, _parameter in _PATHS.items():
    router.add_api_route(f"/{_resource}/{{value:path}}/events", _under(_resource, _parameter), methods=["GET"])


def _page(request: Request, key: StoredKey, pairs: list[tuple[str, str]], path: str) -> JSONResponse:
    parts = parts_of(request)
    question = read_question(pairs, parts.intake.hosts)
    now = parts.now()
    with parts.db.read() as tx:
        page = _asked_page(tx, question, key, now)
        search = replace(question.search, codes=tuple(_both_spellings(tx, asked) for asked in question.search.codes))
        found = find_page(
            tx, search, submitter=_whose(key, parts), top=page.top, after=page.after, limit=question.per_page + 1
        )  # fmt: skip
        shown = _read(tx, found[: question.per_page])
    headers = dict(VERSIONS)
    if len(shown) < len(found):
        following = Page(found[len(shown) - 1], page.top)
        token = write_token(following, question.sha256, secret=key.secret_sha256, expires=now + VALID_S)
        again = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != NEXT_PAGE])
        link = f"{parts.settings.public_url}{path}?{again}{'&' if again else ''}{NEXT_PAGE}={token}"
        headers |= {"Link": f'<{link}>; rel="next"', "GS1-Next-Page-Token-Expires": format_time(now + VALID_S)}
    return JSONResponse(answer(shown, key, parts.members, with_ids=question.with_ids, now=now), headers=headers)


def _asked_page(tx: Connection, question: Question, key: StoredKey, now: int) -> Page:
    if question.token is None:
        return Page(None, newest(tx))
    return read_token(question.token, question.sha256, secret=key.secret_sha256, now=now)


def _whose(key: StoredKey, parts: Parts) -> str | None:
    """Whose events a key may search: None is everybody's, for a member that may read what is nobody's of its own."""
    return key.owner if rendering_for(key, _NOBODY, parts.members) is None else None


def _both_spellings(tx: Connection, asked: CodesAsked) -> CodesAsked:
    return CodesAsked(with_lots(tx, asked.keys), asked.roles)


def _read(tx: Connection, found: Sequence[Position]) -> list[Bodies]:
    """The events of these positions, as many as fit in a page; one always does."""
    shown: list[Bodies] = []
    size = 0
    for start in range(0, len(found), _SLICE):
        rows = [position.row_id for position in found[start : start + _SLICE]]
        stored = bodies_of(tx, rows)
        for bodies in (stored[row] for row in rows):
            size += len(bodies.public) + len(bodies.bureaus) + len(bodies.submitter_own)
            if shown and size > MAX_PAGE_BYTES:
                return shown
            shown.append(bodies)
    return shown
