"""/proposals, /members, /acts and /freeze: what members see, and what a key that acts for one may ask for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certs.number import Number
from gateway.acts.desk import Desk
from gateway.acts.known import known_of
from gateway.acts.proposals import ACTIONS
from gateway.acts.prospects import digest_of
from gateway.acts.refusal_words import refusal_words
from ledger.action_words import describe
from ledger.actions import decode_action
from ledger.contracts import CONSORTIUM, STATUS_REGISTRY, artifact, decode_call
from ledger.governance import PAGE
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


def desk_of(service: Service) -> Desk:
    desk: Desk = service.app.state.parts.desk
    return desk


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
    known = known_of([read], [GOOD[action].get("code")], service.consortium, desk_of(service).roll.known)
    assert answer.json()["does"] == {"zh": f"提出：{describe(read, known)[0]}", "en": f"Propose: {describe(read, known)[1]}"}
    assert answer.json()["asked"] == {"action": "propose", "proposes": {"action": action, "arguments": GOOD[action]}}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_argument_is_required_and_no_other_is_taken(service: Service, action: str) -> None:
    for name in GOOD[action]:
        answer = propose(service, action, {key: value for key, value in GOOD[action].items() if key != name})
        assert (answer.status_code, answer.json()["code"]) == (400, "ask.form")
        (fault,) = answer.json()["errors"]
        assert fault["pointer"].startswith("/arguments") and fault["expected"] and fault["expectedEn"].isascii()
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


@pytest.mark.parametrize(
    ("action", "arguments", "expected"),
    [
        ("burn", {}, "one of: admit retire setRights"),
        ("setRights", {"member": "COM", "rights": "VOTE"}, "a list of some of these, each once: VOTE ANCHOR STATUS RECALL"),
        ("setRights", {"member": "COM", "rights": ["ALL"]}, "a list of some of these, each once: VOTE ANCHOR STATUS RECALL"),
        ("setRights", {"member": "COM", "right": []}, "an object with no other fields than: member rights"),
        ("retire", {"member": "XYZ"}, "a USCC, or one of the codes: AGR AMR COM EDU"),
        ("rotateSigner", {"member": "COM", "signer": "0x1"}, "0x and 40 hexadecimal digits"),
        ("setBatchFor", {"member": "COM", "batch": 0, **STATUS_OF}, "an integer from 1 to 281474976710655"),
        ("setBatchFor", {"member": "COM", "batch": 1, **STATUS_OF, "status": "recalled"}, "one of: active suspended revoked"),
        ("setLeafFor", {"number": "OTHER-COM-1-0-R", **STATUS_OF}, "a number of SHFS- and one of: AGR AMR COM EDU"),
        ("setCodeFor", {"member": "COM", "code": "1", **STATUS_OF}, "a code of goods: 01/<14 digits>"),
        ("pauseAnchoring", {"paused": "yes"}, "true or false"),
    ],
)
def test_a_refused_field_says_what_is_expected_and_which_names_there_are(
    service: Service, action: str, arguments: Any, expected: str
) -> None:
    (fault,) = propose(service, action, arguments).json()["errors"]
    assert fault["expectedEn"].startswith(expected)


NEW = "91310110TE5T00411H"


def admit(service: Service, *, retired: bool = False) -> None:
    """A vote admits NEW, which no settings name."""
    service.chain.members["0x" + "77" * 20] = (NEW, "NEW")
    service.chain.mine()
    service.chain.admitted.append((service.chain.height, NEW, "NEW"))
    if retired:
        service.chain.contracts.now.retired.add(NEW)
    service.chain.mine()


@pytest.mark.parametrize("retired", [False, True])
def test_a_member_admitted_by_vote_is_listed_also_when_it_has_left(service: Service, retired: bool) -> None:
    admit(service, retired=retired)
    shown = {member["uscc"]: member for member in service.get("/members", service.key(COM, "read")).json()["members"]}
    assert (shown[NEW]["code"], shown[NEW]["active"], shown[NEW]["servedHere"]) == ("NEW", not retired, False)
    assert "name" not in shown[NEW]
    assert shown[COM]["name"] == "COM 局"


def test_a_member_admitted_by_vote_is_named_by_its_code(service: Service) -> None:
    arguments = {"member": "NEW", "rights": ["VOTE"]}
    assert propose(service, "setRights", arguments).json()["code"] == "ask.form"
    admit(service)
    answer = propose(service, "setRights", arguments)
    assert answer.json()["does"]["zh"] == f"提出：成员单位 NEW（{NEW}） 的权限改为：表决"
    number = {"number": str(Number("SHFS", "NEW", 1, 0)), **STATUS_OF}
    assert number["number"] in propose(service, "setLeafFor", number).json()["does"]["en"]


def test_the_roll_asks_only_for_new_blocks_and_for_all_of_them_after_a_rewind(service: Service) -> None:
    roll, chain = desk_of(service).roll, service.chain
    before = chain.mine()
    assert "NEW" not in roll.names(chain).codes
    admit(service)
    assert (roll.names(chain).codes["NEW"], roll.known.codes["NEW"]) == (NEW, NEW)
    asked: list[Any] = []
    kept = chain._eth_getLogs
    chain._eth_getLogs = lambda query: asked.append(query) or kept(query)  # type: ignore[method-assign]
    roll.names(chain)
    assert asked == []
    chain.mine()
    roll.names(chain)
    assert [int(query["fromBlock"], 16) for query in asked] == [chain.height]
    chain.rewind(before)
    chain.admitted[:] = [(before + 1, NEW, "ELSE")]
    for _ in range(9):
        chain.mine()
    assert roll.names(chain).codes["ELSE"] == NEW
    assert "NEW" not in roll.known.codes
    chain.rewind(before)
    chain.admitted.clear()
    assert "ELSE" not in roll.names(chain).codes


def test_what_a_code_means_the_chain_decides(service: Service) -> None:
    """Settings that give a member another's code do not turn a vote against the wrong one."""
    service.chain.mine()
    service.chain.admitted.append((service.chain.height, NEW, "COM"))
    service.chain.admitted.append((service.chain.height, AGR, "FARMS"))
    codes = desk_of(service).words().members
    assert (codes["COM"], codes["FARMS"], "AGR" in codes) == (NEW, AGR, False)
    assert desk_of(service).roll.known.view(AGR) == {"uscc": AGR, "code": "FARMS", "name": "AGR 局"}
    assert desk_of(service).roll.known.view(COM) == {"uscc": COM}


