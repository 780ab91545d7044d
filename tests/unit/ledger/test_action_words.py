"""What proposals do, said in words: the call in full, and beside it what is known around it."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode

from certs.staple import Status
from certs.trust import ValidatorSet
from ledger.action_words import Known, describe
from ledger.actions import Action, decode_action
from ledger.members import Membership
from tests.unit.ledger.test_actions import DEPLOYMENT, MEMBER, OF_CONSORTIUM, OF_REGISTRY, OTHER, SIGNER


def words_of(value):
    """What of an argument must be seen in the English text, as far as it is written as it is."""
    if isinstance(value, Status):
        return [value.name.lower()]
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, tuple):
        return [str(part) for part in value]
    return [str(value)]


@pytest.mark.parametrize("action", [action for _, action in OF_CONSORTIUM + OF_REGISTRY])
def test_the_words_name_every_argument(action):
    zh, en = describe(action)
    for name, value in action.arguments.items():
        for word in words_of(value):
            assert word in en
            if name not in ("rights", "classes", "stages", "status"):
                assert word in zh


def test_the_words_are_plain():
    actions = {action.name: action for _, action in OF_CONSORTIUM + OF_REGISTRY}
    assert describe(actions["admit"]) == (
        f"接纳成员单位 {MEMBER}（简码 COM，签名账户 {SIGNER}）；权限：表决、改状态；职责范围：畜产品及其制品；环节：屠宰",
        f"Admit member {MEMBER} (code COM, signer {SIGNER}); rights: VOTE, STATUS; scope: livestock; stages: slaughter",
    )
    assert describe(OF_REGISTRY[0][1]) == (
        f"代成员单位 {MEMBER} 把上链批次 5 的第 2 叶的状态设为：已更正，更正为上链批次 6 的第 0 叶；理由码 3",
        f"For member {MEMBER}, set leaf 2 of batch 5 to: superseded, by leaf 0 of batch 6; reason 3",
    )
    assert describe(Action("pauseAnchoring", {"paused": True}))[1] == "Stop all anchoring; statuses go on"
    assert describe(Action("pauseAnchoring", {"paused": False}))[1] == "Let anchoring go on"
    assert describe(Action("setRights", {"member": MEMBER, "rights": ()})) == (
        f"成员单位 {MEMBER} 的权限改为：无",
        f"Set the rights of member {MEMBER} to: none",
    )
    assert describe(Action("setScope", {"member": MEMBER, "classes": (), "stages": ()}))[1].endswith("to: empty")


def test_an_unknown_call_is_said_to_be_unknown():
    zh, en = describe(decode_action(DEPLOYMENT, b"\x01" * 20, encode(["uint8"], [1])))
    assert "无法识别" in zh
    assert "cannot read" in en
    assert "0x" + "01" * 20 in zh and "0x00000000" in en


NAMED = Known(
    labels={MEMBER: "市商务委 COM", OTHER: "市农委 AGR"},
    numbers={(MEMBER, 5, 2): "SHFS-COM-5-2-X", (MEMBER, 6, 0): "SHFS-COM-6-0-Y"},
    codes={"0x" + "07" * 32: "01/09521234100027"},
)


@pytest.mark.parametrize("action", [action for _, action in OF_CONSORTIUM + OF_REGISTRY if "member" in action.arguments])
def test_name_and_code_stand_beside_the_uscc(action):
    zh, en = describe(action, NAMED)
    assert f"市商务委 COM（{MEMBER}）" in zh and f"市商务委 COM ({MEMBER})" in en


def test_a_certificate_is_named_beside_its_place_and_a_code_beside_its_key():
    zh, en = describe(OF_REGISTRY[0][1], NAMED)
    assert "凭证 SHFS-COM-5-2-X（上链批次 5 的第 2 叶）" in zh and "更正为凭证 SHFS-COM-6-0-Y" in zh
    assert "certificate SHFS-COM-5-2-X (leaf 2 of batch 5)" in en and "by certificate SHFS-COM-6-0-Y" in en
    zh, en = describe(OF_REGISTRY[3][1], NAMED)
    assert "商品码 01/09521234100027（键 0x0707" in zh and "the code 01/09521234100027, of key 0x0707" in en


def membership(rights=15, scope=0):
    return Membership("COM", scope, rights, True, False, "0x" + "cd" * 20)


@pytest.mark.parametrize(
    ("now", "zh", "en"),
    [
        (1 | 2, "（增加召回；失去表决）", " (gains RECALL; loses VOTE)"),
        (1 | 2 | 8, "（失去表决）", " (loses VOTE)"),
        (2, "（增加召回）", " (gains RECALL)"),
        (2 | 8, "（与现在相同）", " (as it is now)"),
    ],
)
def test_rights_say_what_is_gained_and_lost(now, zh, en):
    action = Action("setRights", {"member": MEMBER, "rights": ("ANCHOR", "RECALL")})
    said = describe(action, Known(members={MEMBER: membership(now)}))
    assert (said[0].endswith(zh), said[1].endswith(en)) == (True, True), said


def test_a_scope_says_what_is_gained_and_lost_and_tells_the_class_other_from_the_stage_other():
    action = Action("setScope", {"member": MEMBER, "classes": ("dairy", "other"), "stages": ("retail",)})
    now = membership(scope=1 << 7 | 1 << 37 | 1 << 41)  # dairy; retail and other
    zh, en = describe(action, Known(members={MEMBER: now}))
    assert zh.endswith("（增加其他；失去环节其他）") and en.endswith(" (gains other; loses stage other)")


def test_a_rotation_shows_the_signer_of_now():
    zh, en = describe(Action("rotateSigner", {"member": MEMBER, "signer": SIGNER}), Known(members={MEMBER: membership()}))
    assert zh.endswith(f"换为 {SIGNER}（现为 0x{'cd' * 20}）") and en.endswith(f"signer {SIGNER} (now 0x{'cd' * 20})")


def announcement(*seats):
    return Action("announce", {"validators": tuple(node for node, _ in seats), "operators": tuple(who for _, who in seats)})


A, B, C = ("0x" + f"{number:02x}" * 20 for number in (1, 2, 3))
IN_FORCE = ValidatorSet(0, 3, (b"\1" * 20, b"\2" * 20), (MEMBER, OTHER))


def test_an_announcement_says_who_comes_in_and_who_goes_out():
    zh, en = describe(announcement((A, MEMBER), (C, OTHER)), Known(labels=NAMED.labels, validators=IN_FORCE))
    assert f"；加入：{C}（市农委 AGR（{OTHER}） 运行）；退出：{B}（市农委 AGR（{OTHER}） 运行）；名单：{A}" in zh
    assert f"; coming in: {C} (run by 市农委 AGR ({OTHER})); going out: {B} (run by 市农委 AGR ({OTHER})); the set: {A}" in en


def test_an_announcement_says_which_node_changes_hands_and_when_nothing_changes():
    zh, en = describe(announcement((A, OTHER), (B, MEMBER)), Known(validators=IN_FORCE))
    assert f"；改由他方运行：{A}（{OTHER} 运行）、{B}（{MEMBER} 运行）" in zh and "to another operator: " in en
    assert "加入" not in zh and "退出" not in zh
    zh, en = describe(announcement((A, MEMBER), (B, OTHER)), Known(validators=IN_FORCE))
    assert "与现行名单相同" in zh and "the same as the set in force" in en
