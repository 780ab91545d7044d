"""What proposals do, read from their call data."""

from __future__ import annotations

import pytest

from certs.staple import Status
from ledger.action_words import describe
from ledger.actions import Action, decode_action
from ledger.contracts import ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY, artifact, encode_call
from ledger.governance import (
    admit_call,
    announce_call,
    execute_call,
    freeze_call,
    pause_anchoring_call,
    propose_call,
    retire_call,
    rotate_signer_call,
    set_rights_call,
    set_scope_call,
    unfreeze_call,
)
from ledger.registry import set_batch_for_call, set_code_for_call, set_leaf_call, set_leaf_for_call
from tests.fake_chain import one_member

MEMBER, OTHER = "91310000MA1FL0000X", "91310000MA1FL0001X"
SIGNER = "0x" + "ab" * 20
DEPLOYMENT = one_member(SIGNER).deployment()
LIVESTOCK_SLAUGHTER = 1 << 1 | 1 << 33
PLACE = {"member": MEMBER, "seq": 5, "index": 2}
SCOPE_WORDS = {"classes": ("livestock",), "stages": ("slaughter",)}

OF_CONSORTIUM = [
    (
        admit_call(MEMBER, code="COM", signer=SIGNER, rights=5, scope=LIVESTOCK_SLAUGHTER),
        Action("admit", {"member": MEMBER, "code": "COM", "signer": SIGNER, "rights": ("VOTE", "STATUS"), **SCOPE_WORDS}),
    ),
    (retire_call(MEMBER), Action("retire", {"member": MEMBER})),
    (set_rights_call(MEMBER, 10), Action("setRights", {"member": MEMBER, "rights": ("ANCHOR", "RECALL")})),
    (set_scope_call(MEMBER, LIVESTOCK_SLAUGHTER), Action("setScope", {"member": MEMBER, **SCOPE_WORDS})),
    (rotate_signer_call(MEMBER, SIGNER), Action("rotateSigner", {"member": MEMBER, "signer": SIGNER})),
    (unfreeze_call(MEMBER), Action("unfreeze", {"member": MEMBER})),
    (pause_anchoring_call(paused=True), Action("pauseAnchoring", {"paused": True})),
    (pause_anchoring_call(paused=False), Action("pauseAnchoring", {"paused": False})),
    (
        announce_call([(b"\x02" * 20, MEMBER), (b"\x01" * 20, OTHER)]),
        Action("announce", {"validators": ("0x" + "01" * 20, "0x" + "02" * 20), "operators": (OTHER, MEMBER)}),
    ),
]
OF_REGISTRY = [
    (
        set_leaf_for_call(MEMBER, 5, 2, status=Status.SUPERSEDED, reason=3, successor=(6, 0)),
        Action("setLeafFor", {**PLACE, "status": Status.SUPERSEDED, "reason": 3, "successor": (6, 0)}),
    ),
    (
        set_leaf_for_call(MEMBER, 5, 2, status=Status.REVOKED, reason=3),
        Action("setLeafFor", {**PLACE, "status": Status.REVOKED, "reason": 3, "successor": None}),
    ),
    (
        set_batch_for_call(MEMBER, 5, status=Status.SUSPENDED, reason=3),
        Action("setBatchFor", {"member": MEMBER, "seq": 5, "status": Status.SUSPENDED, "reason": 3}),
    ),
    (
        set_code_for_call(MEMBER, b"\x07" * 32, status=Status.RECALLED, reason=3),
        Action("setCodeFor", {"member": MEMBER, "code_key": "0x" + "07" * 32, "status": Status.RECALLED, "reason": 3}),
    ),
]


@pytest.mark.parametrize(("data", "action"), OF_CONSORTIUM)
def test_what_the_consortium_is_asked_reads_back(data, action):
    assert decode_action(DEPLOYMENT, DEPLOYMENT.consortium, data) == action


@pytest.mark.parametrize(("data", "action"), OF_REGISTRY)
def test_what_the_registry_is_asked_reads_back(data, action):
    assert decode_action(DEPLOYMENT, DEPLOYMENT.status_registry, data) == action


def test_every_function_that_a_proposal_alone_may_call_is_read():
    ours = {action.name for _, action in OF_CONSORTIUM + OF_REGISTRY}
    changing = {
        entry["name"]
        for name in (CONSORTIUM, STATUS_REGISTRY)
        for entry in artifact(name).abi
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    }
    by_members = {"propose", "approve", "withdraw", "execute", "freeze", "setLeaf", "setBatch", "setCode"}
    assert ours == changing - by_members


