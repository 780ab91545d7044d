"""POST /statuses and GET /statuses/{number}."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certs.number import Number
from tests.fake_contracts import RECALL, STATUS
from tests.service import ABATTOIR, ACCOUNTS, AGR, COM, EDU, FARM, MARKET, Service, document, event

LOT = "01/09521234100027/10/S20250602-07"


def issued(service: Service, count: int = 2) -> list[str]:
    """Certificates of COM, whose batch the chain has."""
    listed = [event(cn__officialVet=f"兽医{at}") for at in range(count)]
    service.post("/capture", document(*listed), service.key(ABATTOIR))
    service.chain.write_head(COM, 1, root=b"\1" * 32, size=count)
    return service.issue_all(COM)


def ask(service: Service, key: dict[str, str], **content: Any) -> Any:
    return service.post("/statuses", json.dumps({"status": "suspended", "reason": 7, **content}).encode(), key)


def admin(service: Service, owner: str = COM) -> dict[str, str]:
    return service.key(owner, "admin")


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_an_ask_is_answered_with_an_act_in_plain_words_and_where_to_look(service: Service) -> None:
    number, _ = issued(service)
    answer = ask(service, admin(service), number=number)
    shown = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, f"/acts/{shown['id']}")
    assert (shown["state"], shown["stateText"]["zh"]) == ("queued", "已受理，待签名")
    assert shown["does"] == {
        "zh": f"把凭证 {number}的状态设为：暂停；理由码 7", "en": f"Set certificate {number} to: suspended; reason 7"
    }  # fmt: skip
    assert shown["member"] == {"uscc": COM, "code": "COM", "name": "COM 局"}
    assert service.get(answer.headers["location"], admin(service)).json() == shown


def test_the_same_ask_twice_is_one_act(service: Service) -> None:
    number, _ = issued(service)
    first, second = (ask(service, admin(service), number=number).json()["id"] for _ in range(2))
    assert first == second
    assert ask(service, admin(service), number=number, reason=8).json()["id"] != first


def test_batches_codes_and_successors_can_be_asked_for(service: Service) -> None:
    number, later = issued(service)
    for content in (
        {"batch": 1}, {"batch": 1, "status": "revoked"}, {"code": LOT, "status": "recalled"},
        {"number": number, "status": "superseded", "successor": later},
    ):  # fmt: skip
        answer = ask(service, admin(service), **content)
        assert answer.status_code == 202, answer.text
    assert f"更正为 {later}" in answer.json()["does"]["zh"]


@pytest.mark.parametrize(
    ("owner", "rights", "want"),
    [
        (COM, ("read", "submit"), (403, "auth.right")),
        (ABATTOIR, ("admin",), (403, "auth.right")),  # an enterprise is no member
        (EDU, ("admin",), (403, "member.unserved")),
        (AGR, ("admin",), (403, "status.member")),
    ],
)
def test_only_a_key_that_acts_for_the_member_itself_may_ask(
    service: Service, owner: str, rights: tuple[str, ...], want: tuple[int, str]
) -> None:
    number, _ = issued(service)
    assert code_of(ask(service, service.key(owner, *rights), number=number)) == want
    assert ask(service, {}, number=number).status_code == 401


def test_another_member_s_number_is_refused_alike_whether_there_is_one_or_not(service: Service) -> None:
    number, _ = issued(service)
    answers = [ask(service, admin(service, AGR), number=text) for text in (number, str(Number("SHFS", "COM", 77, 0)))]
    assert [code_of(answer) for answer in answers] == [(403, "status.member")] * 2


def test_rights_on_the_chain_are_asked_at_once(service: Service) -> None:
    number, _ = issued(service)
    service.chain.rights[COM] = 15 & ~STATUS
    assert code_of(ask(service, admin(service), number=number)) == (403, "status.right")
    assert code_of(ask(service, admin(service), batch=1)) == (403, "status.right")
    service.chain.rights[COM] = 15 & ~RECALL
    assert code_of(ask(service, admin(service), code=LOT, status="recalled")) == (403, "status.recall_right")
    service.chain.rights.clear()
    service.chain.contracts.now.frozen.add(COM)
    assert code_of(ask(service, admin(service), number=number)) == (409, "member.frozen")


@pytest.mark.parametrize("now_of", [None, (AGR, "AGR")])
def test_a_signer_that_serves_nobody_or_another_asks_for_nothing(service: Service, now_of: tuple[str, str] | None) -> None:
    number, _ = issued(service)
    del service.chain.members[ACCOUNTS[COM].address]
    if now_of is not None:
        service.chain.members[ACCOUNTS[COM].address] = now_of
    assert code_of(ask(service, admin(service), number=number)) == (409, "member.signer")
    assert service.post("/freeze", b"", admin(service)).json()["code"] == "member.signer"


@pytest.mark.parametrize(
    ("error", "code"), [("StatusKept", "status.kept"), ("StatusRevoked", "status.revoked"), ("StatusPlaceMissing", None)]
)
def test_what_the_contract_would_refuse_is_refused_at_once(service: Service, error: str, code: str | None) -> None:
    """All but what a chain that is behind would say."""
    number, _ = issued(service)
    service.chain.refuse_act = error
    answer = ask(service, admin(service), number=number)
    assert answer.status_code == (202 if code is None else 409)
    assert answer.json().get("code") == code


def test_what_is_not_issued_has_no_status_to_set(service: Service) -> None:
    number, later = issued(service)
    unknown = str(Number("SHFS", "COM", 9, 0))
    assert code_of(ask(service, admin(service), number=unknown)) == (404, "certificate.unknown")
    assert code_of(ask(service, admin(service), batch=9)) == (409, "status.place")
    superseded = {"status": "superseded", "number": number}
    assert code_of(ask(service, admin(service), **superseded, successor=unknown)) == (404, "certificate.unknown")
    for wrong in (number, later):  # an earlier one, and itself
        swapped = {"status": "superseded", "number": later, "successor": wrong}
        assert code_of(ask(service, admin(service), **swapped)) == (400, "status.successor")
    service.post("/capture", document(event(cn__officialVet="兽医丙")), service.key(ABATTOIR))
    service.close_all(COM, seq=2)
    assert code_of(ask(service, admin(service), batch=2)) == (409, "status.place")


@pytest.mark.parametrize(
    ("content", "pointer", "code"),
    [
        ({}, "", "ask.form"),
        ({"number": "x"}, "/number", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "batch": 1}, "", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "evil": 1}, "", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "status": "unset"}, "/status", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "status": "recalled"}, "/status", "status.not_applicable"),
        ({"number": "SHFS-COM-1-0-R", "status": "superseded"}, "/successor", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "successor": "SHFS-COM-1-1-P"}, "/successor", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "reason": 65_536}, "/reason", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "reason": -1}, "/reason", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "reason": True}, "/reason", "ask.form"),
        ({"number": "SHFS-COM-1-0-R", "reason": None}, "/reason", "ask.form"),
        ({"number": ["SHFS-COM-1-0-R"]}, "/number", "ask.form"),
        ({"batch": 0}, "/batch", "ask.form"),
        ({"batch": 2**48}, "/batch", "ask.form"),
        ({"batch": 1, "status": "superseded"}, "/status", "status.not_applicable"),
        ({"batch": 1, "successor": "SHFS-COM-1-1-P"}, "/successor", "ask.form"),
        ({"code": "01/1"}, "/code", "ask.form"),
        ({"code": LOT, "status": "revoked"}, "/status", "status.not_applicable"),
        ({"code": LOT + "/21/%2f"}, "/code", "ask.form"),
    ],
)
def test_an_ask_of_another_form_is_refused_by_its_place(service: Service, content: Any, pointer: str, code: str) -> None:
    answer = ask(service, admin(service), **content)
    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert "evil" not in answer.text


def test_the_words_on_the_chain_are_shown_to_the_submitter_and_the_bureaus(service: Service) -> None:
    from certs.codes import code_key
    from certs.slots import code_status_slot, leaf_status_slot

    number, later = issued(service)
    service.chain.world.set_status(leaf_status_slot(COM, 1, 0), 3, reason=1, following=(1, 1))
    service.chain.world.set_status(code_status_slot(code_key(LOT)), 5, reason=9, change=2)
    service.chain.mine()
    shown = service.get(f"/statuses/{number}", service.key(ABATTOIR)).json()
    assert (shown["number"], shown["block"], shown["batch"]) == (number, service.chain.height, None)
    assert (shown["leaf"]["status"], shown["leaf"]["successor"], shown["leaf"]["text"]["zh"]) == ("superseded", later, "已更正")
    assert [(one["code"], one["word"] and one["word"]["status"]) for one in shown["codes"]] == [
        ("01/09521234100027", None), (LOT, "recalled")
    ]  # fmt: skip
    assert service.get(f"/statuses/{number}", service.key(AGR, "read")).json() == shown


def test_a_batch_is_shown_to_members_by_its_number(service: Service) -> None:
    from certs.slots import batch_status_slot

    service.chain.write_head(COM, 3, root=b"\1" * 32, size=2)
    service.chain.world.set_status(batch_status_slot(COM, 3), 2, reason=9, change=1)
    service.chain.mine()
    shown = service.get("/statuses?batch=3", service.key(COM, "read")).json()
    assert (shown["member"]["code"], shown["seq"], shown["block"]) == ("COM", 3, service.chain.height)
    assert (shown["batch"]["status"], shown["batch"]["text"]["zh"], shown["batch"]["reason"]) == ("suspended", "暂停", 9)
    for named in ("COM", COM):
        assert service.get(f"/statuses?batch=3&member={named}", service.key(AGR, "read")).json() == shown
    service.chain.write_head(AGR, 3, root=b"\1" * 32, size=2)
    assert service.get("/statuses?batch=3", service.key(AGR, "read")).json()["batch"] is None
    assert code_of(service.get("/statuses?batch=4", service.key(COM, "read"))) == (409, "status.place")


def test_a_code_is_shown_with_the_wider_codes_that_count_for_it(service: Service) -> None:
    from certs.codes import code_key
    from certs.slots import code_status_slot

    service.chain.world.set_status(code_status_slot(code_key(LOT)), 5, reason=9, change=1)
    service.chain.mine()
    shown = service.get(f"/statuses?code={LOT}/21/1", service.key(AGR, "read")).json()
    assert (shown["code"], shown["block"]) == (f"{LOT}/21/1", service.chain.height)
    assert [(one["code"], one["word"] and one["word"]["status"]) for one in shown["codes"]] == [
        ("01/09521234100027", None), (LOT, "recalled"), (f"{LOT}/21/1", None)
    ]  # fmt: skip
    assert service.get("/statuses?code=00/095212340000000012", service.key(AGR, "read")).json()["codes"][0]["word"] is None


@pytest.mark.parametrize("query", ["batch=1", f"code={LOT}"])
def test_batches_and_codes_are_for_members_only(service: Service, query: str) -> None:
    assert code_of(service.get(f"/statuses?{query}")) == (401, "auth.missing")
    assert code_of(service.get(f"/statuses?{query}", service.key(ABATTOIR, "read", "submit"))) == (403, "auth.right")
    assert code_of(service.get(f"/statuses?{query}", service.key(COM, "submit"))) == (403, "auth.right")


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("", "ask.form", "/batch"),
        ("batch=0", "ask.form", "/batch"),
        ("batch=01", "ask.form", "/batch"),
        ("batch=-1", "ask.form", "/batch"),
        (f"batch={2**48}", "ask.form", "/batch"),
        ("batch=1&batch=2", "request.parameter", None),
        ("batch=1&member=XYZ", "ask.form", "/member"),
        ("batch=1&evil=1", "ask.form", ""),
        (f"batch=1&code={LOT}", "ask.form", ""),
        (f"member=COM&code={LOT}", "ask.form", ""),
        ("code=evil", "ask.form", "/code"),
        ("code=", "ask.form", "/code"),
    ],
)
def test_a_question_of_another_form_is_refused_by_its_place(service: Service, query: str, code: str, pointer: str | None) -> None:
    answer = service.get(f"/statuses?{query}", service.key(COM, "read"))
    assert code_of(answer) == (400, code)
    assert [fault["pointer"] for fault in answer.json().get("errors", [])] == ([] if pointer is None else [pointer])
    assert "evil" not in answer.text


def test_others_are_told_that_there_is_no_such_number(service: Service) -> None:
    number, _ = issued(service)
    for key in (service.key(FARM), service.key(MARKET, "submit"), service.key(AGR, "submit")):
        hidden, absent = (service.get(f"/statuses/{text}", key) for text in (number, str(Number("SHFS", "COM", 9, 0))))
        assert hidden.status_code == absent.status_code == 404
        assert {**hidden.json(), "requestId": ""} == {**absent.json(), "requestId": ""}
    assert service.get(f"/statuses/{number}").status_code == 401


def test_a_chain_that_does_not_answer_is_said_and_nothing_is_queued(service: Service) -> None:
    number, _ = issued(service)
    service.chain.offline = True
    assert code_of(ask(service, admin(service), number=number)) == (503, "chain.unavailable")
    service.chain.offline = False
    assert ask(service, admin(service), number=number).json()["id"] == 1
