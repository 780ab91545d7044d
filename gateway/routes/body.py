"""
Request bodies as bytes, counted while they arrive.

The framework's JSON is never asked: it takes duplicate names, UTF-16 and NaN, and answers bad bytes with a 500 (RELIABILITY.md §0
fact 5). One Content-Type of two, no Content-Encoding, and a time to finish in. The key is asked before the first byte is read.
"""

from __future__ import annotations

import asyncio
import re
from mmap import mmap
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from gateway.errors import Refused
from gateway.intake.strict import read_object
from gateway.routes.caller import governing_key, submitting_key
from gateway.routes.parts import parts_of
from gateway.routes.spool import Spool
from gateway.store.keys import StoredKey

MAX_ASK_BYTES: Final = 65_536  # an announcement of 64 validators has 7 kB
MAX_ASK_VALUES: Final = 1_000
MAX_MAPPING_BYTES: Final = 524_288  # spaces and all; `gateway.intake.tables.mapping` takes half of it
MAX_EVENT_BODY_BYTES: Final = 1_048_576  # an event has at most 64 KiB in canonical form
_CONTENT_TYPE = re.compile(r'application/(?:ld\+)?json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?', re.IGNORECASE)


async def document_body(request: Request, _key: Annotated[StoredKey, Depends(submitting_key)]) -> bytes | mmap:
    """The body of a submission: a large one is a map of a temporary file. Raises `Refused` `body.*`."""
    return await _body(request, parts_of(request).settings.limits.body_bytes)


async def event_body(request: Request, _key: Annotated[StoredKey, Depends(submitting_key)]) -> bytes:
    """The body of a lone event, which is read at once and so has a bound of its own. Raises `Refused` `body.*`."""
    return bytes(await _body(request, min(MAX_EVENT_BODY_BYTES, parts_of(request).settings.limits.body_bytes)))


async def asked_body(request: Request, _key: Annotated[StoredKey, Depends(governing_key)]) -> Any:
    """The JSON object that asks for an act. Raises `Refused` `body.*`, `json.*`, `text.*`."""
    return read_object(bytes(await _body(request, MAX_ASK_BYTES)), max_values=MAX_ASK_VALUES)


async def mapping_body(request: Request, _key: Annotated[StoredKey, Depends(governing_key)]) -> Any:
    """The JSON object of a mapping. Raises as `asked_body` does."""
    return read_object(bytes(await _body(request, MAX_MAPPING_BYTES)), max_values=MAX_MAPPING_BYTES)


async def optional_body(request: Request, key: Annotated[StoredKey, Depends(governing_key)]) -> Any:
    """The JSON object of an ask that can do without, None when there is no body. Raises as `asked_body` does."""
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return None
    return await asked_body(request, key)


async def _body(request: Request, max_bytes: int) -> bytes | mmap:
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


async def _read(request: Request, max_bytes: int) -> bytes | mmap:
    with Spool() as spool:
        async for chunk in request.stream():
            spool.add(chunk)
            if spool.size > max_bytes:
                raise Refused("body.too_large")
        request.state.body_sha256 = spool.sha256()  # what an Idempotency-Key is bound to
        return spool.content()
