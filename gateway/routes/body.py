"""
Request bodies as bytes, counted while they arrive.

The framework's JSON is never asked: it takes duplicate names, UTF-16 and NaN, and answers bad bytes with a 500 (RELIABILITY.md §0
fact 5). One Content-Type of two, no Content-Encoding, and a time to finish in. The key is asked before the first byte is read.
"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from gateway.errors import Refused
from gateway.intake.strict import read_object
from gateway.routes.caller import governing_key, submitting_key
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey

MAX_ASK_BYTES: Final = 65_536  # an announcement of 64 validators has 7 kB
MAX_ASK_VALUES: Final = 1_000
_CONTENT_TYPE = re.compile(r'application/(?:ld\+)?json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?', re.IGNORECASE)


async def document_body(request: Request, _key: Annotated[StoredKey, Depends(submitting_key)]) -> bytes:
    """The body of a submission. Raises `Refused` `body.*`."""
    return await _body(request, parts_of(request).settings.limits.body_bytes)


async def asked_body(request: Request, _key: Annotated[StoredKey, Depends(governing_key)]) -> Any:
    """The JSON object that asks for an act. Raises `Refused` `body.*`, `json.*`, `text.*`."""
    return read_object(await _body(request, MAX_ASK_BYTES), max_values=MAX_ASK_VALUES)


async def _body(request: Request, max_bytes: int) -> bytes:
    types = request.headers.getlist("content-type")
    if len(types) != 1 or _CONTENT_TYPE.fullmatch(types[0].strip()) is None:
        raise Refused("body.content_type")
    if "content-encoding" in request.headers:
        raise Refused("body.content_encoding")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > max_bytes:
        raise Refused("body.too_large")
    try:
        async with asyncio.timeout(parts_of(request).settings.limits.body_s):
            return await _read(request, max_bytes)
    except TimeoutError:
        raise Refused("body.timeout") from None


async def _read(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise Refused("body.too_large")
    return bytes(body)
