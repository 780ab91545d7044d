"""`POST /freeze`: a member stops its own anchoring and statuses at once, as when its key is stolen. Only a vote ends it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from gateway.routes.acts import taken
from gateway.routes.caller import governing_key
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey

router = APIRouter()


@router.post("/freeze")
def post_freeze(request: Request, key: Annotated[StoredKey, Depends(governing_key)]) -> JSONResponse:
    """Queues the freeze of the key's own member."""
    parts = parts_of(request)
    return taken(parts, parts.desk.ask_freeze(key.owner, by=key.id))
