"""`POST /freeze`: a member stops its own anchoring and statuses at once, as when its key is stolen. Only a vote ends it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from gateway.acts.fields import Fields
from gateway.routes.acts import taken
from gateway.routes.body import optional_body
from gateway.routes.caller import governing_key
from gateway.routes.idempotency import answered_once
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey

router = APIRouter()


@router.post("/freeze")
@answered_once
def post_freeze(
    request: Request, key: Annotated[StoredKey, Depends(governing_key)], content: Annotated[Any, Depends(optional_body)]
) -> JSONResponse:
    """Queues the freeze of the key's own member. There is nothing to say in a body."""
    if content is not None:
        Fields(content, ())
    parts = parts_of(request)
    return taken(parts, parts.desk.ask_freeze(key.owner, by=key.id))