def test_the_words_name_members_numbers_and_codes_and_say_what_would_change(service: Service) -> None:
    for action in ("setCodeFor", "setLeafFor", "setRights", "announce"):
        propose(service, action, GOOD[action])
    with service.db.read() as tx:
        asked = [row[0] for row in tx.exec_driver_sql("select data from acts order by id")]
    for data in asked:
        _, (target, inner) = decode_call(artifact(CONSORTIUM), data) or ("", ("", b""))
        service.chain.contracts.now.proposals.append(FakeProposal(target, inner, COM, 2**32))
    service.chain.mine()
    listed = service.get("/proposals", service.key(COM, "read")).json()["proposals"]
    does = {one["action"]: one["does"]["zh"] for one in listed}
    assert f"以成员单位 COM 局 COM（{COM}） 的名义，把商品码 01/09521234100027（键 0x" in does["setCodeFor"]
    assert "凭证 SHFS-COM-1-0-R（上链批次 1 的第 0 叶）" in does["setLeafFor"]
    assert does["setRights"].endswith("的权限改为：表决、召回（失去上链、改状态）")
    assert "；加入：0x" in does["announce"] and "；退出：0x" in does["announce"]
    for one in service.chain.contracts.now.proposals:
        one.executed = True
    service.chain.mine()
    listed = service.get("/proposals", service.key(COM, "read")).json()["proposals"]
    does = {one["action"]: one["does"]["zh"] for one in listed}
    assert does["setRights"].endswith("的权限改为：表决、召回"), "what has been done is not compared with what came of it"
    assert "加入" not in does["announce"]
    service.chain.contracts.now.proposals[3].executed = False
    service.chain.contracts.now.proposals.append(FakeProposal(*_again(service, "setRights"), COM, 2**32))
    service.chain.mine()
    listed = service.get("/proposals", service.key(COM, "read")).json()["proposals"]
    compared = ["失去" in one["does"]["zh"] for one in listed if one["action"] == "setRights"]
    assert compared == [True, False], "beside an open one of the same"


def _again(service: Service, action: str) -> tuple[str, bytes]:
    """Target and call data of the proposal that does this."""
    named = [
        (one.target, one.data)
        for one in service.chain.contracts.now.proposals
        if decode_action(service.consortium.deployment, bytes.fromhex(one.target[2:]), one.data).name == action
    ]
    return named[0]


def test_a_successor_is_named_by_its_number_too(service: Service) -> None:
    superseded = {"number": "SHFS-COM-1-0-R", "status": "superseded", "reason": 1, "successor": "SHFS-COM-1-1-P"}
    assert "更正为凭证 SHFS-COM-1-1-P（" in propose(service, "setLeafFor", superseded).json()["does"]["zh"]


