"""
The command line's side of the gateway's HTTP interface: bounded, without redirects, with the same words for every failure.

A URL here comes from the person at the terminal. An answer that is too large, redirects or is not JSON is no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from certs.canonical import parse
from certs.errors import MalformedCertificate
from certs.limits import LIMITS

TIMEOUT_S = 20.0
JOB_BYTES = 64 * 1024 * 1024  # the outcomes of 20,000 events have some 15 MB
_MAX_VALUES = 4_000_000  # of an answer whose bytes were counted while they came
_BLOCK = 1 << 16


class GatewayUnreachable(Exception):
    """No usable answer came back: not a statement about anything that was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: status, body bytes, and the body as strict JSON where it is that."""

    status: int
    body: bytes
    location: str
    link: str = ""

    def json(self) -> Any:
        """The body as strict JSON. Raises `GatewayUnreachable` when it is not."""
        try:
            return parse(self.body, max_bytes=len(self.body), max_values=_MAX_VALUES)
        except MalformedCertificate as error:
            raise GatewayUnreachable(error.code) from error


class GatewayClient:
    """A client for one gateway; `key` is `id.secret` and goes into the Authorization header only."""

    def __init__(self, url: str, *, key: str | None = None) -> None:
        headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {key}"} if key else {})}
        try:
            self._http = self._client(url, headers)
        except (httpx.InvalidURL, ValueError) as error:
            raise GatewayUnreachable("not an address") from error

    @staticmethod
    def _client(url: str, headers: dict[str, str]) -> httpx.Client:
        return httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    def __enter__(self) -> GatewayClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(
        self, path: str, params: Mapping[str, str] | None = None, *, max_bytes: int = LIMITS.bundle_bytes
    ) -> Answer:  # fmt: skip
        """GET of up to `max_bytes`. Raises `GatewayUnreachable`."""
        return self._send(self._request("GET", path, params=params), max_bytes=max_bytes)

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """POST of JSON bytes. Raises `GatewayUnreachable`."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self._send(self._request("POST", path, content=body, headers=sent))

    def post_file(
        self, path: str, file: Path, *, params: Mapping[str, str], headers: Mapping[str, str], sent: Callable[[int], None],
        patience_s: float,
    ) -> Answer:  # fmt: skip
        """POST of a file's bytes, read as they are sent; `sent` is told how many at a time. `patience_s` is for the answer.

        Raises `GatewayUnreachable`, and `OSError` for a file that cannot be read.
        """
        length = {"Content-Length": str(file.stat().st_size)}
        content, parameters = _blocks(file, sent), {name: value for name, value in params.items() if value}
        request = self._request(
            "POST", path, content=content, params=parameters, headers={**headers, **length},
            timeout=httpx.Timeout(TIMEOUT_S, read=patience_s),
        )  # fmt: skip
        return self._send(request, patience_s=patience_s, max_bytes=JOB_BYTES)

    def download(self, path: str, params: Mapping[str, str] | None = None, *, max_bytes: int, patience_s: float) -> Answer:
        """GET of a file of up to `max_bytes`. Raises `GatewayUnreachable`."""
        return self._send(self._request("GET", path, params=params), patience_s=patience_s, max_bytes=max_bytes)

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Request:
        try:
            return self._http.build_request(method, path, **parts)
        except (httpx.InvalidURL, ValueError) as error:
            raise GatewayUnreachable("not an address") from error

    def _send(self, request: httpx.Request, *, patience_s: float = TIMEOUT_S, max_bytes: int = LIMITS.bundle_bytes) -> Answer:
        deadline = time.monotonic() + patience_s
        chunks, size = [], 0
        try:
            response = self._http.send(request, stream=True)
            try:
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise GatewayUnreachable("compressed")  # a few bytes could unfold to gigabytes
                for chunk in response.iter_raw():
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > max_bytes or time.monotonic() > deadline:
                        raise GatewayUnreachable("too large or too slow")
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise GatewayUnreachable(type(error).__name__) from error
        return Answer(
            response.status_code, b"".join(chunks), response.headers.get("Location", ""), response.headers.get("Link", "")
        )  # fmt: skip


def _blocks(file: Path, sent: Callable[[int], None]) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            yield block
            sent(len(block))
