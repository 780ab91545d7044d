"""
Every change of a valid certificate is noticed: each JSON path × each kind of change, and each byte of the file.

What a change must lead to is computed from where it is, by `RULES` and `OPTIONAL`; a path without a rule fails the test, so a new
field of the format cannot be forgotten here.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from certs.canonical import canonical
from certs.trust import load_bundle
from certs.verify import Report, Verdict, verify
from tests.vector_cases.changes import GONE, changed, consortium, mutations, paths
from tests.vector_cases.scenes import NOW, main_scene, stapled
from tests.world import World, record_of

MALFORMED, LEAF_CHANGED = "MALFORMED 2", "FORGED 4"

# Where a value still has its form, what another content there leads to. Inside event and context any JSON has the right form.
FREE = re.compile(r"/certificate/tiers/\w+/body/(event/(?!ilmd$).+|context(/.*)?)")
RULES = [
    (r"|/certificate", {LEAF_CHANGED}),  # with the other siblings left as they were
    (r"/certificate/(suite|index|path(/\d+)?|evidence)", {LEAF_CHANGED}),
    (r"/certificate/tiers(/\w+(/(salt|body(/.+)?))?)?", {LEAF_CHANGED}),
    (r"/certificate/number", {"FORGED 8"}),
    (r"/certificate/transactionHash", {"FORGED 6"}),
    (r"/certificate/evidence/chainId", {"FORGED 6"}),
    (r"/certificate/evidence/(index|log)", {"FORGED 5"}),
    (r"/certificate/evidence/headers(/\d+)?", {"FORGED 5", "FORGED 7"}),
    (r"/certificate/evidence/nodes(/\d+)?", {"FORGED 5", "FORGED 6"}),
    (r"/item(/(code|salt|index|path(/\d+)?))?", {LEAF_CHANGED}),
    (r"/staple(/headers(/\d+)?)?", {"FORGED 9"}),
    (r"/staple/nodes(/\d+)?", {"FORGED 9", "AUTHENTIC 9"}),
]
# Names that may be left out or null without breaking the form.
OPTIONAL = {
    ("/item", GONE): {"VALID None", "FORGED 9"},  # what is left is a certificate of the same record; its staple may say too much
    ("/staple", GONE): {"AUTHENTIC 9"},
    ("/certificate/tiers/public/body/documents", GONE): {LEAF_CHANGED},
    ("/certificate/tiers/public/body/items", GONE): {LEAF_CHANGED},
    ("/certificate/tiers/bureaus", None): {LEAF_CHANGED},
    ("/certificate/tiers/submitter", None): {LEAF_CHANGED},
}


def judge(raw: bytes) -> Report:
    return verify(raw, consortium()[2], now=NOW)


def breaks_the_form(at: str, kind: str, new: Any, after: Any) -> bool:
    """Whether a value of the right type is not of the right form: `after` is the file with the change made."""
    name = at.rpartition("/")[2]
    lists = [
        after["certificate"]["evidence"]["nodes"],
        after["staple"]["nodes"],
        after["certificate"]["tiers"]["public"]["body"]["codes"],
    ]
    if any(values != sorted(set(values)) for values in lists) or after["certificate"]["evidence"]["headers"] == []:
        return True
    if after["staple"]["headers"] == [] or (isinstance(new, int) and new < 0) or (name == "suite" and new not in (1, 2)):
        return True
    return kind == "append" and (str(new).startswith("0x") or name in ("format", "time", "member", "submitter"))


def expected(at: str, kind: str, new: Any, raw: bytes) -> set[str]:
    """The verdict and step that a change must lead to, from where it is and what it is."""
    if (at, new if new is None or new is GONE else kind) in OPTIONAL:
        return OPTIONAL[(at, new)]
    if FREE.fullmatch(at) and not (at.endswith("/context") and new is GONE):
        return {LEAF_CHANGED}
    if re.search(r"/body/event(/ilmd)?$", at) and (kind == "unknown name" or (kind == "delete" and at.endswith("ilmd"))):
        return {LEAF_CHANGED}
    in_list = at.rpartition("/")[2].isdigit()
    if kind in ("null", "retype", "unknown name") or (kind == "delete" and not in_list):
        return {MALFORMED}
    if breaks_the_form(at, kind, new, json.loads(raw)):
        return {MALFORMED}
    for pattern, verdicts in RULES:
        if re.fullmatch(pattern, at):
            return verdicts
    raise AssertionError(f"no rule for {at}")


def cases() -> list[str]:
    return [at for at, _ in paths(json.loads(consortium()[0]))]


def test_the_file_that_is_damaged_here_is_valid_and_uses_every_part_of_the_format() -> None:
    assert judge(consortium()[0]).verdict is Verdict.VALID
    assert judge(consortium()[1]).verdict is Verdict.VALID
    assert len(cases()) > 80


@pytest.mark.parametrize("at", cases())
def test_every_change_of_every_path_is_noticed(at: str) -> None:
    good, another, _ = consortium()
    whole, others = json.loads(good), dict(paths(json.loads(another)))
    value = dict(paths(whole))[at]
    tried = 0
    for kind, new in mutations(at, value, others.get(at, GONE)):
        raw = changed(whole, at, new)
        if raw == good or (kind == "another certificate's" and raw == another):
            continue
        report = judge(raw)
        got = f"{report.verdict.label} {report.step}"
        assert got in expected(at, kind, new, raw), f"{kind} at {at or 'the top'}: {got} {report.code}"
        tried += 1
    assert tried


@pytest.mark.parametrize("at", [at for at in cases() if FREE.fullmatch(at)])
def test_what_an_event_says_is_never_malformed_only_false(at: str) -> None:
    whole = json.loads(consortium()[0])
    for wrong in ("x", 7, None, [], {}):
        raw = changed(whole, at, wrong)
        report = judge(raw)
        assert raw == consortium()[0] or (report.verdict, report.step) == (Verdict.FORGED, 4)


def test_every_flipped_bit_of_every_byte_is_noticed() -> None:
    good, bundle = stapled(), load_bundle(canonical(main_scene().world.bundle()))
    assert verify(good, bundle, now=NOW).verdict is Verdict.VALID
    seen = set()
    for at in range(len(good)):
        damaged = bytearray(good)
        damaged[at] ^= 1 << at % 8
        report = verify(bytes(damaged), bundle, now=NOW)
        assert report.verdict is not Verdict.VALID, f"byte {at}"
        seen.add(report.verdict)
    assert {Verdict.MALFORMED, Verdict.FORGED} <= seen


def test_every_cut_of_the_file_is_malformed() -> None:
    good = consortium()[0]
    assert {(judge(good[:end]).verdict, judge(good[:end]).step) for end in range(0, len(good), 3)} == {(Verdict.MALFORMED, 1)}


def test_a_staple_of_another_consortium_with_the_same_names_does_not_count() -> None:
    good = consortium()[0]
    world = World(names=tuple("wxyz"))
    anchor = world.anchor([record_of("一")])
    world.mine()
    raw = changed(json.loads(good), "/staple", anchor.staple(0))
    assert (judge(raw).verdict, judge(raw).step) == (Verdict.FORGED, 9)
