"""API keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.auth import make_key, rendering_for, submits_for
from gateway.store.keys import StoredKey, find_key, list_keys, revoke_key
from tests.service import ABATTOIR, COM, NOW, PLATFORM, Service, service_in


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def status(service: Service, header: str | None) -> int:
    headers = {} if header is None else {"Authorization": header}
    return service.get("/events/urn:x:1", headers).status_code  # 404 for a live key: there is no such event


def test_the_secret_is_not_stored(service: Service) -> None:
    header = service.key(ABATTOIR)["Authorization"]
    key_id, _, secret = header.removeprefix("Bearer ").partition(".")
    with service.db.read() as tx:
        stored = find_key(tx, key_id)
        assert list_keys(tx) == [stored]
    assert stored is not None and secret not in repr(stored)
    assert stored.secret_sha256 == hashlib.sha256(secret.encode()).digest()
    assert (stored.rights, stored.owner, stored.expires_at) == ({"submit", "read"}, ABATTOIR, NOW + 3600)


def test_a_live_key_is_let_in(service: Service) -> None:
    header = service.key(ABATTOIR)["Authorization"]
    assert status(service, header) == 404
    assert status(service, header.replace("Bearer", "bearer")) == 404


def test_a_wrong_secret_an_unknown_id_and_no_key_are_refused(service: Service) -> None:
    header = service.key(ABATTOIR)["Authorization"]
    other = service.key(COM)["Authorization"]
    key_id, _, secret = header.partition(".")
    for wrong in (
        f"{key_id}.{'A' * 43}", f"Bearer {'0' * 16}.{secret}", f"{key_id}.{other.partition('.')[2]}", key_id, header + "x",
        header[:-1], f"Basic {header[7:]}", header[7:], "", f"Bearer {secret}", f"{header} ", f"{key_id}.",
    ):  # fmt: skip
        assert status(service, wrong) == 401, wrong
    assert status(service, None) == 401


def test_two_authorization_headers_are_refused(service: Service) -> None:
    header = service.key(ABATTOIR)["Authorization"]
    pairs = [("Authorization", header), ("Authorization", header)]
    assert service.get("/trust", None).status_code == 200
    assert service.request("GET", "/events/urn:x:1", headers=pairs).status_code == 401  # type: ignore[arg-type]


def test_a_key_in_the_query_is_refused_also_beside_one_in_its_place(service: Service) -> None:
    key = service.key(ABATTOIR)
    text = key["Authorization"].removeprefix("Bearer ")
    for sent in ({}, key):
        for query in (f"key={text}", f"api_key={text}", f"access_token={text}", f"k=1&Bearer%20{text}", text.replace(".", "%2e")):
            answer = service.get(f"/events/urn:x:1?{query}", sent)
            assert (answer.status_code, answer.json()["code"]) == (400, "auth.query")
    assert service.get("/events/urn:x:1?key=value", key).status_code == 404


def test_a_key_ends_when_it_expires(service: Service) -> None:
    header = service.key(ABATTOIR, valid_s=10)["Authorization"]
    service.now += 9
    assert status(service, header) == 404
    service.now += 1
    assert status(service, header) == 401


def test_a_revoked_key_ends_at_once_and_another_of_the_same_owner_lives(service: Service) -> None:
    header, other = service.key(ABATTOIR)["Authorization"], service.key(ABATTOIR)["Authorization"]
    key_id = header.removeprefix("Bearer ").partition(".")[0]
    with service.db.write() as tx:
        assert revoke_key(tx, key_id, now=service.now) is True
        assert revoke_key(tx, key_id, now=service.now) is False
        assert revoke_key(tx, "none", now=service.now) is False
    assert (status(service, header), status(service, other)) == (401, 404)


def test_a_401_says_how_to_authenticate_and_nothing_else(service: Service) -> None:
    answer = service.get("/events/urn:x:1", {"Authorization": "Bearer hunter2"})
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "hunter2" not in answer.text


def test_a_key_needs_rights_that_exist() -> None:
    for rights in ((), ("root",), ("submit", "root")):
        with pytest.raises(ValueError, match="unknown right"):
            make_key(ABATTOIR, rights=rights, now=0, valid_s=1, random=secrets.token_bytes)


def key_of(owner: str, *rights: str, on_behalf: tuple[str, ...] = ()) -> StoredKey:
    return make_key(owner, rights=rights, on_behalf=on_behalf, now=0, valid_s=1, random=secrets.token_bytes)[0]


def test_rights_to_submit_do_not_mix() -> None:
    assert submits_for(key_of(ABATTOIR, "submit", on_behalf=(COM,))) == {ABATTOIR}
    assert submits_for(key_of(PLATFORM, "submit:onbehalf", on_behalf=(ABATTOIR,))) == {ABATTOIR}
    assert submits_for(key_of(PLATFORM, "submit", "submit:onbehalf", on_behalf=(ABATTOIR,))) == {ABATTOIR, PLATFORM}


def test_who_sees_which_rendering() -> None:
    assert rendering_for(None, ABATTOIR, {COM}) is None
    assert rendering_for(key_of(ABATTOIR, "submit"), ABATTOIR, {COM}) == "submitter"
    assert rendering_for(key_of(COM, "read"), ABATTOIR, {COM}) == "bureaus"
    assert rendering_for(key_of(COM, "submit"), ABATTOIR, {COM}) is None
    assert rendering_for(key_of(COM, "read"), ABATTOIR, set()) is None
    assert rendering_for(key_of(PLATFORM, "read", on_behalf=(ABATTOIR,)), ABATTOIR, {COM}) is None
