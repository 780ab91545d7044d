"""`GET /members`: the members of the consortium as the chain has them now, for its members."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from certs.consensus.endorsement import needed
from gateway.routes.caller import member_key
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey
from ledger.actions import rights_of, scope_of
from ledger.members import Membership, memberships, validator_set, voters
from ledger.quantities import to_data

router = APIRouter()


@router.get("/members")
def get_members(request: Request, _key: Annotated[StoredKey, Depends(member_key)]) -> JSONResponse:
    """Every member there is or was, with rights, scope, signer and state; those that left too."""
    desk = parts_of(request).desk
    address = desk.consortium.deployment.consortium
    voting, validators = voters(desk.rpc, address), validator_set(desk.rpc, address)
    names = desk.roll.names(desk.rpc)
    listed = sorted({*names.members, *voting, *validators.operators})
    operated = dict(zip(validators.operators, map(to_data, validators.validators), strict=True))
    shown = [
        {
            **names.view(uscc),
            **_known(known),
            "votes": uscc in voting,
            "servedHere": uscc in desk.signers,
            "validator": operated.get(uscc),
        }
        for uscc, known in zip(listed, memberships(desk.rpc, address, listed), strict=True)
        if known is not None
    ]
    return JSONResponse({"members": shown, "voters": len(voting), "needed": needed(len(voting))})


def _known(known: Membership) -> dict[str, Any]:
    return {
        "code": known.code,
        "rights": list(rights_of(known.rights)),
        **{name: list(entries) for name, entries in scope_of(known.scope).items()},
        "signer": known.signer,
        "active": known.active,
        "frozen": known.frozen,
    }
