"""`/proposals`: what the members vote on, and how they vote. Reading is for members, asking for a key that acts for one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from gateway.acts.desk import VOTES
from gateway.acts.proposal_words import proposal_views
from gateway.errors import Refused
from gateway.routes.acts import id_of, is_id, taken
from gateway.routes.body import asked_body, optional_body
from gateway.routes.caller import governing_key, member_key
from gateway.routes.idempotency import answered_once
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey
from ledger.governance import proposals

router = APIRouter()


@router.get("/proposals")
def get_proposals(request: Request, _key: Annotated[StoredKey, Depends(member_key)], below: str | None = None) -> JSONResponse:
    """A page of proposals, the newest first: those whose time is not over come before all others.

    `next` is what `below` must be for the page after it, or null.
    """
    if below is not None and not is_id(below):
        raise Refused("request.parameter")
    desk = parts_of(request).desk
    listed = proposals(desk.rpc, desk.consortium.deployment.consortium, below=None if below is None else int(below))
    following = listed[-1].id if listed and listed[-1].id > 1 else None
    return JSONResponse({"proposals": proposal_views(listed, desk), "next": following})


@router.get("/proposals/{text}")
def get_proposal(request: Request, text: str, _key: Annotated[StoredKey, Depends(member_key)]) -> JSONResponse:
    """One proposal: what it does, who approves it, how many are needed, until when."""
    desk = parts_of(request).desk
    return JSONResponse(proposal_views([desk.proposal(id_of(text))], desk)[0])


@router.post("/proposals")
@answered_once
def post_proposal(
    request: Request, key: Annotated[StoredKey, Depends(governing_key)], content: Annotated[Any, Depends(asked_body)]
) -> JSONResponse:
    """Proposes an action in our words. Proposing is not approving."""
    parts = parts_of(request)
    return taken(parts, parts.desk.ask_proposal(key.owner, content, by=key.id))


@router.post("/proposals/{text}/{vote}")
@answered_once
def post_vote(
    request: Request,
    text: str,
    vote: str,
    key: Annotated[StoredKey, Depends(governing_key)],
    content: Annotated[Any, Depends(optional_body)],
) -> JSONResponse:
    """Approves, withdraws an approval, or executes; of a body, `calls` is what the voter saw that the proposal calls."""
    parts = parts_of(request)
    if vote not in VOTES:
        raise Refused("request.not_found")
    return taken(parts, parts.desk.ask_vote(key.owner, vote, id_of(text), content, by=key.id))
