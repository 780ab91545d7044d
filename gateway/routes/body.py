"""
Request bodies as bytes, counted while they arrive.

The framework's JSON is never asked: it takes duplicate names, UTF-16 and NaN, and answers bad bytes with a 500 (RELIABILITY.md §0
fact 5). One Content-Type of two, no Content-Encoding, and a time to finish in. The key is asked before the first byte is read.
"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

from fastapi import Depends, Request

from gateway.errors import Refused
from gateway.routes.caller import submitting_key
from gateway.routes.parts import parts_of
from gateway.store.keys import StoredKey

_CONTENT_TYPE = re.compile(r'application/(?:ld\+)?json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?', re.IGNORECASE)


async def document_body(request: Request, _key: Annotated[StoredKey, Depends(submitting_key)]) -> bytes:
    """The body of a submission. Raises `Refused` `body.*`."""
    types = request.headers.getlist("content-type")
    if len(types) != 1 or _CONTENT_TYPE.fullmatch(types[0].strip()) is None:
        raise Refused("body.content_type")
    if "content-encoding" in request.headers:
        raise Refused("body.content_encoding")
    limits = parts_of(request).settings.limits
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > limits.body_bytes:
        raise Refused("body.too_large")
    try:
        async with asyncio.timeout(limits.body_s):
            return await _read(request, limits.body_bytes)
    except TimeoutError:
        raise Refused("body.timeout") from None


async def _read(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise Refused("body.too_large")
    return bytes(body)