@pytest.mark.parametrize(("data", "action"), OF_CONSORTIUM + OF_REGISTRY)
def test_no_piece_of_call_data_and_no_longer_one_is_taken_for_the_action(data, action):
    target = DEPLOYMENT.consortium if (data, action) in OF_CONSORTIUM else DEPLOYMENT.status_registry
    for changed in (*(data[:length] for length in range(0, len(data), 16)), data + b"\0", data + bytes(32)):
        assert decode_action(DEPLOYMENT, target, changed).name == Action.UNKNOWN


@pytest.mark.parametrize("target", [DEPLOYMENT.anchor_log, DEPLOYMENT.status_registry, b"\x01" * 20])
def test_a_call_of_another_contract_is_unknown(target):
    data = retire_call(MEMBER)
    unknown = decode_action(DEPLOYMENT, target, data)
    assert unknown == Action(Action.UNKNOWN, {"target": "0x" + target.hex(), "selector": "0x" + data[:4].hex()})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\xff" * 40,
        freeze_call(),
        execute_call(1),
        propose_call(b"\x01" * 20, b""),
        encode_call(artifact(CONSORTIUM), "members", [bytes(32)]),
        encode_call(artifact(CONSORTIUM), "retire", [b"not a member".ljust(32, b"\0")]),
        encode_call(artifact(CONSORTIUM), "setRights", [MEMBER.encode() + bytes(14), 16]),
        encode_call(artifact(CONSORTIUM), "admit", [MEMBER.encode() + bytes(14), bytes(8), SIGNER, 1, 0]),
        encode_call(artifact(CONSORTIUM), "announce", [[SIGNER], []]),
    ],
)
def test_what_no_proposal_should_ask_of_the_consortium_is_unknown(data):
    unknown = decode_action(DEPLOYMENT, DEPLOYMENT.consortium, data)
    assert unknown == Action(Action.UNKNOWN, {"target": "0x" + DEPLOYMENT.consortium.hex(), "selector": "0x" + data[:4].hex()})


@pytest.mark.parametrize("status", [0, 6, 255])
def test_a_status_that_does_not_exist_is_unknown(status):
    data = encode_call(artifact(STATUS_REGISTRY), "setBatchFor", [MEMBER.encode() + bytes(14), 1, status, 1])
    assert decode_action(DEPLOYMENT, DEPLOYMENT.status_registry, data).name == Action.UNKNOWN


@pytest.mark.parametrize(("status", "following"), [(Status.SUPERSEDED, (0, 0)), (Status.REVOKED, (2, 0))])
def test_a_successor_where_none_belongs_or_none_where_one_does_is_unknown(status, following):
    data = encode_call(artifact(STATUS_REGISTRY), "setLeafFor", [MEMBER.encode() + bytes(14), 1, 0, status, 1, *following])
    assert decode_action(DEPLOYMENT, DEPLOYMENT.status_registry, data).name == Action.UNKNOWN


def test_setting_ones_own_status_by_proposal_is_unknown():
    data = set_leaf_call(1, 0, status=Status.REVOKED, reason=1)
    assert decode_action(DEPLOYMENT, DEPLOYMENT.status_registry, data).name == Action.UNKNOWN


def test_an_array_that_claims_to_be_endless_is_unknown():
    data = announce_call([(b"\x01" * 20, MEMBER)])
    endless = data[:68] + (2**255).to_bytes(32, "big") + data[100:]
    assert decode_action(DEPLOYMENT, DEPLOYMENT.consortium, endless).name == Action.UNKNOWN


def test_a_scope_bit_without_a_name_is_shown_by_its_number():
    action = decode_action(DEPLOYMENT, DEPLOYMENT.consortium, set_scope_call(MEMBER, 1 << 31 | 1 << 63 | 1))
    assert action.arguments == {"member": MEMBER, "classes": ("grain", "bit 31"), "stages": ("bit 63",)}
    assert "bit 31" in describe(action)[0]


def test_the_anchor_log_has_nothing_for_proposals():
    data = encode_call(artifact(ANCHOR_LOG), "anchor", [1, b"\x01" * 32, 1, 1, 1])
    assert decode_action(DEPLOYMENT, DEPLOYMENT.anchor_log, data).name == Action.UNKNOWN
