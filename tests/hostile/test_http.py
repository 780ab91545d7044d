"""Requests that are wrong as requests: sizes, types, encodings, methods, hosts, slow bodies."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from tests.service import ABATTOIR, BASE, COM, EVIL, Service, document, event

GOOD = document(event())


def small(directory: Path, **limits: Any) -> Service:
    return Service(directory, **limits)


def test_a_body_that_says_it_is_too_large_is_not_read(tmp_path: Path) -> None:
    service = small(tmp_path, body_bytes=1000)
    sent = {"Content-Type": "application/json", "Content-Length": "1001", **service.key(ABATTOIR)}
    read: list[int] = []

    async def receive() -> dict[str, Any]:
        read.append(1)
        return {"type": "http.request", "body": b"x", "more_body": True}

    status = asyncio.run(_raw(service, sent, receive))
    assert (status, read) == (413, [])
    service.db.close()


def test_a_body_that_grows_too_large_is_cut_off(tmp_path: Path) -> None:
    service = small(tmp_path, body_bytes=1000)
    answer = service.post("/capture", [b"x" * 400] * 10, service.key(ABATTOIR))
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
    assert service.stored() == (0, 0)
    service.db.close()


def test_a_body_of_exactly_the_limit_is_read_in_chunks_and_at_once(tmp_path: Path) -> None:
    service = small(tmp_path, body_bytes=len(GOOD))
    assert service.post("/capture", [GOOD[:100], b"", GOOD[100:]], service.key(ABATTOIR)).status_code == 202
    assert service.post("/capture", GOOD, service.key(ABATTOIR)).status_code == 202
    assert service.post("/capture", GOOD + b" ", service.key(ABATTOIR)).status_code == 413
    assert service.post("/capture", [GOOD, b" "], service.key(ABATTOIR)).status_code == 413
    service.db.close()


def test_the_default_limits_are_32_mebibytes_for_a_document_and_one_for_an_event(service: Service) -> None:
    key = service.key(ABATTOIR)
    for path, limit in (("/capture", 32 * 1024 * 1024), ("/events", 1024 * 1024)):
        assert service.post(path, b" " * limit, key).status_code == 400
        assert service.post(path, b" " * (limit + 1), key).status_code == 413


def test_a_body_that_never_ends_is_given_up(tmp_path: Path) -> None:
    service = small(tmp_path, body_s=0.05)
    sent = {"Content-Type": "application/json", **service.key(ABATTOIR)}

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b" ", "more_body": True}

    assert asyncio.run(_raw(service, sent, receive)) == 408
    service.db.close()


def test_a_body_without_a_right_to_send_it_is_not_read(service: Service) -> None:
    async def receive() -> dict[str, Any]:
        raise AssertionError("the body was asked for")

    sent = {"Content-Type": "application/json"}
    assert asyncio.run(_raw(service, sent, receive)) == 401
    assert asyncio.run(_raw(service, {**sent, **service.key(ABATTOIR, "read")}, receive)) == 403


@pytest.mark.parametrize(
    "content_type",
    [
        "text/json", "application/xml", "application/json; charset=gbk", "application/json; charset=utf-16", "*/*", "",
        "application/jsonx", "application/json, text/plain", "application/json; profile=x", "multipart/form-data",
        "application/x-www-form-urlencoded", "application/json; charset=utf-8; charset=gbk",
    ],
)  # fmt: skip
def test_another_content_type_is_refused(service: Service, content_type: str) -> None:
    answer = service.post("/capture", GOOD, service.key(ABATTOIR), Content_Type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "body.content_type")


def test_a_missing_or_doubled_content_type_is_refused(service: Service) -> None:
    key = service.key(ABATTOIR)
    assert service.request("POST", "/capture", headers=key, content=GOOD).status_code == 415
    pairs = [("Content-Type", "application/json")] * 2 + list(key.items())
    assert service.request("POST", "/capture", headers=pairs, content=GOOD).status_code == 415  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/ld+json", "Application/JSON; Charset=UTF-8", 'application/json;charset="utf-8"'],
)
def test_the_two_content_types_are_taken(service: Service, content_type: str) -> None:
    assert service.post("/capture", GOOD, service.key(ABATTOIR), Content_Type=content_type).status_code == 202


@pytest.mark.parametrize("encoding", ["gzip", "identity", ""])
def test_any_content_encoding_is_refused(service: Service, encoding: str) -> None:
    answer = service.post("/capture", GOOD, service.key(ABATTOIR), Content_Encoding=encoding)
    assert (answer.status_code, answer.json()["code"]) == (415, "body.content_encoding")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/capture", 405), ("PUT", "/events", 405), ("GET", "/capture", 405), ("POST", "/trust", 405),
        ("GET", "/docs", 404), ("GET", "/openapi.json", 404), ("GET", "/redoc", 404), ("GET", "/", 404), ("GET", "/trust/", 404),
        ("GET", "/certificates/", 404), ("GET", "/certificates/a/b", 404), ("GET", "/%00", 404), ("GET", "/<script>", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_without_echo_or_redirect(service: Service, method: str, path: str, status: int) -> None:
    answer = service.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "location" not in answer.headers and "script" not in answer.text and "detail" not in answer.json()


def test_the_host_header_is_in_no_answer(service: Service) -> None:
    """`Service.request` sends every request of every test to evil.example and looks for it in the answer."""
    key = service.key(ABATTOIR)
    answer = service.post("/capture", GOOD, key, X_Forwarded_Host=EVIL, Forwarded=f"host={EVIL}")
    (number,) = service.issue_all(COM)
    shown = service.get(answer.headers["location"], key).json()["events"][0]
    assert shown["link"].startswith("https://trace.test/")
    for path in (f"/certificates/{number}", f"/certificates/{number}.json", f"/staples/{number}", shown["href"]):
        assert service.get(path, key).status_code == 200


FORWARDED = (
    "Forwarded", "X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-Proto", "X-Forwarded-Port",
    "X-Forwarded-For", "X-Host", "X-Original-URL", "X-Rewrite-URL", "X-Real-IP", "Origin", "Referer",
)  # fmt: skip


def test_no_forwarded_header_reaches_a_link_a_location_a_page_or_a_picture(service: Service) -> None:
    """`Service.request` looks for evil.example in everything that is answered; what is linked is the settings' own host."""
    hostile = dict.fromkeys(FORWARDED, f"https://{EVIL}/@{EVIL}")
    key = {**service.key(ABATTOIR), **hostile}
    bureau = {**service.key(COM, "read", "admin"), **hostile}
    sent = service.post("/capture", document(*(event(eventID=f"urn:x:{at}") for at in range(3))), key)
    number = service.issue_all(COM)[0]
    assert sent.headers["location"].startswith("/capture/")
    assert service.post("/freeze", b"{}", bureau).headers["location"].startswith("/acts/")
    for path in ("/events?perPage=1", "/eventTypes/ObjectEvent/events?perPage=1"):
        assert service.get(path, key).headers["link"].startswith(f"<{BASE}{path.partition('?')[0]}?")
    assert service.get("/enterprises?perPage=1", bureau).headers["link"].startswith(f"<{BASE}/enterprises?")
    links = service.get(f"/certificates/{number}", key).json()["links"]
    assert all(link.startswith(f"{BASE}/") for link in links.values())
    picture = Image.open(io.BytesIO(service.get(f"/certificates/{number}.png", key).content))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [links["self"]]


def test_junk_in_queries_and_headers_makes_no_server_error(service: Service) -> None:
    service.post("/capture", GOOD, service.key(ABATTOIR))
    (number,) = service.issue_all(COM)
    for query in ("k=%FF", "k=%00", "k=a&k=b", "k", "%", "k=" + "x" * 10_000, "staple=%ED%A0%80"):
        for form in ("", ".json", ".png"):
            assert service.get(f"/certificates/{number}{form}?{query}").status_code in (200, 403)
    for header in (b"Bearer \xff", b"Bearer " + b"x" * 10_000, b"\t"):
        path = f"/certificates/{number}"
        assert service.request("GET", path, headers={"Authorization": header}).status_code == 401  # type: ignore[dict-item]
    for length in ("-1", "1e9", "9" * 5000, "0x10"):
        service_status = service.post("/capture", GOOD, service.key(ABATTOIR), Content_Length=length).status_code
        assert service_status in (202, 413)


async def _raw(service: Service, headers: dict[str, str], receive: Any) -> int:
    """One POST /capture straight to the application; its status."""
    statuses: list[int] = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/capture",
        "raw_path": b"/capture", "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await service.app(scope, receive, send)  # type: ignore[arg-type]
    return statuses[0]
