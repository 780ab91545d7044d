"""/enterprises: a bureau manages those under itself; closing stops submissions and takes nothing away."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.service import ABATTOIR, AGR, BASE, COM, EDU, ENTERPRISES, FARM, MARKET, PLATFORM, SHOP, Service, document, event

NEW = "92310118TE5T00120Y"
GOOD = {"name": "示例新店", "kind": "supermarket", "gln": "9521234000020"}
MAPPING = {"extends": "pork_wholesale_day", "title": "批发日报"}


def put(service: Service, path: str, body: Any, key: dict[str, str] | None = None) -> httpx.Response:
    headers = {"Content-Type": "application/json", **(key or service.key(COM, "admin"))}
    return service.request("PUT", f"/enterprises/{path}", headers=headers, content=json.dumps(body).encode())


def delete(service: Service, path: str, key: dict[str, str] | None = None) -> httpx.Response:
    return service.request("DELETE", f"/enterprises/{path}", headers=key or service.key(COM, "admin"))


def test_a_registered_enterprise_is_shown_and_can_submit(service: Service) -> None:
    admin = service.key(COM, "admin")
    made = put(service, NEW, GOOD, admin)
    shown = {"uscc": NEW, "member": COM, **GOOD, "mappings": f"/enterprises/{NEW}/mappings"}
    assert (made.status_code, made.json()) == (201, shown)
    assert service.get(f"/enterprises/{NEW}", admin).json() == shown
    changed = put(service, NEW, {"name": "示例", "kind": "slaughterhouse"}, admin)
    assert (changed.status_code, "gln" in changed.json()) == (200, False)
    assert service.post("/capture", document(event(cn__uscc=NEW)), service.key(NEW)).status_code == 202


def test_a_bureau_lists_its_own_a_page_at_a_time(service: Service) -> None:
    admin, seen, path = service.key(COM, "admin"), [], "/enterprises?perPage=2"
    for _ in range(2):
        page = service.get(path, admin)
        seen.append([entry["uscc"] for entry in page.json()["enterprises"]])
        if "link" in page.headers:
            path = page.headers["link"].removeprefix(f"<{BASE}").removesuffix('>; rel="next"')
    own = sorted(uscc for uscc, member in ENTERPRISES.items() if member == COM)
    assert seen == [own[:2], own[2:]] == [own[:2], own[2:4]]
    assert "link" not in page.headers
    for query in ("perPage=0", "perPage=501", "perPage=x", "nextPageToken=x"):
        assert service.get(f"/enterprises?{query}", admin).json()["code"] == "request.parameter"


@pytest.mark.parametrize("uscc", [FARM, NEW, "x", "%00"])
def test_another_bureau_s_enterprise_is_as_if_it_were_not_there(service: Service, uscc: str) -> None:
    admin = service.key(COM, "admin")
    assert service.get(f"/enterprises/{uscc}", admin).status_code == 404
    assert service.get(f"/enterprises/{uscc}/mappings", admin).status_code == 404
    assert put(service, f"{uscc}/mappings/a", MAPPING).status_code == 404
    assert delete(service, uscc).status_code == 404
    assert delete(service, f"{uscc}/mappings/a").status_code == 404


def test_an_enterprise_of_another_bureau_is_not_taken_over(service: Service) -> None:
    answer = put(service, FARM, {"name": "示例", "kind": "farm"})
    assert (answer.status_code, answer.json()["code"]) == (409, "enterprise.elsewhere")
    assert put(service, NEW, {**GOOD, "member": AGR}).json()["code"] == "auth.right"  # nor registered in its name


@pytest.mark.parametrize("member", [AGR, "AGR"])
def test_an_enterprise_that_is_handed_over_keeps_the_member_of_its_events(service: Service, member: str) -> None:
    key = service.key(ABATTOIR)
    service.post("/capture", document(event(eventID="urn:x:1")), key)
    moved = put(service, ABATTOIR, {"name": "示例", "kind": "slaughterhouse", "member": member})
    assert (moved.status_code, moved.json()["member"]) == (200, AGR)
    service.post("/capture", document(event(eventID="urn:x:2")), key)
    assert [row.member for row in service.rows()] == [COM, AGR]
    assert service.get(f"/enterprises/{ABATTOIR}", service.key(COM, "admin")).status_code == 404
    assert service.get(f"/enterprises/{ABATTOIR}", service.key(AGR, "admin")).status_code == 200


def test_a_closed_enterprise_submits_no_more_and_keeps_what_it_submitted(service: Service) -> None:
    key, admin = service.key(ABATTOIR), service.key(COM, "admin")
    service.post("/capture", document(event(eventID="urn:x:1")), key)
    closed = delete(service, ABATTOIR, admin)
    service.now += 60
    assert closed.status_code == 200
    assert delete(service, ABATTOIR, admin).json() == closed.json() == service.get(f"/enterprises/{ABATTOIR}", admin).json()
    assert closed.json()["closedAt"].startswith("2026-05-29T04:26:40")
    platform = service.key(PLATFORM, "submit:onbehalf", on_behalf=(ABATTOIR,))
    for sender in (key, platform):
        answer = service.post("/capture", document(event(eventID="urn:x:2")), sender)
        assert (answer.status_code, answer.json()["code"]) == (403, "submitter.closed")
    assert service.get("/events/urn:x:1", key).status_code == 200
    assert put(service, ABATTOIR, {"name": "示例", "kind": "slaughterhouse"}, admin).status_code == 200
    assert service.post("/capture", document(event(eventID="urn:x:2")), key).status_code == 202


@pytest.mark.parametrize(
    ("uscc", "changes", "faults"),
    [
        (NEW, {"name": ""}, [("enterprise.name", "/name")]),
        (NEW, {"name": "a" * 201}, [("enterprise.name", "/name")]),
        (NEW, {"name": " a"}, [("enterprise.name", "/name")]),
        (NEW, {"name": "a\u202eb"}, [("enterprise.name", "/name")]),
        (NEW, {"name": 1}, [("enterprise.name", "/name")]),
        (NEW, {"kind": "bakery"}, [("enterprise.kind", "/kind")]),
        (NEW, {"kind": "*"}, [("enterprise.kind", "/kind")]),
        (NEW, {"kind": ["farm"]}, [("enterprise.kind", "/kind")]),
        (NEW, {"gln": "9521234000021"}, [("id.gln_check", "/gln")]),
        (NEW, {"gln": "952123400002"}, [("id.gln_format", "/gln")]),
        (NEW, {"gln": 9521234000020}, [("id.gln_format", "/gln")]),
        (NEW, {"member": "XXX"}, [("enterprise.member", "/member")]),
        (NEW, {"member": [COM]}, [("enterprise.member", "/member")]),
        (NEW[:-1] + "A", {}, [("id.uscc_check", "/uscc")]),
        ("x", {}, [("id.uscc_format", "/uscc")]),
        (NEW, {"closed_at": 1}, [("ask.form", "")]),
        (NEW, {"name": "", "kind": "", "gln": ""}, [("enterprise.name", "/name"), ("enterprise.kind", "/kind"),
                                                    ("id.gln_format", "/gln")]),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_registered(
    service: Service, uscc: str, changes: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    answer = put(service, uscc, {**GOOD, **changes})
    assert answer.status_code == 400
    assert [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]] == faults
    assert service.get(f"/enterprises/{NEW}", service.key(COM, "admin")).status_code == 404


@pytest.mark.parametrize("kind", ["farm", "grain_processor", "ecommerce_platform"])
def test_every_kind_of_the_catalogue_can_be_registered(service: Service, kind: str) -> None:
    assert put(service, NEW, {"name": "示例", "kind": kind}).status_code == 201


def test_a_mapping_is_put_read_listed_and_removed(service: Service) -> None:
    admin, path = service.key(COM, "admin"), f"/enterprises/{MARKET}/mappings"
    made = put(service, f"{MARKET}/mappings/日报", MAPPING, admin)
    assert made.status_code == 201
    assert service.get(made.json()["href"], admin).json() == MAPPING
    assert [entry["name"] for entry in service.get(path, admin).json()["mappings"]] == ["日报"]
    assert put(service, f"{MARKET}/mappings/日报", {**MAPPING, "title": "新"}, admin).status_code == 200
    assert service.get(f"{path}/日报", admin).json()["title"] == "新"
    assert delete(service, f"{MARKET}/mappings/日报", admin).status_code == 204
    assert delete(service, f"{MARKET}/mappings/日报", admin).status_code == 404
    assert service.get(f"{path}/日报", admin).status_code == 404


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a", {"extends": "nowhere"}, "mapping.extends"), ("a", {"import": "os"}, "mapping"),
        ("a" * 65, MAPPING, "request.parameter"), ("a%00", MAPPING, "request.parameter"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_wrong_is_not_stored(service: Service, name: str, body: Any, code: str) -> None:
    answer = put(service, f"{MARKET}/mappings/{name}", body)
    assert answer.status_code == 400 and answer.json()["code"].startswith(code)
    assert service.get(f"/enterprises/{MARKET}/mappings", service.key(COM, "admin")).json() == {"mappings": []}


def test_only_a_member_s_admin_key_manages_enterprises(service: Service) -> None:
    for key, status in (
        (service.key(COM, "read", "submit"), 403), (service.key(SHOP, "admin"), 403), (None, 401),
        (service.key(EDU, "admin"), 200),
    ):  # fmt: skip
        assert service.get("/enterprises", key).status_code == status
        sent = {"Content-Type": "application/json", **(key or {})}
        for path in (SHOP, f"{SHOP}/mappings/a"):
            refused = service.request("PUT", f"/enterprises/{path}", headers=sent, content=b"{}").status_code
            assert refused == (status if status != 200 else 400)


def test_everything_wrong_with_a_registration_is_said_at_once(service: Service) -> None:
    answer = put(service, NEW, {"name": "", "kind": "x", "a": 1, "b": 2}).json()
    faults = [(fault["code"], fault["pointer"]) for fault in answer["errors"]]
    assert faults == [("enterprise.name", "/name"), ("enterprise.kind", "/kind"), ("ask.form", ""), ("ask.form", "")]
    assert "name, kind, gln, member" in answer["errors"][-1]["expectedEn"]


def test_a_mapping_that_names_what_the_catalogue_lacks_is_not_stored(service: Service) -> None:
    body = {"extends": "pork_wholesale_day", "categories": {"猪": "porc"}}
    answer = put(service, f"{MARKET}/mappings/a", body).json()
    assert [(fault["code"], fault["pointer"]) for fault in answer["errors"]] == [("mapping.category", "/categories/0")]
