"""
`GET /certificates/{number}` with `.json` and `.png`: what a number stands for, as far as the asker may know.

Without the check code (or a key): that it exists, and the food class. With it: the public rendering, and the certificate that
took its place or whose place it took. A wrong check code is
answered exactly like none. A key of the submitter or a bureau gets its own rendering. No verdict is spoken here: the file proves
itself, this gateway does not.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Any, Final

import qrcode  # type: ignore[import-untyped]
from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from certs.canonical import canonical
from certs.errors import MalformedCertificate
from certs.number import parse_number
from certs.scope import CLASS_NAMES_ZH
from gateway.acts.statuses import subject_of_leaf
from gateway.auth import rendering_for
from gateway.errors import Refused
from gateway.links import certificate_link
from gateway.routes.caller import optional_key
from gateway.routes.parts import Parts, parts_of
from gateway.routes.views import check_code_of
from gateway.store import acts
from gateway.store.events import EventState, by_place
from gateway.store.keys import StoredKey

router = APIRouter()
PENDING: Final = {"verdict": "PENDING", "title": "已受理·待上链", "titleEn": "Accepted, not on the chain yet"}
_SHOWN: Final = ("member", "submitter", "stage", "category", "type", "time", "codes", "items", "documents")


@dataclass(frozen=True, slots=True)
class _Found:
    """An issued certificate and the widest rendering this caller may have; None: state and class only."""

    event: EventState
    number: str
    rendering: str | None


@router.get("/certificates/{number}.json")
def get_certificate_file(
    request: Request,
    number: str,
    key: Annotated[StoredKey | None, Depends(optional_key)],
    k: str = "",
    staple: str = "",
    item: str = "",
) -> Response:
    """The certificate file; with `item=<code>` the proof of one unit travels in it, with `staple=1` a fresh status proof."""
    parts = parts_of(request)
    found = _find(parts, number, key, k)
    if isinstance(found, Response):
        return found
    file = parts.proofs.certificate(found.number, _rendering(found))
    siblings = {
        **({"item": parts.proofs.item(found.number, item)} if item else {}),
        **({"staple": parts.proofs.staple(found.number, item or None)} if staple == "1" else {}),
    }
    if siblings:
        file = {"certificate": file, **siblings}
    headers = {"Content-Disposition": f'attachment; filename="{found.number}.json"'}
    return Response(canonical(file), media_type="application/json", headers=headers)


@router.get("/certificates/{number}.png")
def get_certificate_picture(
    request: Request, number: str, key: Annotated[StoredKey | None, Depends(optional_key)], k: str = ""
) -> Response:
    """The QR code of the certificate's link."""
    parts = parts_of(request)
    found = _find(parts, number, key, k)
    if isinstance(found, Response):
        return found
    _rendering(found)
    picture = BytesIO()
    qrcode.make(certificate_link(parts.settings.public_url, found.number, check_code_of(found.event))).save(picture)
    return Response(picture.getvalue(), media_type="image/png")


@router.get("/certificates/{number}")
def get_certificate(
    request: Request, number: str, key: Annotated[StoredKey | None, Depends(optional_key)], k: str = ""
) -> Response:
    """What the number stands for: state and food class; with the check code or a key also what it is about and its files."""
    parts = parts_of(request)
    found = _find(parts, number, key, k)
    if isinstance(found, Response):
        return found
    body = json.loads(found.event.public_body)
    summary: dict[str, Any] = {
        "number": found.number,
        "state": found.event.state,
        "class": body["class"],
        "classZh": CLASS_NAMES_ZH[body["class"]],
    }
    if found.rendering is not None:
        code = check_code_of(found.event)
        link = certificate_link(parts.settings.public_url, found.number, code)
        path, _, query = link.partition("?")
        summary.update({name: body[name] for name in _SHOWN if name in body})
        summary.update(_succession(parts, found))
        summary["links"] = {
            "self": link,
            "file": f"{path}.json?{query}",
            "picture": f"{path}.png?{query}",
            "staple": f"{parts.settings.public_url}/staples/{found.number}",
        }
    return JSONResponse(summary)


def _rendering(found: _Found) -> str:
    """The rendering this caller may have. Raises `certificate.check_code` for one that may have none."""
    if found.rendering is None:
        raise Refused("certificate.check_code")
    return found.rendering


def _succession(parts: Parts, found: _Found) -> dict[str, Any]:
    """Numbers only, as far as acts of this gateway are final: a staple is what proves it."""
    number = parse_number(found.number)
    with parts.db.read() as tx:
        successor = acts.successor_of(tx, found.event.member, subject_of_leaf(number.seq, number.index))
        superseded = acts.superseded_by(tx, found.number)
    return {
        **({} if successor is None else {"supersededBy": successor}),
        **({"supersedes": superseded} if superseded else {}),
    }


def _find(parts: Parts, text: str, key: StoredKey | None, check_code: str) -> _Found | Response:
    """The issued certificate of a number, or the PENDING answer. Raises `certificate.unknown`."""
    event = event_of(parts, text)
    if event.number is None:
        return JSONResponse(PENDING, status_code=202)
    rendering = rendering_for(key, event.submitter, parts.members)
    if rendering is None and hmac.compare_digest(check_code.encode(), check_code_of(event).encode()):
        rendering = "public"
    return _Found(event, event.number, rendering)


def event_of(parts: Parts, text: str) -> EventState:
    """The event whose leaf a number names, issued or not. Raises `certificate.unknown` for any other text."""
    try:
        number = parse_number(text)
    except MalformedCertificate:
        raise Refused("certificate.unknown") from None
    members = [uscc for uscc, member in parts.members.items() if member.code == number.code]
    if number.prefix != parts.settings.prefix or not members:
        raise Refused("certificate.unknown")
    with parts.db.read() as tx:
        event = by_place(tx, members[0], number.seq, number.index)
    if event is None:
        raise Refused("certificate.unknown")
    return event
