"""`shisu members` and `shisu status`: what is sent, what is shown, and how the command ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ACT: dict[str, Any] = {
    "id": 7, "state": "queued", "stateText": {"zh": "已受理，待签名", "en": "Taken"},
    "does": {"zh": "同意提案 5", "en": "Approve 5"},
}  # fmt: skip
PROPOSAL = {
    "id": 5, "does": {"zh": "停止全部成员单位上链", "en": "Stop all anchoring"}, "state": "open",
    "stateText": {"zh": "表决中", "en": "Open"}, "proposer": {"uscc": "11310000TE5TB0040K", "name": "市商务委"},
    "approvals": [{"uscc": "11310000TE5TB00163", "name": "市食药安办"}], "needed": 5, "missing": 4,
    "expiresAt": "2026-12-24T08:00:00+08:00",
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
    assert shisu("status", "show", "batch:1", *options).exit_code == 2
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


def test_members_and_proposals_are_listed_in_plain_words(shisu, gateway, options) -> None:
    gateway.say(200, {"members": [MEMBER], "voters": 7, "needed": 5})
    shown = shisu("members", "list", *options).stdout
    assert "COM" in shown and "frozen" in shown and "通过须 5" in shown
    done = {**PROPOSAL, "id": 4, "state": "executed", "does": {"zh": "接纳", "en": "Admit"}}
    gateway.say(200, {"proposals": [PROPOSAL, done]})
    shown = shisu("members", "proposals", *options).stdout
    assert "提案 5：停止全部成员单位上链" in shown
    assert "市食药安办（1/5）" in shown and "2026-12-24" in shown
    assert "提案 4" not in shown
    assert "提案 4：接纳" in shisu("members", "proposals", "--all", *options).stdout
    gateway.say(200, {"proposals": []})
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


@pytest.mark.parametrize("vote", ["approve", "withdraw", "execute"])
def test_what_a_proposal_does_is_shown_before_the_vote_is_cast(shisu, gateway, options, vote: str) -> None:
    gateway.say(200, PROPOSAL)
    result = shisu("members", vote, "5", *options)
    assert "停止全部成员单位上链" in result.stdout
    assert [path for path, _, _ in gateway.asked] == ["/proposals/5", f"/proposals/5/{vote}"]


def test_a_freeze_asks_first(shisu, gateway, options) -> None:
    gateway.say(202, ACT, Location="/acts/7")
    assert shisu("members", "freeze", *options, input="n\n").exit_code == 1
    assert gateway.asked == []
    assert shisu("members", "freeze", *options, input="y\n").exit_code == 0
    assert sent(gateway) == ("/freeze", None)
