"""
Requests that can be read in two ways, on a real server: refused, and the connection ends there (H3).

Behind each stands a second request that a proxy might take for a body, or for another caller's. It is never answered.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.routes.boundary import HEADERS
from gateway.strict_heads import HEAD_BYTES
from tests.listening import Address, said_to
from tests.listening import listening as serve
from tests.service import Service

SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /capture HTTP/1.1\r\nHost: a\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    service = Service(tmp_path_factory.mktemp("gateway"))
    with serve(service.app, idle_s=1) as at:
        yield at
    service.db.close()


SHAPES = {
    "a length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\n",
    "two lengths in one field": POST + b"Content-Length: 0, 35\r\n\r\n",
    "a length with a sign": POST + b"Content-Length: +0\r\n\r\n",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a length in hexadecimal": POST + b"Content-Length: 0x0\r\n\r\n",
    "a length in other digits": POST + "Content-Length: ٣\r\n\r\n".encode(),
    "a length of 5000 digits": POST + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
    "an unknown coding": POST + b"Transfer-Encoding: identity\r\n\r\n",
    "a coding before chunks": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding in disguise": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding behind a tab": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "chunks before HTTP/1.1": b"POST /capture HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": POST + b"Content-Length : 0\r\n\r\n",
    "a blank before the name": POST + b" Content-Length: 0\r\n\r\n",
    "a header that goes on": GET + b"X-A: b\r\n c\r\n\r\n",
    "a header that goes on behind a tab": GET + b"X-A: b\r\n\tTransfer-Encoding: chunked\r\n\r\n",
    "a line that ends with LF": GET + b"X-A: b\nTransfer-Encoding: chunked\r\n\r\n",
    "a request line that ends with LF": b"GET /healthz HTTP/1.1\nHost: a\r\n\r\n",
    "a head that ends with LF": GET + b"\n",
    "all lines end with LF": b"GET /healthz HTTP/1.1\nHost: a\n\n",
    "a CR alone": GET + b"X-A: b\rTransfer-Encoding: chunked\r\n\r\n",
    "a NUL": GET + b"X-A: b\x00\r\n\r\n",
    "no colon": GET + b"X-A\r\n\r\n",
    "an empty name": GET + b": b\r\n\r\n",
    "two hosts": GET + b"Host: b\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "a blank in the path": b"GET /healthz HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a NUL in the path": b"GET /health\x00z HTTP/1.1\r\nHost: a\r\n\r\n",
    "bytes above ASCII in the path": "GET /健康 HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "a version of two digits": b"GET /healthz HTTP/1.11\r\nHost: a\r\n\r\n",
    "a blank line first": b"\n" + GET + b"\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a head that is too long": GET + b"X-A: " + b"b" * HEAD_BYTES + b"\r\n\r\n",
    "a head of too many fields": GET + b"X-A: b\r\n" * (HEAD_BYTES // 8) + b"\r\n",
    "a chunk without its end": CHUNKED + b"5\r\nabcdeXX\r\n0\r\n\r\n",
    "a chunk that ends with LF": CHUNKED + b"1\r\na\n0\r\n\r\n",
    "a size that ends with LF": CHUNKED + b"1\na\r\n0\r\n\r\n",
    "a size with a sign": CHUNKED + b"+1\r\na\r\n0\r\n\r\n",
    "a size that is a word": CHUNKED + b"one\r\na\r\n0\r\n\r\n",
    "a size with 0x": CHUNKED + b"0x1\r\na\r\n0\r\n\r\n",
    "a size of 21 digits": CHUNKED + b"0" * 20 + b"1\r\na\r\n0\r\n\r\n",
    "an extension with LF": CHUNKED + b"1;a=\nb\r\na\r\n0\r\n\r\n",
    "a trailer that goes on": CHUNKED + b"0\r\nX-A: b\r\n c\r\n\r\n",
    "a trailer that ends with LF": CHUNKED + b"0\r\nX-A: b\n\r\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_request_that_reads_two_ways_is_refused_and_nothing_behind_it_is_answered(address: Address, shape: str) -> None:
    answer = said_to(address, SHAPES[shape] + SMUGGLED)
    is_in_body = SHAPES[shape].startswith(CHUNKED)  # the key is asked before the body: 401 may be out already
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 ") if is_in_body else b"HTTP/1.1 400 "), answer
    assert answer.count(b"HTTP/1.1 ") == 1
    head = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert {name + b": " + value for name, value in HEADERS} <= set(head)
    assert b"content-type: application/problem+json" in head


def test_two_plain_requests_on_one_connection_are_both_answered(address: Address) -> None:
    body = POST + b"Content-Length: 2\r\n\r\n{}" + CHUNKED + b"2;a=b\r\n{}\r\n0\r\nX-A: b\r\n\r\n"
    assert said_to(address, SMUGGLED + body + SMUGGLED).count(b"HTTP/1.1 ") == 4


def test_the_longest_head_is_read_whole(address: Address) -> None:
    fixed = GET + b"Connection: close\r\nX-A: \r\n\r\n"
    head = fixed.replace(b"X-A: ", b"X-A: " + b"b" * (HEAD_BYTES - len(fixed)))
    assert len(head) == HEAD_BYTES
    assert said_to(address, head).startswith(b"HTTP/1.1 200 ")


def test_an_upgrade_is_passed_over(address: Address) -> None:
    asked = b"Connection: upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n"
    for path in (b"/healthz", b"/nothing"):
        answer = said_to(address, GET.replace(b"/healthz", path) + asked)
        assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 404 ")) and b"content-security-policy" in answer


@pytest.mark.parametrize("target", [b"http://evil.example/healthz", b"@evil.example/healthz", b"//evil.example/healthz", b"*"])
def test_a_target_that_names_another_host_is_nothing_here(address: Address, target: bytes) -> None:
    answer = said_to(address, b"GET " + target + b" HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404 ") and b"evil.example" not in answer


def test_a_tunnel_is_not_opened(address: Address) -> None:
    answer = said_to(address, b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 405 ")) and b"evil.example" not in answer


def test_expecting_to_continue_is_answered_by_the_refusal_itself(address: Address) -> None:
    """The key is asked before the body, so a caller that waits sends none."""
    asked = POST + b"Content-Length: 1000000\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    assert said_to(address, asked).startswith(b"HTTP/1.1 401 ")
