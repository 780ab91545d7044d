"""`shisu members`, `shisu status` and `shisu acts`: what is sent, what is shown, and how the command ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.acts.proposals import ACTIONS, Words, read_proposal
from gateway.cli.proposal_arguments import EXAMPLES, read_arguments

NEW = "91310110TE5T00411H"
ACT: dict[str, Any] = {
    "id": 7, "state": "queued", "stateText": {"zh": "已受理，待签名", "en": "Taken"},
    "does": {"zh": "同意提案 5", "en": "Approve 5"},
}  # fmt: skip
PROPOSAL = {
    "id": 5, "does": {"zh": "停止全部成员单位上链", "en": "Stop all anchoring"}, "state": "open",
    "stateText": {"zh": "表决中", "en": "Open"}, "proposer": {"uscc": "11310000TE5TB0040K", "name": "市商务委"},
    "approvals": [{"uscc": "11310000TE5TB00163", "name": "市食药安办"}], "needed": 5, "missing": 4,
    "expiresAt": "2999-12-24T08:00:00+08:00", "calls": "0x" + "5a" * 32,
}  # fmt: skip
MEMBER = {
    "uscc": "11310000TE5TB0040K", "code": "COM", "name": "市商务委", "rights": ["VOTE"], "classes": ["dairy"],
    "stages": ["retail"],
    "signer": "0x" + "ab" * 20, "active": True, "frozen": True, "votes": True, "servedHere": True, "validator": None,
}  # fmt: skip


@pytest.fixture
def options(gateway, tmp_path: Path) -> list[str]:
    path = tmp_path / "key"
    path.write_text("0123456789abcdef.secret\n")
    return ["--url", gateway.url, "--key-file", str(path)]


def sent(gateway) -> tuple[str, Any]:
    path, authorization, body = gateway.asked[-1]
    assert authorization == "Bearer 0123456789abcdef.secret"
    return path, json.loads(body) if body else None


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("SHFS-COM-12-345-J", {"number": "SHFS-COM-12-345-J"}),
        ("batch:12", {"batch": 12}),
        ("01/09521234100027/10/S1", {"code": "01/09521234100027/10/S1"}),
    ],
)
def test_a_status_is_asked_for_what_the_text_names(shisu, gateway, options, target: str, body: dict[str, Any]) -> None:
    gateway.say(202, ACT, Location="/acts/7")
    assert shisu("status", "set", "suspended", target, "--reason", "7", *options).exit_code == 0
    assert sent(gateway) == ("/statuses", {**body, "status": "suspended", "reason": 7})


def test_a_successor_goes_with_it(shisu, gateway, options) -> None:
    gateway.say(202, ACT, Location="/acts/7")
    shisu("status", "set", "superseded", "SHFS-COM-12-345-J", "--successor", "SHFS-COM-13-0-X", *options)
    assert sent(gateway)[1]["successor"] == "SHFS-COM-13-0-X"


@pytest.mark.parametrize("target", ["SHFS-COM-12-346-J", "batch:", "batch:x", "01/1", "nonsense"])
def test_a_mistyped_target_is_noticed_before_anybody_is_asked(shisu, gateway, options, target: str) -> None:
    assert shisu("status", "set", "suspended", target, *options).exit_code == 2
    assert shisu("status", "set", "burnt", "batch:1", *options).exit_code == 2
    assert shisu("status", "show", target, *options).exit_code == 2
    assert gateway.asked == []


def test_waiting_follows_the_act_until_it_is_settled(shisu, gateway, options) -> None:
    refusal = {"error": "StatusKept", "text": {"zh": "由表决设定", "en": "set by a vote"}}
    gateway.say(202, {**ACT, "state": "refused", "refusal": refusal}, Location="/acts/7")
    result = shisu("status", "set", "active", "SHFS-COM-12-345-J", "--wait", "1", *options)
    assert result.exit_code == 1
    assert "由表决设定（StatusKept）" in result.stdout
    gateway.say(202, {**ACT, "state": "final", "block": 9, "transaction": None, "proposal": 3}, Location="/acts/7")
    result = shisu("members", "propose", "unfreeze", "member=COM", *options)
    assert result.exit_code == 0
    assert "提案编号 3" in result.stdout


def test_a_refusal_is_shown_with_its_words(shisu, gateway, options) -> None:
    gateway.say(403, {"code": "status.right", "title": "没有改状态的权限", "titleEn": "no right"})
    result = shisu("status", "set", "active", "SHFS-COM-12-345-J", *options)
    assert result.exit_code == 1
    assert "没有改状态的权限" in result.stderr


def test_no_answer_says_that_asking_again_is_safe(shisu, options) -> None:
    result = shisu("members", "freeze", "--yes", "--url", "http://127.0.0.1:1", *options[2:])
    assert result.exit_code == 7
    assert "再次请求" in result.stderr


def test_the_words_on_the_chain_are_a_table(shisu, gateway, options) -> None:
    word = {
        "status": "superseded",
        "text": {"zh": "已更正", "en": "superseded"},
        "reason": 1,
        "since": "t",
        "successor": "SHFS-X",
    }
    gateway.say(200, {"number": "n", "block": 9, "leaf": word, "batch": None, "codes": [{"code": "01/0", "word": None}]})
    shown = shisu("status", "show", "SHFS-COM-12-345-J", *options).stdout
    assert "已更正" in shown and "SHFS-X" in shown and "从未" not in shown
    assert shown.count("active, never set") == 2


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (["batch:12"], "/statuses?batch=12"),
        (["batch:12", "--member", "COM"], "/statuses?batch=12&member=COM"),
        (["01/09521234100027/10/S%2F1"], "/statuses?code=01%2F09521234100027%2F10%2FS%252F1"),
        (["00/095212340000000012"], "/statuses?code=00%2F095212340000000012"),
    ],
)
def test_a_batch_and_a_code_are_shown_as_they_are_set(shisu, gateway, options, asked: list[str], path: str) -> None:
    word = {"status": "recalled", "text": {"zh": "已召回", "en": "recalled"}, "reason": 1, "since": "t"}
    if "batch" in path:
        gateway.say(200, {"member": {"code": "COM"}, "seq": 12, "block": 9, "batch": word})
    else:
        gateway.say(200, {"code": "c", "block": 9, "codes": [{"code": "01/09521234100027", "word": word}]})
    result = shisu("status", "show", *asked, *options)
    assert (result.exit_code, sent(gateway)) == (0, (path, None))
    assert "已召回" in result.stdout
    assert ("batch COM 12" if "batch" in path else "01/09521234100027") in result.stdout


def test_a_member_is_named_for_a_batch_only(shisu, gateway, options) -> None:
    assert shisu("status", "show", "01/09521234100027", "--member", "COM", *options).exit_code == 2
    assert gateway.asked == []


def test_an_act_can_be_looked_at_again_and_an_unsettled_one_says_how(shisu, gateway, options) -> None:
    gateway.say(202, ACT, Location="/acts/7")
    assert "shisu acts show 7" in shisu("status", "set", "suspended", "batch:1", *options).stdout
    gateway.say(200, ACT)
    assert "shisu acts show 7" in shisu("acts", "show", "7", *options).stdout
    assert sent(gateway) == ("/acts/7", None)
    gateway.say(200, {**ACT, "state": "final"})
    result = shisu("acts", "show", "7", *options)
    assert result.exit_code == 0 and "同意提案 5" in result.stdout and "acts show" not in result.stdout
    gateway.say(200, {**ACT, "state": "failed"})
    assert shisu("acts", "show", "7", *options).exit_code == 1
    gateway.say(404, {"code": "request.not_found", "title": "查无此项", "titleEn": "nothing"})
    assert "查无此项" in shisu("acts", "show", "8", *options).stderr
    assert shisu("acts", "show", "0", *options).exit_code == 2


def test_nothing_is_cut_off_when_nobody_looks_at_a_terminal(shisu, gateway, options) -> None:
    seven = [{"uscc": f"1131000TE5TB0{at:04d}K", "code": "C", "name": "上海市食品药品安全委员会办公室"} for at in range(7)]
    reason = {"wouldFail": "ProposalCallFailed/MemberOperates", "wouldFailText": {"zh": "正在运行共识节点", "en": "operates"}}
    gateway.say(200, {**PROPOSAL, "approvals": seven, **reason})
    shown = shisu("members", "approve", "5", *options, input="n\n").stdout
    assert all(one["uscc"] in shown for one in seven)
    assert "would fail now: 正在运行共识节点" in shown and "MemberOperates" in shown and "…" not in shown
    long = {**MEMBER, "name": "沪" * 60, "classes": ["dairy"] * 20, "validator": "0x" + "ef" * 20}
    gateway.say(200, {"members": [long], "voters": 7, "needed": 5})
    shown = shisu("members", "list", *options).stdout
    assert "…" not in shown
    assert shown.count("沪") == 60
    assert "0x" + "ab" * 20 in shown
    assert f"validators=0x{'ef' * 20}=COM" in shown


def test_pages_are_read_as_far_as_proposals_may_be_open(shisu, gateway, options) -> None:
    over = {**PROPOSAL, "id": 4, "state": "expired", "expiresAt": "2001-01-01T08:00:00+08:00"}
    pages = [{"proposals": [PROPOSAL], "next": 5}, {"proposals": [over], "next": None}]
    gateway.say_in_turn(*pages)
    assert "提案 4" in shisu("members", "proposals", "--all", *options).stdout
    assert [path for path, _, _ in gateway.asked] == ["/proposals", "/proposals?below=5"]
    executed = {**over, "state": "executed", "expiresAt": "2999-01-01T08:00:00+08:00"}
    gateway.say_in_turn({"proposals": [executed], "next": 4}, {"proposals": [PROPOSAL], "next": None})
    assert "提案 5" in shisu("members", "proposals", *options).stdout, "what was executed early hides no open one"


@pytest.mark.parametrize(
    "over",
    [
        {"state": "executed", "expiresAt": "2001-01-01T08:00:00+08:00"},
        {"state": "expired", "expiresAt": "2999-01-01T08:00:00+08:00"},  # the chain's clock counts
    ],
)
def test_no_page_is_read_beyond_a_proposal_whose_time_is_over(shisu, gateway, options, over: dict[str, Any]) -> None:
    gateway.say_in_turn({"proposals": [PROPOSAL, {**PROPOSAL, "id": 4, **over}], "next": 4}, {"proposals": [], "next": None})
    assert shisu("members", "proposals", *options).exit_code == 0
    assert [path for path, _, _ in gateway.asked] == ["/proposals"]


def test_members_and_proposals_are_listed_in_plain_words(shisu, gateway, options) -> None:
    gateway.say(200, {"members": [MEMBER], "voters": 7, "needed": 5})
    shown = shisu("members", "list", *options).stdout
    assert "COM" in shown and "frozen" in shown and "通过须 5" in shown
    done = {**PROPOSAL, "id": 4, "state": "executed", "does": {"zh": "接纳", "en": "Admit"}}
    gateway.say(200, {"proposals": [PROPOSAL, done], "next": None})
    shown = shisu("members", "proposals", *options).stdout
    assert "提案 5：停止全部成员单位上链" in shown
    assert "approved by 1/5: 市食药安办 11310000TE5TB00163" in shown and "2999-12-24" in shown
    assert "提案 4" not in shown
    assert "提案 4：接纳" in shisu("members", "proposals", "--all", *options).stdout
    gateway.say(200, {"proposals": [], "next": None})
    assert "没有进行中的提案" in shisu("members", "proposals", *options).stdout


def test_arguments_of_a_proposal_are_sent_as_what_they_are(shisu, gateway, options) -> None:
    gateway.say(202, ACT, Location="/acts/7")
    given = [
        "member=COM",
        "rights=VOTE,STATUS",
        "classes=",
        "batch=12",
        "paused=false",
        "validators=0x01=COM,0x02=AGR",
        "code=01/1",
    ]
    shisu("members", "propose", "admit", *given, *options)
    assert sent(gateway) == (
        "/proposals",
        {
            "action": "admit",
            "arguments": {
                "member": "COM", "rights": ["VOTE", "STATUS"], "classes": [], "batch": 12, "paused": False,
                "validators": [{"address": "0x01", "operator": "COM"}, {"address": "0x02", "operator": "AGR"}], "code": "01/1",
            },
        },
    )  # fmt: skip


def test_an_action_without_arguments_says_which_it_takes(shisu, gateway, options) -> None:
    result = shisu("members", "propose", "setRights", *options)
    assert (result.exit_code, gateway.asked) == (2, [])
    assert "member=… rights=…" in result.stderr and "RECALL" in result.stderr
    assert shisu("members", "propose", "burn", "x=1", *options).exit_code == 2


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_an_example_that_is_right(shisu, gateway, options, action: str) -> None:
    shown = shisu("members", "propose", action, *options).stderr
    assert f"shisu members propose {action} {EXAMPLES[action]}" in shown
    arguments = read_arguments(EXAMPLES[action].split())
    words = Words({"COM": "11310000TE5TB0040K", "EDU": "11310000TE5TB0059G", "AGR": "11310000TE5TB0067B", "NEW": NEW}, "SHFS")
    wording, data = read_proposal({"action": action, "arguments": arguments}, words)
    assert data
    assert arguments.keys() <= set(wording.arguments)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["member=GRN", "rights=VOTE", "rights=ANCHOR"], "rights is given twice; separate a list by commas"),
        (["member=GRN", "member=GRN", "rights=VOTE"], "member is given twice"),
        (["member", "rights=VOTE"], "NAME=VALUE"),
    ],
)
def test_an_argument_given_twice_or_without_a_name_is_refused(shisu, gateway, options, given: list[str], said: str) -> None:
    result = shisu("members", "propose", "setRights", *given, *options)
    assert (result.exit_code, gateway.asked) == (2, [])
    assert said in result.stderr


@pytest.mark.parametrize("vote", ["approve", "withdraw", "execute"])
@pytest.mark.parametrize(("more", "typed"), [(["--yes"], ""), ([], "y\n")])
def test_what_a_proposal_does_is_shown_and_the_vote_is_for_what_was_shown(
    shisu, gateway, options, vote: str, more: list[str], typed: str
) -> None:
    gateway.say_in_turn(PROPOSAL, ACT, statuses=(200, 202))
    result = shisu("members", vote, "5", *more, *options, input=typed)
    assert result.exit_code == 0
    assert "停止全部成员单位上链" in result.stdout
    assert [path for path, _, _ in gateway.asked] == ["/proposals/5", f"/proposals/5/{vote}"]
    assert sent(gateway)[1] == {"calls": PROPOSAL["calls"]}


@pytest.mark.parametrize("vote", ["approve", "withdraw", "execute"])
def test_nobody_votes_who_says_no_or_nothing(shisu, gateway, options, vote: str) -> None:
    gateway.say(200, PROPOSAL)
    for answer in ("n\n", ""):
        result = shisu("members", vote, "5", *options, input=answer)
        assert result.exit_code == 1
        assert "停止全部成员单位上链" in result.stdout
    assert [path for path, _, _ in gateway.asked] == ["/proposals/5"] * 2


def test_what_is_wrong_with_a_field_is_said_once_with_what_is_expected(shisu, gateway, options) -> None:
    form = {"code": "ask.form", "pointer": "/arguments/rights", "title": "形式不正确", "titleEn": "form", "expected": "须为列表",
            "expectedEn": "a list"}  # fmt: skip
    gateway.say(400, {"code": "ask.form", "title": "形式不正确", "titleEn": "form", "errors": [form]})
    result = shisu("members", "propose", "setRights", "member=COM", "rights=X", *options)
    assert "/arguments/rights  须为列表" in result.stdout and "a list" in result.stdout
    assert (result.stdout + result.stderr).count("形式不正确") == 1
    gateway.say(400, {"code": "ask.refused", "title": "不正确", "titleEn": "not right", "errors": [form]})
    result = shisu("members", "propose", "setRights", "member=COM", "rights=X", *options)
    assert "/arguments/rights  形式不正确  须为列表" in result.stdout and "form (ask.form)  a list" in result.stdout


@pytest.mark.parametrize(
    ("group", "taught"),
    [
        ("status", ["shisu status set suspended batch:12", "shisu status show batch:12", "RECALL", "--key-file", "公开"]),
        ("members", ["shisu members propose setRights", "shisu members approve 5", "三分之二", "two thirds", "SHISU_URL"]),
    ],
)
def test_help_teaches_by_example_in_both_languages(shisu, group: str, taught: list[str]) -> None:
    shown = shisu(group, "--help").stdout
    assert all(words in shown for words in taught)
    assert "the proposal's number" in shisu("members", "approve", "--help").stdout


def test_a_freeze_asks_first(shisu, gateway, options) -> None:
    gateway.say(202, ACT, Location="/acts/7")
    assert shisu("members", "freeze", *options, input="n\n").exit_code == 1
    assert gateway.asked == []
    assert shisu("members", "freeze", *options, input="y\n").exit_code == 0
    assert sent(gateway) == ("/freeze", None)


def test_proposing_nothing_shows_what_can_be_proposed(shisu) -> None:
    result = shisu("members", "propose")
    assert result.exit_code == 0
    assert all(f"shisu members propose {action} {given}" in result.stdout for action, given in EXAMPLES.items())
