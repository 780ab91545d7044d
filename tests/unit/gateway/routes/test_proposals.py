"""/proposals, /members, /acts and /freeze: what members see, and what a key that acts for one may ask for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.acts.proposals import ACTIONS
from ledger.actions import decode_action, describe
from ledger.contracts import CONSORTIUM, artifact, decode_call
from tests.fake_contracts import VOTE, FakeProposal
from tests.service import ABATTOIR, AGR, AMR, COM, EDU, Service

ADDRESS = "0x" + "Ab" * 20
STATUS_OF = {"status": "suspended", "reason": 7}
GOOD: dict[str, Any] = {
    "admit": {"member": "91310110TE5T00411H", "code": "NEW", "signer": ADDRESS, "rights": ["VOTE"], "classes": [], "stages": []},
    "retire": {"member": "COM"},
    "setRights": {"member": COM, "rights": ["VOTE", "RECALL"]},
    "setScope": {"member": "COM", "classes": ["dairy"], "stages": ["retail", "import"]},
    "rotateSigner": {"member": "COM", "signer": ADDRESS},
    "unfreeze": {"member": "COM"},
    "pauseAnchoring": {"paused": True},
    "announce": {"validators": [{"address": ADDRESS, "operator": "COM"}, {"address": "0x" + "01" * 20, "operator": AGR}]},
    "setLeafFor": {"number": "SHFS-COM-1-0-R", **STATUS_OF},
    "setBatchFor": {"member": "COM", "batch": 1, **STATUS_OF},
    "setCodeFor": {"member": "COM", "code": "01/09521234100027", **STATUS_OF},
}


def admin(service: Service, owner: str = COM) -> dict[str, str]:
    return service.key(owner, "admin")


def propose(service: Service, action: str, arguments: Any, key: dict[str, str] | None = None) -> Any:
    body = json.dumps({"action": action, "arguments": arguments}).encode()
    return service.post("/proposals", body, key or admin(service))


def open_proposal(service: Service, *approvals: str, data: bytes | None = None) -> None:
    """Proposal 1 of the consortium: COM asks to pause."""
    from ledger.governance import pause_anchoring_call

    target = "0x" + service.chain.world.consortium.hex()
    data = data or pause_anchoring_call(paused=True)
    service.chain.contracts.now.proposals.append(FakeProposal(target, data, COM, 2**32, False, set(approvals)))
    service.chain.mine()


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_can_be_proposed_in_our_words_and_comes_back_in_them(service: Service, action: str) -> None:
    """What is answered was read back from the call data, not from what was sent."""
    answer = propose(service, action, GOOD[action])
    assert answer.status_code == 202, answer.text
    with service.db.read() as tx:
        data = tx.exec_driver_sql("select data from acts").scalar_one()
    called = decode_call(artifact(CONSORTIUM), data)
    assert called is not None
    target, inner = bytes.fromhex(called[1][0][2:]), called[1][1]
    read = decode_action(service.consortium.deployment, target, inner)
    assert read.name == action
    assert answer.json()["does"] == {"zh": f"提出：{describe(read)[0]}", "en": f"Propose: {describe(read)[1]}"}
    assert answer.json()["asked"] == {"action": "propose", "proposes": {"action": action, "arguments": GOOD[action]}}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_argument_is_required_and_no_other_is_taken(service: Service, action: str) -> None:
    for name in GOOD[action]:
        answer = propose(service, action, {key: value for key, value in GOOD[action].items() if key != name})
        assert (answer.status_code, answer.json()["code"]) == (400, "ask.form")
        assert answer.json()["errors"][0]["pointer"].startswith("/arguments")
        for wrong in (None, 7.5, {}, [[]], "<evil>", ["<evil>"], -1, 2**53 - 1, [1] * 65):
            answer = propose(service, action, {**GOOD[action], name: wrong})
            assert answer.status_code == 400, (name, wrong)
            assert "evil" not in answer.text
    assert propose(service, action, {**GOOD[action], "evil": 1}).status_code == 400


@pytest.mark.parametrize(
    ("action", "arguments", "pointer"),
    [
        ("setRights", {"member": "COM", "rights": ["VOTE", "VOTE"]}, "/arguments/rights"),
        ("setRights", {"member": "XYZ", "rights": []}, "/arguments/member"),
        ("announce", {"validators": []}, "/arguments/validators"),
        ("announce", {"validators": [{"address": ADDRESS, "operator": "COM", "x": 1}]}, "/arguments/validators/0"),
        ("announce", {"validators": [{"address": ADDRESS[:-1], "operator": "COM"}]}, "/arguments/validators/0/address"),
        ("setLeafFor", {"number": "OTHER-COM-1-0-R", **STATUS_OF}, "/arguments/number"),
        ("setLeafFor", {"number": "SHFS-COM-1-0-R", "status": "superseded", "reason": 1}, "/arguments/successor"),
        ("setLeafFor", {"number": "SHFS-COM-1-0-R", **STATUS_OF, "successor": "SHFS-COM-1-1-P"}, "/arguments/successor"),
        (
            "setLeafFor",
            {"number": "SHFS-COM-1-1-P", "status": "superseded", "reason": 1, "successor": "SHFS-COM-1-0-R"},
            "/arguments/successor",
        ),
        ("burn", {}, "/action"),
        (["admit"], {}, "/action"),
    ],
)
def test_arguments_that_contradict_themselves_are_refused_by_their_place(
    service: Service, action: Any, arguments: Any, pointer: str
) -> None:
    answer = propose(service, action, arguments)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_a_proposal_says_who_voted_what_it_does_how_many_are_needed_and_when_it_ends(service: Service) -> None:
    open_proposal(service, AGR)
    (shown,) = service.get("/proposals", service.key(EDU, "read")).json()["proposals"]
    assert shown == service.get("/proposals/1", service.key(EDU, "read")).json()
    assert (shown["id"], shown["action"], shown["arguments"]) == (1, "pauseAnchoring", {"paused": True})
    assert shown["does"]["en"] == "Stop all anchoring; statuses go on"
    assert [one["code"] for one in shown["approvals"]] == ["AGR"]
    assert (shown["needed"], shown["missing"], shown["state"]) == (3, 2, "open")
    assert shown["proposer"]["name"] == "COM 局"
    assert shown["expiresAt"] == "2106-02-07T14:28:16+08:00"


def test_a_call_that_we_cannot_read_is_called_that(service: Service) -> None:
    open_proposal(service, data=b"\xde\xad\xbe\xef" * 9)
    shown = service.get("/proposals/1", service.key(COM, "read")).json()
    assert shown["action"] == "unknown"
    assert "请勿同意" in shown["does"]["zh"]


def test_a_vote_is_queued_and_bound_to_what_the_proposal_calls(service: Service) -> None:
    open_proposal(service)
    calls = service.get("/proposals/1", service.key(COM, "read")).json()["calls"]
    answer = service.post("/proposals/1/approve", b"", admin(service))
    assert answer.status_code == 202
    assert answer.json()["asked"] == {"action": "approve", "proposal": 1, "calls": calls}
    assert answer.json()["does"] == {"zh": "同意提案 1", "en": "Approve proposal 1"}
    assert service.post("/proposals/1/approve", b"", admin(service)).json()["id"] == answer.json()["id"]
    assert service.post("/proposals/1/approve", b"", admin(service, AGR)).json()["id"] != answer.json()["id"]


@pytest.mark.parametrize(
    ("vote", "error", "code"),
    [
        ("execute", "", "proposal.approvals"), ("approve", "ProposalExpired", "proposal.expired"),
        ("withdraw", "ProposalAlreadyExecuted", "proposal.executed"), ("execute", "ProposalUnknown", "request.not_found"),
    ],
)  # fmt: skip
def test_a_vote_that_the_contract_would_refuse_is_refused_at_once(service: Service, vote: str, error: str, code: str) -> None:
    open_proposal(service)
    service.chain.refuse_act = error
    assert service.post(f"/proposals/1/{vote}", b"", admin(service)).json()["code"] == code


def test_voting_and_proposing_need_the_vote(service: Service) -> None:
    open_proposal(service)
    service.chain.rights[AMR] = 15 & ~VOTE
    for path in ("approve", "withdraw"):
        assert service.post(f"/proposals/1/{path}", b"", admin(service, AMR)).json()["code"] == "vote.right"
    assert propose(service, "unfreeze", {"member": "COM"}, admin(service, AMR)).json()["code"] == "vote.right"
    assert service.post("/proposals/1/approve", b"", admin(service, EDU)).json()["code"] == "member.unserved"


def test_a_freeze_is_the_key_s_own_member_s(service: Service) -> None:
    answer = service.post("/freeze", b"", admin(service, AGR))
    assert (answer.status_code, answer.json()["member"]["code"]) == (202, "AGR")
    assert service.post("/freeze", b"", service.key(AGR, "read")).status_code == 403
    assert service.post("/freeze", b"", admin(service, ABATTOIR)).status_code == 403


def test_members_are_shown_as_the_chain_has_them(service: Service) -> None:
    service.chain.rights[AMR] = 12
    service.chain.contracts.now.frozen.add(AGR)
    shown = service.get("/members", service.key(COM, "read")).json()
    by_code = {member["code"]: member for member in shown["members"]}
    assert (shown["voters"], shown["needed"], set(by_code)) == (3, 2, {"AGR", "COM", "EDU", "AMR"})
    assert (by_code["AMR"]["rights"], by_code["AMR"]["votes"]) == (["STATUS", "RECALL"], False)
    assert (by_code["AGR"]["frozen"], by_code["COM"]["frozen"]) == (True, False)
    assert (by_code["COM"]["servedHere"], by_code["EDU"]["servedHere"]) == (True, False)
    assert by_code["COM"]["validator"] == "0x" + service.chain.world.sets[0].validators[3].hex()
    assert "slaughter" in by_code["COM"]["stages"]


@pytest.mark.parametrize("path", ["/members", "/proposals", "/proposals/1", "/acts/1"])
def test_only_members_read_what_the_consortium_does(service: Service, path: str) -> None:
    open_proposal(service)
    assert service.get(path).status_code == 401
    assert service.get(path, service.key(ABATTOIR, "read", "submit")).status_code == 403
    assert service.get(path, service.key(COM, "submit")).status_code == 403


def test_an_act_of_another_member_is_as_if_it_were_not_there(service: Service) -> None:
    location = service.post("/freeze", b"", admin(service)).headers["location"]
    assert service.get(location, service.key(COM, "read")).status_code == 200
    other, absent = service.get(location, admin(service, AGR)), service.get("/acts/99", admin(service, AGR))
    assert other.status_code == absent.status_code == 404
    assert {**other.json(), "requestId": ""} == {**absent.json(), "requestId": ""}


@pytest.mark.parametrize("text", ["0", "-1", "1e3", "99", "9" * 16, "9" * 5000, "x", "%00", "%EF%BC%91", "<evil>", "01"])
def test_a_number_that_is_none_is_not_there(service: Service, text: str) -> None:
    open_proposal(service)
    for path in (f"/acts/{text}", f"/proposals/{text}"):
        answer = service.get(path, admin(service))
        assert answer.status_code == 404
        assert "evil" not in answer.text
    assert service.post(f"/proposals/{text}/approve", b"", admin(service)).status_code == 404


@pytest.mark.parametrize("vote", ["burn", "Approve", "__class__", "approve%00"])
def test_a_vote_that_is_none_is_not_there(service: Service, vote: str) -> None:
    open_proposal(service)
    assert service.post(f"/proposals/1/{vote}", b"", admin(service)).status_code == 404


@pytest.mark.parametrize("path", ["/proposals", "/statuses"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"[]", 400), (b"{", 400), (b'{"action":1,"action":2}', 400), (b"\xef\xbb\xbf{}", 400), (b"null", 400),
        (b'{"action":NaN}', 400), (b"[" * 10_000, 400), (b'{"a":"' + b"x" * 70_000 + b'"}', 413), (b'{"__proto__":1}', 400),
        (b'{"a":[' + b"1," * 2_000 + b"1]}", 400), (b'{"a":"\\ud800"}', 400), (b"\xff\xfe{\0}\0", 400),
    ],
)  # fmt: skip
def test_bytes_that_are_no_ask_are_refused_without_an_echo(service: Service, path: str, body: bytes, status: int) -> None:
    answer = service.post(path, body, admin(service))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "xxx" not in answer.text and "__proto__" not in answer.text


@pytest.mark.parametrize("path", ["/proposals", "/statuses"])
def test_a_body_is_read_only_from_whom_may_ask(service: Service, path: str) -> None:
    assert service.post(path, b"{", service.key(COM, "read")).json()["code"] == "auth.right"
    assert service.post(path, b"{").json()["code"] == "auth.missing"
    assert service.post(path, b"{}", admin(service), Content_Type="text/plain").status_code == 415
