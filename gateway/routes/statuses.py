"""
`POST /statuses` asks for a status; `GET /statuses/{number}` says what the chain holds for a certificate, and
`GET /statuses?batch=…` or `?code=…` for a whole batch or a code of goods.

Nothing here proves anything: a staple does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from certs.codes import code_key, status_codes
from certs.number import parse_number
from gateway.acts.desk import Desk
from gateway.acts.fields import MAX_SEQ, Fields
from gateway.acts.words import word_view
from gateway.auth import rendering_for
from gateway.errors import Refused
from gateway.routes.acts import is_id, taken
from gateway.routes.body import asked_body
from gateway.routes.caller import any_key, governing_key, member_key
from gateway.routes.certificates import PENDING, event_of
from gateway.routes.idempotency import answered_once
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey
from ledger.anchors import head
from ledger.registry import batch_status, code_statuses, leaf_status
from ledger.runs import latest_number

router = APIRouter()


@router.post("/statuses")
@answered_once
def post_status(
    request: Request, key: Annotated[StoredKey, Depends(governing_key)], content: Annotated[Any, Depends(asked_body)]
) -> JSONResponse:
    """Queues a change of status of a certificate, a batch or a code of goods. Of a code, that is publication."""
    parts = parts_of(request)
    return taken(parts, parts.desk.ask_status(key.owner, content, by=key.id))


@router.get("/statuses")
def get_batch_or_code_status(request: Request, key: Annotated[StoredKey, Depends(member_key)]) -> JSONResponse:
    """For members: the word of a batch (`batch`; `member` by USCC or code, else the key's own), or those of a code (`code`)
    and of the wider codes that count for it, as one node has them now."""
    given = request.query_params
    asked: dict[str, Any] = dict(given)
    if len(given.multi_items()) != len(asked):
        raise Refused("request.parameter")
    if is_id(asked.get("batch", "")):
        asked["batch"] = int(asked["batch"])
    desk = parts_of(request).desk
    if "code" in asked:
        return JSONResponse(_code_words(desk, Fields(asked, ("code",)).goods("code")))
    fields = Fields(asked, ("batch", "member", "code"))
    seq = fields.integer("batch", least=1, most=MAX_SEQ)
    member = fields.member("member", desk.words().members) if "member" in fields else key.owner
    return JSONResponse(_batch_word(desk, member, seq))


@router.get("/statuses/{text}")
def get_status(request: Request, text: str, key: Annotated[StoredKey, Depends(any_key)]) -> JSONResponse:
    """The words of leaf, batch and every code, as one node has them now; for the submitter and the bureaus."""
    parts = parts_of(request)
    event = event_of(parts, text)
    if rendering_for(key, event.submitter, parts.members) is None:
        raise Refused("certificate.unknown")
    if event.number is None:
        return JSONResponse(PENDING, status_code=202)
    number = parse_number(event.number)
    rpc, registry = parts.desk.rpc, parts.desk.consortium.deployment.status_registry
    block = latest_number(rpc)
    return JSONResponse(
        {
            "number": event.number,
            "block": block,
            "leaf": word_view(leaf_status(rpc, registry, event.member, number.seq, number.index, block=block), number),
            "batch": word_view(batch_status(rpc, registry, event.member, number.seq, block=block)),
            "codes": _codes(parts.desk, json.loads(event.public_body)["codes"], block),
        }
    )


def _batch_word(desk: Desk, member: str, seq: int) -> dict[str, Any]:
    """The word of a batch that is on the chain. Raises `Refused` `status.place` for one that is not."""
    rpc, deployment = desk.rpc, desk.consortium.deployment
    block = latest_number(rpc)
    if head(rpc, deployment.anchor_log, member, seq, block=block) is None:
        raise Refused("status.place")
    word = word_view(batch_status(rpc, deployment.status_registry, member, seq, block=block))
    return {"member": desk.roll.known.view(member), "seq": seq, "block": block, "batch": word}


def _code_words(desk: Desk, code: str) -> dict[str, Any]:
    block = latest_number(desk.rpc)
    return {"code": code, "block": block, "codes": _codes(desk, [code], block)}


def _codes(desk: Desk, codes: Sequence[str], block: int) -> list[dict[str, Any]]:
    """The words of every code that a certificate naming `codes` depends on."""
    counting = status_codes(codes)
    words = code_statuses(
        desk.rpc, desk.consortium.deployment.status_registry, [code_key(code) for code in counting], block=block
    )
    return [{"code": code, "word": word_view(word)} for code, word in zip(counting, words, strict=True)]
