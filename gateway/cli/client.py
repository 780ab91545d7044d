"""
The command line's side of the gateway's HTTP interface: bounded, without redirects, with the same words for every failure.

A URL here comes from the person at the terminal. An answer that is too large, redirects or is not JSON is no answer.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from certs.canonical import parse
from certs.errors import MalformedCertificate
from certs.limits import LIMITS

TIMEOUT_S = 20.0


class GatewayUnreachable(Exception):
    """No usable answer came back: not a statement about anything that was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: status, body bytes, and the body as strict JSON where it is that."""

    status: int
    body: bytes
    location: str

    def json(self) -> Any:
        """The body as strict JSON. Raises `GatewayUnreachable` when it is not."""
        try:
            return parse(self.body, max_bytes=LIMITS.bundle_bytes)
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

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """GET. Raises `GatewayUnreachable`."""
        return self._send(self._request("GET", path, params=params))

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """POST of JSON bytes. Raises `GatewayUnreachable`."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self._send(self._request("POST", path, content=body, headers=sent))

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Request:
        try:
            return self._http.build_request(method, path, **parts)
        except (httpx.InvalidURL, ValueError) as error:
            raise GatewayUnreachable("not an address") from error

    def _send(self, request: httpx.Request) -> Answer:
        deadline = time.monotonic() + TIMEOUT_S
        chunks, size = [], 0
        try:
            response = self._http.send(request, stream=True)
            try:
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise GatewayUnreachable("compressed")  # a few bytes could unfold to gigabytes
                for chunk in response.iter_raw():
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > LIMITS.bundle_bytes or time.monotonic() > deadline:
                        raise GatewayUnreachable("too large or too slow")
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise GatewayUnreachable(type(error).__name__) from error
        return Answer(response.status_code, b"".join(chunks), response.headers.get("Location", ""))
