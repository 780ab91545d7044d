"""
The OpenAPI description of the service: what FastAPI reads off the routes, and what every route answers besides.

The statuses of a refusal follow from what a route asks for (a key, a body, a name in its path), so they are added in this one
place. Nothing is served: the description is for the tests that ask everything it allows, and for whoever generates a client.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from gateway.intake.tables.rejected import MEDIA_TYPES
from gateway.problems import MEDIA_TYPE
from gateway.routes.body import asked_body, document_body, event_body, mapping_body, optional_body
from gateway.routes.caller import optional_key
from gateway.routes.upload import spooled_body

_JSON: Final = ("application/json",)
_TABLES: Final = tuple(MEDIA_TYPES.values())
_DOCUMENTS: Final = ("application/json", "application/ld+json")
_BODIES: Final = {
    document_body: _DOCUMENTS, event_body: _DOCUMENTS, asked_body: _JSON, mapping_body: _JSON, optional_body: _JSON,
    spooled_body: _TABLES,
}  # fmt: skip
# Where an answer that is no refusal is not a 200 of JSON: its statuses, and its media types.
_ANSWERS: Final[dict[str, tuple[tuple[int, ...], tuple[str, ...]]]] = {
    "post_capture": ((202,), _JSON),
    "post_event": ((201,), _JSON),
    "post_import": ((200, 201), _JSON),
    "get_template": ((200,), _TABLES),
    "get_rejected": ((200,), _TABLES),
    "get_certificate": ((200, 202), _JSON),
    "get_certificate_file": ((200, 202), _JSON),
    "get_certificate_picture": ((200, 202), ("image/png", *_JSON)),
    "get_staple": ((200, 202), _JSON),
    "get_status": ((200, 202), _JSON),
    "get_quality": ((200,), ("text/csv", *_JSON)),
    "get_readiness": ((200, 503), _JSON),
    **dict.fromkeys(("post_status", "post_proposal", "post_vote", "post_freeze"), ((202,), _JSON)),
    **dict.fromkeys(("put_enterprise", "put_mapping"), ((200, 201), _JSON)),
    "delete_mapping": ((204,), ()),
}
_WORDS: Final = {
    200: "OK", 201: "Stored", 202: "Taken, and not settled yet", 204: "Removed", 400: "Not right as a request, or in its content",
    401: "No valid key", 403: "No right to it", 404: "Nothing here, or nothing of the caller's", 408: "The body came too late",
    409: "Contradicts what is there", 413: "Too large", 415: "Another Content-Type, or a Content-Encoding",
    429: "Too often: see Retry-After", 503: "Not now: see Retry-After",
}  # fmt: skip
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "titleEn", "status", "code", "requestId"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "titleEn", "code", "requestId", "remedy", "remedyEn")},
        "status": {"type": "integer"},
        "errorCount": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def description(app: FastAPI, routers: Iterable[APIRouter]) -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    found = get_openapi(title=app.title, version="1", routes=[route for router in routers for route in router.routes])
    found["components"] = {
        "schemas": {"Problem": _PROBLEM},
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "id.secret"}},
    }
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in route.methods or ():
                    _complete(found["paths"][route.path_format][method.lower()], route)
    return found


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    calls = {call for call in _calls(route.dependant) if call is not None}
    statuses, media_types = _ANSWERS.get(route.name, ((200,), _JSON))
    answers: dict[int, dict[str, Any]] = {status: {media_type: {} for media_type in media_types} for status in statuses}
    for status in _refusals(route, calls):
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        answers.setdefault(status, {})[MEDIA_TYPE] = problem
    operation["responses"] = {
        str(status): {"description": _WORDS[status], **({"content": content} if content else {})}
        for status, content in sorted(answers.items())
    }
    if optional_key in calls:
        operation["security"] = [{"key": []}]
    bodies = [media_types for call, media_types in _BODIES.items() if call in calls]
    if bodies:
        content = {media_type: {"schema": {"type": "object"} if "json" in media_type else {}} for media_type in bodies[0]}
        operation["requestBody"] = {"required": optional_body not in calls, "content": content}


def _refusals(route: APIRoute, calls: set[Any]) -> Iterator[int]:
    """What a route can answer that is a problem; 500 is never meant."""
    yield from (400, 429, 503)
    if optional_key in calls:
        yield from (401, 403)
    if route.dependant.path_params or spooled_body in calls or "statuses" in route.path:
        yield 404
    if not calls.isdisjoint(_BODIES):
        yield from (408, 413, 415)
    if route.name == "get_template":
        yield 415
    if route.methods != {"GET"} or "statuses" in route.path or route.name in ("get_certificate_file", "get_staple"):
        yield 409


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
