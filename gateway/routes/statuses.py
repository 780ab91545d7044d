"""`POST /statuses` asks for a status; `GET /statuses/{number}` says what the chain holds for a certificate."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from certs.codes import code_key, status_codes
from certs.number import parse_number
from gateway.acts.words import word_view
from gateway.auth import rendering_for
from gateway.errors import Refused
from gateway.routes.acts import taken
from gateway.routes.body import asked_body
from gateway.routes.caller import any_key, governing_key
from gateway.routes.certificates import PENDING, event_of
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey
from ledger.registry import batch_status, code_statuses, leaf_status
from ledger.runs import latest_number

router = APIRouter()


@router.post("/statuses")
def post_status(
    request: Request, key: Annotated[StoredKey, Depends(governing_key)], content: Annotated[Any, Depends(asked_body)]
) -> JSONResponse:
    """Queues a change of status of a certificate, a batch or a code of goods. Of a code, that is publication."""
    parts = parts_of(request)
    return taken(parts, parts.desk.ask_status(key.owner, content, by=key.id))


@router.get("/statuses/{text}")
def get_status(request: Request, text: str, key: Annotated[StoredKey, Depends(any_key)]) -> JSONResponse:
    """The words of leaf, batch and every code, as one node has them now; for the submitter and the bureaus.

    Nothing here proves anything: a staple does.
    """
    parts = parts_of(request)
    event = event_of(parts, text)
    if rendering_for(key, event.submitter, parts.members) is None:
        raise Refused("certificate.unknown")
    if event.number is None:
        return JSONResponse(PENDING, status_code=202)
    number = parse_number(event.number)
    rpc, registry = parts.desk.rpc, parts.desk.consortium.deployment.status_registry
    codes = status_codes(json.loads(event.public_body)["codes"])
    block = latest_number(rpc)
    words = code_statuses(rpc, registry, [code_key(code) for code in codes], block=block)
    return JSONResponse(
        {
            "number": event.number,
            "block": block,
            "leaf": word_view(leaf_status(rpc, registry, event.member, number.seq, number.index, block=block), number),
            "batch": word_view(batch_status(rpc, registry, event.member, number.seq, block=block)),
            "codes": [{"code": code, "word": word_view(word)} for code, word in zip(codes, words, strict=True)],
        }
    )