def test_a_code_that_was_set_here_is_named_in_another_s_proposal(service: Service) -> None:
    from certs.codes import code_key
    from certs.staple import Status
    from ledger.registry import set_code_for_call

    lot = "01/09521234100027/10/S20250602-07"
    target = "0x" + service.chain.world.registry.hex()
    data = set_code_for_call(AGR, code_key(lot), status=Status.ACTIVE, reason=1)
    service.chain.contracts.now.proposals.append(FakeProposal(target, data, AGR, 2**32))
    service.chain.mine()
    assert lot not in service.get("/proposals/1", service.key(COM, "read")).json()["does"]["zh"]
    body = json.dumps({"code": lot, "status": "recalled", "reason": 1}).encode()
    assert service.post("/statuses", body, admin(service)).status_code == 202
    assert lot in service.get("/proposals/1", service.key(COM, "read")).json()["does"]["zh"]


def test_a_proposal_that_could_never_be_executed_is_warned_about_while_it_is_open(service: Service) -> None:
    open_proposal(service)
    assert "wouldFail" not in service.get("/proposals/1", service.key(COM, "read")).json()
    service.chain.fail_proposed = "MemberOperates"
    shown = service.get("/proposals/1", service.key(COM, "read")).json()
    assert (shown["state"], shown["wouldFail"]) == ("open", "ProposalCallFailed/MemberOperates")
    assert shown["wouldFailText"]["zh"].startswith("该成员单位正在运行共识节点")


def test_every_error_that_a_proposed_call_can_end_with_has_words() -> None:
    for name in (CONSORTIUM, STATUS_REGISTRY):
        for entry in artifact(name).abi:
            if entry["type"] == "error" and not entry["name"].startswith(("Proposal", "Contract", "Anchoring", "StatusRight")):
                zh, en = refusal_words(entry["name"])
                assert zh != entry["name"] and en.isascii(), entry["name"]
    assert refusal_words("AnchorOutOfOrder") == ("AnchorOutOfOrder", "AnchorOutOfOrder")


def test_proposals_are_answered_a_page_at_a_time_the_newest_first(service: Service) -> None:
    for _ in range(PAGE + 2):
        open_proposal(service)
    key = service.key(COM, "read")
    first = service.get("/proposals", key).json()
    assert [one["id"] for one in first["proposals"]] == list(range(PAGE + 2, 2, -1))
    assert first["next"] == 3
    second = service.get("/proposals?below=3", key).json()
    assert ([one["id"] for one in second["proposals"]], second["next"]) == ([2, 1], None)
    assert service.get("/proposals?below=1", key).json() == {"proposals": [], "next": None}
    for wrong in ("0", "x", "-1", "1e3", "9" * 17):
        assert service.get(f"/proposals?below={wrong}", key).json()["code"] == "request.parameter"


def test_a_vote_for_another_call_than_the_voter_saw_is_refused(service: Service) -> None:
    open_proposal(service)
    shown = service.get("/proposals/1", service.key(COM, "read")).json()
    seen = json.dumps({"calls": shown["calls"]}).encode()
    assert service.post("/proposals/1/approve", seen, admin(service)).status_code == 202
    service.chain.contracts.now.proposals[0].data = b"\xde\xad\xbe\xef"
    service.chain.mine()
    for vote in ("approve", "withdraw", "execute"):
        answer = service.post(f"/proposals/1/{vote}", seen, admin(service, AGR))
        assert (answer.status_code, answer.json()["code"]) == (409, "proposal.changed")
    other = digest_of(service.chain.world.consortium, b"\xde\xad\xbe\xef").hex().upper()
    answer = service.post("/proposals/1/approve", json.dumps({"calls": f"0x{other}"}).encode(), admin(service, AGR))
    assert answer.status_code == 202


@pytest.mark.parametrize("path", ["/proposals/1/approve", "/freeze"])
@pytest.mark.parametrize(
    "body", [b"{", b"null", b"[]", b"junk", b" ", b'{"evil":1}', b'{"calls":null}', b'{"calls":"0x12"}', b'{"calls":1,"calls":2}']
)
def test_a_body_that_says_nothing_we_know_is_refused(service: Service, path: str, body: bytes) -> None:
    open_proposal(service)
    answer = service.post(path, body, admin(service))
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert service.post(path, [body], admin(service)).status_code == 400, "without a length"
    with service.db.read() as tx:
        assert tx.exec_driver_sql("select count(*) from acts").scalar_one() == 0


def test_a_vote_without_a_body_needs_no_content_type(service: Service) -> None:
    open_proposal(service)
    assert service.request("POST", "/proposals/1/approve", headers=admin(service)).status_code == 202
    assert service.post("/proposals/1/approve", b"{}", admin(service), Content_Type="text/plain").status_code == 415


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
