"""`GET /acts/{id}`: how far an act has come. An act of another member is as if it were not there."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from gateway.acts.words import act_view
from gateway.errors import Refused
from gateway.links import act_path
from gateway.routes.caller import member_key
from gateway.routes.parts import Parts, parts_of
from gateway.store.acts import Act
from gateway.store.keys import StoredKey

router = APIRouter()
_ID = re.compile(r"[1-9][0-9]{0,15}")


@router.get("/acts/{text}")
def get_act(request: Request, text: str, key: Annotated[StoredKey, Depends(member_key)]) -> JSONResponse:
    """The act, in words and with its place on the chain."""
    parts = parts_of(request)
    act = parts.desk.find(id_of(text))
    if act is None or act.member != key.owner:
        raise Refused("request.not_found")
    return JSONResponse(act_view(act, parts.desk.consortium, parts.desk.roll.known))


def taken(parts: Parts, act: Act) -> JSONResponse:
    """The answer to an ask: 202, and where to look."""
    shown = act_view(act, parts.desk.consortium, parts.desk.roll.known)
    return JSONResponse(shown, status_code=202, headers={"Location": act_path(act.id)})


def id_of(text: str) -> int:
    """A number from a path. Raises `request.not_found` for any other text."""
    if not is_id(text):
        raise Refused("request.not_found")
    return int(text)


def is_id(text: str) -> bool:
    """Whether a text is a number that can be given to something: 1 and up, in one spelling."""
    return _ID.fullmatch(text) is not None
