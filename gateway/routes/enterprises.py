"""
`/enterprises` and their mappings (导入方案): a bureau registers, closes and hands over the enterprises under itself, no other's.

Another bureau's enterprise is as if it were not there, unless somebody would register it a second time. An enterprise is never
deleted: closing it stops its submissions, registering it again opens it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from certs.codes import is_uscc_form
from certs.times import format_time
from gateway.catalogue.kinds import known_kinds
from gateway.errors import Refused
from gateway.intake.tables.named import read_stored_mapping
from gateway.registration import read_registration
from gateway.routes.body import asked_body, mapping_body
from gateway.routes.caller import governing_key
from gateway.routes.parts import parts_of
from gateway.store import enterprises, mappings
from gateway.store.enterprises import Enterprise
from gateway.store.keys import StoredKey
from gateway.store.mappings import StoredMapping

router = APIRouter()
PER_PAGE: Final = 100
MAX_PER_PAGE: Final = 500
MAX_MAPPING_NAME: Final = 64  # characters
_FIELDS: Final = ("name", "kind", "gln", "member")


@router.get("/enterprises")
def get_enterprises(
    request: Request,
    key: Annotated[StoredKey, Depends(governing_key)],
    per_page: Annotated[int, Query(alias="perPage", ge=1, le=MAX_PER_PAGE)] = PER_PAGE,
    after: Annotated[str, Query(alias="nextPageToken", pattern="^[0-9A-Z]{0,18}$")] = "",
) -> JSONResponse:
    """The bureau's enterprises by USCC, open and closed; a Link header leads to the next page."""
    parts = parts_of(request)
    with parts.db.read() as tx:
        found = enterprises.listed(tx, member=key.owner, after=after, limit=per_page + 1)
    shown, headers = found[:per_page], {}
    if len(shown) < len(found):
        following = urlencode({"perPage": per_page, "nextPageToken": shown[-1].uscc})
        headers = {"Link": f'<{parts.settings.public_url}/enterprises?{following}>; rel="next"'}
    return JSONResponse({"enterprises": [_shown(enterprise) for enterprise in shown]}, headers=headers)


@router.get("/enterprises/{uscc}")
def get_enterprise(request: Request, uscc: str, key: Annotated[StoredKey, Depends(governing_key)]) -> JSONResponse:
    """One of the bureau's enterprises."""
    with parts_of(request).db.read() as tx:
        return JSONResponse(_shown(_own(tx, uscc, key)))


@router.put("/enterprises/{uscc}")
def put_enterprise(
    request: Request, uscc: str, key: Annotated[StoredKey, Depends(governing_key)], content: Annotated[Any, Depends(asked_body)]
) -> JSONResponse:
    """Registers an enterprise, changes it, opens a closed one, or hands one over: `member` is another bureau's USCC or code."""
    parts = parts_of(request)
    asked = content.get("member", key.owner)
    codes = {member.code: of for of, member in parts.members.items()}
    member = codes.get(asked, asked) if isinstance(asked, str) and (asked in codes or asked in parts.members) else None
    kinds = known_kinds(parts.intake.catalogue)
    enterprise = read_registration(content, uscc, member=member, kinds=kinds, fields=_FIELDS)
    with parts.db.write() as tx:
        known = enterprises.find(tx, uscc)
        if known is not None and known.member != key.owner:
            raise Refused("enterprise.elsewhere")
        if known is None and member != key.owner:  # nobody registers in another bureau's name
            raise Refused("auth.right")
        is_new = enterprises.register(tx, enterprise)
    return JSONResponse(_shown(enterprise), status_code=201 if is_new else 200)


@router.delete("/enterprises/{uscc}")
def close_enterprise(request: Request, uscc: str, key: Annotated[StoredKey, Depends(governing_key)]) -> JSONResponse:
    """Closes an enterprise: nothing more is taken from it, and what was taken stays as it is."""
    parts = parts_of(request)
    with parts.db.write() as tx:
        _own(tx, uscc, key)
        enterprises.close(tx, uscc, now=parts.now())
        return JSONResponse(_shown(_own(tx, uscc, key)))


@router.get("/enterprises/{uscc}/mappings")
def get_mappings(request: Request, uscc: str, key: Annotated[StoredKey, Depends(governing_key)]) -> JSONResponse:
    """The names of an enterprise's mappings."""
    with parts_of(request).db.read() as tx:
        found = mappings.list_mappings(tx, _own(tx, uscc, key).uscc)
    return JSONResponse({"mappings": [_named(mapping) for mapping in found]})


@router.get("/enterprises/{uscc}/mappings/{name}")
def get_mapping(request: Request, uscc: str, name: str, key: Annotated[StoredKey, Depends(governing_key)]) -> JSONResponse:
    """A mapping as it was put."""
    with parts_of(request).db.read() as tx:
        found = mappings.get_mapping(tx, _own(tx, uscc, key).uscc, _name(name))
    if found is None:
        raise Refused("request.not_found")
    return JSONResponse(found.body)


@router.put("/enterprises/{uscc}/mappings/{name}")
def put_mapping(
    request: Request,
    uscc: str,
    name: str,
    key: Annotated[StoredKey, Depends(governing_key)],
    content: Annotated[Any, Depends(mapping_body)],
) -> JSONResponse:
    """Puts a mapping under a name; that of a shipped profile is replaced for this enterprise. Raises `mapping.*`."""
    parts = parts_of(request)
    read_stored_mapping(content, parts.intake.catalogue)
    mapping = StoredMapping(uscc, _name(name), content, parts.now())
    with parts.db.write() as tx:
        _own(tx, uscc, key)
        is_new = mappings.put_mapping(tx, mapping)
    return JSONResponse(_named(mapping), status_code=201 if is_new else 200)


@router.delete("/enterprises/{uscc}/mappings/{name}")
def delete_mapping(request: Request, uscc: str, name: str, key: Annotated[StoredKey, Depends(governing_key)]) -> Response:
    """Removes a mapping; what was imported by it stays."""
    with parts_of(request).db.write() as tx:
        if not mappings.delete_mapping(tx, _own(tx, uscc, key).uscc, _name(name)):
            raise Refused("request.not_found")
    return Response(status_code=204)


def _own(tx: Connection, uscc: str, key: StoredKey) -> Enterprise:
    """An enterprise under the key's bureau. Raises `request.not_found`."""
    found = enterprises.find(tx, uscc) if is_uscc_form(uscc) else None
    if found is None or found.member != key.owner:
        raise Refused("request.not_found")
    return found


def _name(name: str) -> str:
    """A mapping's name from a path. Raises `request.parameter`."""
    if len(name) > MAX_MAPPING_NAME or not name.isprintable():
        raise Refused("request.parameter")
    return name


def _shown(enterprise: Enterprise) -> dict[str, Any]:
    shown = {"uscc": enterprise.uscc, "name": enterprise.name, "kind": enterprise.kind, "member": enterprise.member}
    if enterprise.gln is not None:
        shown["gln"] = enterprise.gln
    if enterprise.closed_at is not None:
        shown["closedAt"] = format_time(enterprise.closed_at)
    return {**shown, "mappings": f"/enterprises/{quote(enterprise.uscc, safe='')}/mappings"}


def _named(mapping: StoredMapping) -> dict[str, str]:
    href = f"/enterprises/{quote(mapping.enterprise, safe='')}/mappings/{quote(mapping.name, safe='')}"
    return {"name": mapping.name, "changedAt": format_time(mapping.changed_at), "href": href}
