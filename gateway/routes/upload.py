"""
Table files as request bodies: counted, hashed and spooled to a file without a name while they arrive.

One Content-Type of four, no Content-Encoding, no multipart: a body is the file. The key is asked before the first byte is read.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Final

from fastapi import Depends, Request

from gateway.errors import Refused
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.rejected import MEDIA_TYPES
from gateway.routes.caller import submitting_key
from gateway.store.keys import StoredKey
from gateway.unnamed_file import unnamed_file

_FORMS: Final = {media_type: form for form, media_type in MEDIA_TYPES.items()}
_PARAMETER = re.compile(r"charset=(?:[A-Za-z0-9-]+|\"[A-Za-z0-9-]+\")", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    """A body on disk while its request is answered: csv, xlsx, ndjson or json, as its Content-Type says."""

    path: Path
    sha256: bytes
    form: str


async def spooled_body(request: Request, _key: Annotated[StoredKey, Depends(submitting_key)]) -> AsyncIterator[Upload]:
    """The body as a file. Raises `Refused` `body.*`, `table.media_type`."""
    form = _form(request)
    if "content-encoding" in request.headers:
        raise Refused("body.content_encoding")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > TABLE_LIMITS.file_bytes:
        raise Refused("body.too_large")
    with unnamed_file() as (file, path):
        try:
            async with asyncio.timeout(TABLE_LIMITS.upload_s):
                digest = await _spool(request, file)
        except TimeoutError:
            raise Refused("body.timeout") from None
        file.flush()
        request.state.body_sha256 = digest  # what an Idempotency-Key is bound to
        yield Upload(path, digest, form)


def _form(request: Request) -> str:
    """A charset may be said and is not believed: the bytes say it."""
    types = request.headers.getlist("content-type")
    media_type, *parameters = (part.strip() for part in (types[0] if len(types) == 1 else "").split(";"))
    form = _FORMS.get(media_type.lower())
    if form is None or not all(_PARAMETER.fullmatch(parameter) for parameter in parameters):
        raise Refused("table.media_type")
    return form


async def _spool(request: Request, file: IO[bytes]) -> bytes:
    digest, size = hashlib.sha256(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > TABLE_LIMITS.file_bytes:
            raise Refused("body.too_large")
        digest.update(chunk)
        file.write(chunk)
    return digest.digest()
