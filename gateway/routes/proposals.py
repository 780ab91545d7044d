"""`/proposals`: what the members vote on, and how they vote. Reading is for members, asking for a key that acts for one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from gateway.acts.desk import VOTES
from gateway.acts.words import proposal_view
from gateway.errors import Refused
from gateway.routes.acts import id_of, taken
from gateway.routes.body import asked_body
from gateway.routes.caller import governing_key, member_key
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey
from ledger.governance import proposals

router = APIRouter()


@router.get("/proposals")
def get_proposals(request: Request, _key: Annotated[StoredKey, Depends(member_key)]) -> JSONResponse:
    """Every proposal, the newest first."""
    desk = parts_of(request).desk
    listed = proposals(desk.rpc, desk.consortium.deployment.consortium)
    return JSONResponse({"proposals": [proposal_view(one, desk.consortium) for one in reversed(listed)]})


@router.get("/proposals/{text}")
def get_proposal(request: Request, text: str, _key: Annotated[StoredKey, Depends(member_key)]) -> JSONResponse:
    """One proposal: what it does, who approves it, how many are needed, until when."""
    desk = parts_of(request).desk
    return JSONResponse(proposal_view(desk.proposal(id_of(text)), desk.consortium))


@router.post("/proposals")
def post_proposal(
    request: Request, key: Annotated[StoredKey, Depends(governing_key)], content: Annotated[Any, Depends(asked_body)]
) -> JSONResponse:
    """Proposes an action in our words. Proposing is not approving."""
    parts = parts_of(request)
    return taken(parts, parts.desk.ask_proposal(key.owner, content, by=key.id))


@router.post("/proposals/{text}/{vote}")
def post_vote(request: Request, text: str, vote: str, key: Annotated[StoredKey, Depends(governing_key)]) -> JSONResponse:
    """Approves, withdraws an approval, or executes."""
    parts = parts_of(request)
    if vote not in VOTES:
        raise Refused("request.not_found")
    return taken(parts, parts.desk.ask_vote(key.owner, vote, id_of(text), by=key.id))
