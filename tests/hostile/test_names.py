"""Hostile names where a number, an eventID, a code or a check code belongs: refused, never shown, never followed (H7, H11)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.service import ABATTOIR, COM, CONTEXT, MARKET, Service, document, event

MARK = "evilmark"
NAMES = {
    "a new line": f"{MARK}\nSet-Cookie: a=b",
    "a carriage return": f"{MARK}\r\n\r\n<html>",
    "a NUL": f"{MARK}\x00",
    "a script": f"<script>{MARK}</script>",
    "a script's address": f"javascript:{MARK}()",
    "data": f"data:text/html,{MARK}",
    "a way up": f"../../{MARK}",
    "a way up, encoded": f"..%2f..%2f{MARK}",
    "another host": f"https://{MARK}.example/01/09521234100027",
    "another host behind an @": f"@{MARK}.example/",
    "a host that looks like ours": f"https://іd.gs1.org/01/{MARK}",  # Cyrillic
    "10 kB": MARK + "x" * 10_000,
    "right to left": f"{MARK}\u202egnp.exe",
    "a lone surrogate": f"{MARK}%ED%A0%80",
    "SQL": f"' OR 1=1 -- {MARK}",
    "a template": f"{{{{7*7}}}}{MARK}",
    "quotes": f'"{MARK}"',
}
PLACES = [
    "/certificates/{}", "/certificates/{}.json", "/certificates/{}.png", "/staples/{}", "/statuses/{}", "/events/{}",
    "/capture/{}",
    "/imports/{}", "/imports/{}/rejected", "/imports/templates/{}", "/acts/{}", "/proposals/{}", "/enterprises/{}",
    "/enterprises/{}/mappings", "/enterprises/{}/mappings/{}", "/epcs/{}/events", "/bizSteps/{}/events", "/{}",
    "/quality?from={}", "/statuses?code={}", "/statuses?batch={}", "/proposals?below={}", "/imports?sha256={}",
    "/enterprises?nextPageToken={}", "/events?nextPageToken={}", "/events?{}=1", "/events?EQ_action={}",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_in_a_path_or_query_is_refused_and_not_repeated(service: Service, name: str) -> None:
    keys = [{}, service.key(ABATTOIR), service.key(COM, "read", "admin")]
    for place in PLACES:
        for key in keys:
            answer = service.get(place.replace("{}", quote(NAMES[name], safe="%")), key)
            said = answer.text + str(answer.headers)
            assert 400 <= answer.status_code < 500 or answer.json().get("epcisBody"), (place, answer.status_code)
            assert MARK not in said and "location" not in answer.headers, place
            assert answer.headers["content-type"].startswith("application/")


@pytest.mark.parametrize("name", NAMES)
def test_beside_a_real_number_a_hostile_check_code_or_unit_changes_nothing(service: Service, name: str) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    (number,) = service.issue_all(COM)
    hostile = quote(NAMES[name], safe="%")
    for path in (f"/certificates/{number}?k=", f"/certificates/{number}.json?k=", f"/certificates/{number}.png?k="):
        answer = service.get(path + hostile)
        assert answer.status_code in (200, 403) and MARK not in answer.text
    answer = service.get(f"/staples/{number}?item={hostile}")
    assert 400 <= answer.status_code < 500 and MARK not in answer.text


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_of_goods_is_refused_at_the_intake(service: Service, name: str) -> None:
    lot = [{"epcClass": f"https://id.gs1.org/01/09521234100027/10/{NAMES[name]}"}]
    is_lot = name == "a way up, encoded"  # GS1 allows dots and slashes in a lot
    for listed in ([{"epcClass": NAMES[name]}], *(() if is_lot else (lot,))):
        answer = service.post("/capture", document(event(quantityList=listed)), service.key(ABATTOIR))
        assert answer.status_code == 400 and MARK not in answer.text, answer.text
    assert service.rows() == []


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    """The URL of a server that must never be asked, and everything that was: connections to it, and names looked up."""
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_more, **_named: asked.append(str(host)) or [])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def accept() -> None:
            while True:
                try:
                    listener.accept()[0].close()
                except OSError:
                    return
                asked.append("a connection")

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_no_url_in_what_is_sent_is_ever_followed(service: Service, canary: tuple[str, list[str]]) -> None:
    url, asked = canary
    key, market, bureau = service.key(ABATTOIR), service.key(MARKET), service.key(COM, "read", "admin")
    contexts = [
        url,
        [url, *CONTEXT],
        [*CONTEXT, {"@import": url}],
        [*CONTEXT, {"@vocab": url}],
        [*CONTEXT, {"evil": f"{url}/ns/"}],
    ]
    for context in contexts:
        service.post("/capture", document(event(), **{"@context": context}), key)
    transaction = [*event()["bizTransactionList"], {"type": f"{url}/type", "bizTransaction": f"{url}/doc"}]
    source = [{"type": "owning_party", "source": f"{url}/party"}]
    urls = {"eventID": f"{url}/id", "readPoint": {"id": f"{url}/place"}, "bizTransactionList": transaction, "sourceList": source}
    taken = service.post("/capture", document(event(**urls, cn__evidence=url, bizStep=f"{url}/step")), key)
    assert taken.status_code in (202, 400)
    assert service.post("/capture", document(event(eventID=f"{url}/id2", bizTransactionList=transaction)), key).status_code == 202
    for number in service.issue_all(COM):
        for path in (f"/certificates/{number}.json", f"/certificates/{number}.png", f"/staples/{number}"):
            assert service.get(path, key).status_code == 200
    for path in (f"/events/{quote(url, safe='')}", f"/events?MATCH_anyEPC={quote(url)}", f"/epcs/{quote(url, safe='')}/events"):
        service.get(path, key)
    row = f"日期,网址\n2025-06-02,{url}\n".encode()
    service.request("POST", "/imports?profile=pork_wholesale_day", headers={**market, "Content-Type": "text/csv"}, content=row)
    in_json = {**bureau, "Content-Type": "application/json"}
    service.request("PUT", f"/enterprises/{MARKET}/mappings/m", headers=in_json, content=f'{{"a": "{url}"}}'.encode())
    service.post("/proposals", f'{{"action": "setRights", "member": "{url}"}}'.encode(), bureau)
    service.post("/statuses", f'{{"code": "{url}", "status": "recalled"}}'.encode(), bureau)
    assert asked == []
