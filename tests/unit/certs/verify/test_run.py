"""The run: which steps are run, what goes first, what a report says; vectors judge the verdicts themselves."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.canonical import canonical
from certs.errors import CannotCheck
from certs.trust import Bundle, load_bundle
from certs.verify import Report, Verdict, verify
from certs.verify.report import DEVELOPMENT_STAMP, DISCLAIMER
from tests.vector_cases.scenes import (
    DAY,
    FIVE,
    LEAF,
    NOW,
    RECALLED,
    SUPERSEDED,
    SUSPENDED,
    made_by,
    main_scene,
    marked,
    put,
    rewritten,
    scene,
    stapled,
    with_staple,
)
from tests.world import START, Anchor, ItemTree, World, hexed, record_of

FOUR = load_bundle(canonical(main_scene().world.bundle(block=main_scene().world.blocks[3])))
DEVELOPMENT = load_bundle(canonical(main_scene().world.bundle(network="development", block=main_scene().world.blocks[3])))


def check(raw: bytes, bundle: Bundle | CannotCheck = FOUR, **options: Any) -> Report:
    return verify(raw, bundle, **{"now": NOW, **options})


def results(report: Report) -> dict[int, str]:
    return {finding.step: finding.result for finding in report.steps}


def english(report: Report) -> str:
    return "\n".join(en for _, en in report.sentences())


def chinese(report: Report) -> str:
    return "\n".join(zh for zh, _ in report.sentences())


# --- which steps are run


def test_a_valid_certificate_holds_at_every_step_and_reports_none() -> None:
    report = check(stapled())
    assert (report.verdict, report.step, report.code) == (Verdict.VALID, None, "staple.active")
    assert results(report) == dict.fromkeys(range(11), "ok")
    assert [finding.step for finding in report.steps] == list(range(11))


def test_malformed_ends_the_run() -> None:
    assert results(check(b"{")) == {1: "malformed"}
    assert results(check(b"[]")) == {2: "malformed"}


def test_with_a_bundle_that_fails_only_steps_1_to_3_are_run() -> None:
    report = check(put(stapled(), "/certificate/index", 99), CannotCheck("bundle.missing"))
    assert (report.verdict, report.step, report.code) == (Verdict.CANNOT_CHECK, 0, "bundle.missing")
    assert [step for step, result in results(report).items() if result != "not run"] == [0, 1, 2, 3]


def test_all_steps_whose_inputs_exist_are_run() -> None:
    raw = put(put(stapled(), "/certificate/index", 99), "/certificate/transactionHash", "0x" + "11" * 32)
    raw = put(raw, "/certificate/number", "x")
    found = results(check(raw))
    assert {step for step, result in found.items() if result == "false"} == {4, 6, 8}
    assert {step for step, result in found.items() if result == "ok"} == {0, 1, 2, 3, 5, 7, 9, 10}


def test_without_a_log_neither_tree_nor_record_nor_staple_is_asked() -> None:
    found = results(check(put(stapled(), "/certificate/evidence/log", 1)))
    assert {step for step, result in found.items() if result == "not run"} == {4, 8, 9}


def test_without_a_header_nothing_of_the_chain_is_asked() -> None:
    found = results(check(put(stapled(), "/certificate/evidence/headers/0", "0x00")))
    assert {step for step, result in found.items() if result == "not run"} == {4, 6, 7, 8, 9, 10}


def test_a_unit_alone_does_not_make_step_4_hold() -> None:
    units = ItemTree(["01/09521234100027/10/S20250602-07/21/1"])
    anchor = scene([record_of("一物一码", items=units.stated())])
    good = anchor.file(0, item=units.proof(0))
    assert results(check(good))[4] == "ok"
    without_log = put(good, "/certificate/evidence/log", 1)
    assert results(check(without_log))[4] == "not run"
    assert results(check(put(without_log, "/item/index", 1)))[4] == "false"


def test_on_a_foreign_chain_endorsement_record_and_staple_are_not_asked() -> None:
    found = results(check(with_staple(scene(chain_id=1))))
    assert {step for step, result in found.items() if result == "not run"} == {7, 8, 9}
    found = results(check(made_by(names=tuple("wxyz")).file(LEAF)))
    assert {step for step, result in found.items() if result == "not run"} == {8, 9}
    found = results(check(scene(chain_id=1, log_address=b"\x01" * 20).file(LEAF)))
    assert {step for step, result in found.items() if result == "not run"} == {4, 7, 8, 9}


# --- the four ways of endorsement


def test_a_clique_run_endorses() -> None:
    anchor = made_by(names=tuple("abcd"), engine="clique")
    for _ in range(8):
        anchor.world.mine()
    bundle = load_bundle(canonical(anchor.world.bundle(block=anchor.world.blocks[4])))
    file = with_staple(anchor, staple=anchor.staple(LEAF, block=anchor.world.blocks[7]))
    report = check(file, bundle)
    assert report.verdict is Verdict.VALID
    assert "not irrevocable finality" in english(report)
    headers = json.loads(file)["certificate"]["evidence"]["headers"]
    short = put(file, "/certificate/evidence/headers", headers[:2])
    assert (check(short, bundle).step, check(short, bundle).code) == (7, "endorsement.short")
    gap = put(file, "/certificate/evidence/headers", [headers[0], headers[2]])
    assert (check(gap, bundle).step, check(gap, bundle).code) == (7, "endorsement.number")
    surplus = put(file, "/certificate/evidence/headers", [*headers, hexed(anchor.world.blocks[7].raw)])
    assert (check(surplus, bundle).step, check(surplus, bundle).code) == (7, "endorsement.surplus")


def test_a_false_run_is_false_even_where_the_set_in_force_is_unknown() -> None:
    anchor = made_by(names=tuple("abcd"), engine="clique")
    for _ in range(8):
        anchor.world.mine()
    whole = anchor.world.bundle(block=anchor.world.blocks[6])
    late = load_bundle(canonical({**whole, "contracts": {**whole["contracts"], "fromBlock": 6}}))
    unknown = check(anchor.file(LEAF), late)
    assert (unknown.verdict, unknown.step, unknown.code) == (Verdict.CANNOT_CHECK, 7, "bundle.height")
    gap = put(anchor.file(LEAF), "/certificate/evidence/headers", lambda h: [h[0], h[2]])
    assert (check(gap, late).verdict, check(gap, late).code) == (Verdict.FORGED, "endorsement.number")
    unsigned = put(anchor.file(LEAF), "/certificate/evidence/headers/0", lambda h: rewritten(h, no_signature))
    assert check(unsigned, late).verdict is Verdict.FORGED


def no_signature(fields: list[Any]) -> None:
    """A clique header whose seal is all zeros."""
    fields[12] = fields[12][:32] + bytes(65)


def test_the_headers_of_a_run_tell_one_history_among_themselves() -> None:
    anchor = made_by(names=tuple("abcd"), engine="clique")
    for _ in range(3):
        anchor.world.mine(time=anchor.block.time - 1)
    other = made_by(names=tuple("abcd"), engine="clique", period=0)
    for _ in range(3):
        other.world.mine()
    whole = other.world.bundle(block=other.world.blocks[2])  # its own headers, 2 to 4, contradict none of the run's
    early = load_bundle(canonical({**whole, "contracts": {**whole["contracts"], "fromBlock": 2}}))
    report = check(anchor.file(LEAF), early)
    assert (report.verdict, report.step, report.code) == (Verdict.FORGED, 7, "header.time")


def test_a_clique_chain_is_never_foreign_by_its_signers() -> None:
    anchor = made_by(names=tuple("wxyz"), engine="clique")
    for _ in range(4):
        anchor.world.mine()
    ours = made_by(names=tuple("abcd"), engine="clique")
    for _ in range(4):
        ours.world.mine()
    report = check(anchor.file(LEAF), load_bundle(canonical(ours.world.bundle(block=ours.world.blocks[4]))))
    assert (report.verdict, report.step) == (Verdict.FORGED, 7)


def test_fewer_than_four_validators_are_said_to_be_few() -> None:
    anchor = World(names=tuple("abc")).anchor(FIVE)
    anchor.world.mine()
    report = check(with_staple(anchor), load_bundle(canonical(anchor.world.bundle())))
    assert report.verdict is Verdict.VALID
    assert "not fault tolerant" in english(report)
    assert "not fault tolerant" not in english(check(stapled()))


# --- what a report says


def test_a_report_says_who_states_it_when_and_who_signed() -> None:
    report = check(stapled())
    assert "As stated by 上海市商务委员会 11310000TE5TB0040K; anchored in block 4" in english(report)
    assert "signed by 3/4 validators" in english(report)
    assert report.number == "SHFS-COM-1-2-N"
    assert report.as_of is not None
    assert (report.as_of.block, report.as_of.time, report.as_of.signed, report.as_of.of) == (6, START + 6, 3, 4)
    bare = check(main_scene().file(LEAF))
    assert bare.as_of is not None
    assert bare.as_of.block == 4


def test_a_false_certificate_says_nothing_as_stated() -> None:
    report = check(put(stapled(), "/certificate/index", 99))
    assert "As stated by" not in english(report)


@pytest.mark.parametrize(
    "make",
    [
        stapled,
        lambda: main_scene().file(LEAF),
        lambda: b"{",
        lambda: b"[]",
        lambda: put(stapled(), "/certificate/index", 99),
        lambda: scene(chain_id=1).file(LEAF),
        lambda: with_staple(marked((3, RECALLED, {}))),
        lambda: scene([record_of("新", stage="x")], anchor={"scope": 2**64 - 1}).file(0),
    ],
)
def test_every_verdict_of_a_development_bundle_is_stamped(make: Callable[[], bytes]) -> None:
    raw = make()
    assert DEVELOPMENT_STAMP in check(raw, DEVELOPMENT).sentences()
    assert DEVELOPMENT_STAMP not in check(raw).sentences()
    assert check(raw, DEVELOPMENT).sentences()[-1] == DISCLAIMER


def test_all_adverse_statuses_are_listed_worst_first_with_their_dates() -> None:
    anchor = marked((0, SUPERSEDED, {"following": (1, 4)}), (1, SUSPENDED, {"reason": 11}), (3, RECALLED, {}))
    report = check(with_staple(anchor))
    said = english(report)
    assert report.verdict is Verdict.RECALLED
    assert said.index("recalled") < said.index("suspended") < said.index("superseded")
    assert "reason code 11" in said
    assert "2025-10-09T16:53:25+08:00" in said


def test_a_superseded_certificate_names_the_one_that_replaces_it() -> None:
    report = check(with_staple(marked((0, SUPERSEDED, {"following": (12, 345)}))))
    assert report.verdict is Verdict.SUPERSEDED
    assert "SHFS-COM-12-345-J" in english(report)


def test_an_old_or_incomplete_staple_says_what_was_last_known() -> None:
    report = check(stapled(), now=START + 30 * DAY)
    assert report.verdict is Verdict.AUTHENTIC
    assert "Last known status: 2025-10-09T16:53:26+08:00" in english(report)


def test_an_anchor_of_an_earlier_epoch_without_status_says_what_that_means() -> None:
    anchor = scene()
    anchor.world.change_validators("bcde")
    anchor.world.mine()
    bundle = load_bundle(canonical(anchor.world.bundle()))
    assert "retired keys" in english(check(anchor.file(LEAF), bundle))
    assert "retired keys" not in english(check(with_staple(anchor), bundle))
    later = anchor.world.anchor(FIVE, seq=2)
    assert "retired keys" not in english(check(later.file(LEAF), bundle))
    assert check(later.file(LEAF), bundle).verdict is Verdict.AUTHENTIC


def test_a_number_is_repeated_only_when_it_looks_like_one() -> None:
    assert check(put(stapled(), "/certificate/number", "SHFS-COM-1-2-A")).number == "SHFS-COM-1-2-A"
    report = check(put(stapled(), "/certificate/number", "\u001b[2J VALID"))
    assert report.number is None
    assert "\\u001b" not in json.dumps(report.to_json())


def test_no_value_of_the_file_is_echoed_by_a_fault() -> None:
    for pointer in ("/certificate/format", "/certificate/tiers/public/body/member", "/certificate/tiers/public/body/codes/0"):
        assert "SECRET" not in json.dumps(check(put(stapled(), pointer, "SECRET")).to_json())
    assert "SECRET" not in json.dumps(check(put(stapled(), "/certificate/SECRET", 1)).to_json())


# --- renderings of one leaf


def test_the_three_renderings_are_of_one_leaf_and_get_one_verdict() -> None:
    anchor = main_scene()
    reports = [check(with_staple(anchor, shown=shown)) for shown in (1, 2, 3)]
    assert {report.verdict for report in reports} == {Verdict.VALID}
    assert with_staple(anchor, shown=2) == with_staple(anchor, shown=2)


def test_the_staple_of_a_neighbour_is_not_ones_own() -> None:
    anchor = marked((0, SUSPENDED, {}), filler=40)  # LEAF is suspended, its neighbour is not
    report = check(anchor.file(LEAF, staple=anchor.staple(LEAF + 1)))
    assert report.verdict is Verdict.FORGED
    assert check(anchor.file(LEAF + 1, staple=anchor.staple(LEAF + 1))).verdict is Verdict.VALID


def neighbours() -> tuple[Anchor, Anchor]:
    world = World(names=tuple("abcd"))
    first = world.anchor(FIVE)
    second = world.anchor(FIVE[:3], seq=2)
    world.mine()
    return first, second


def test_the_evidence_of_another_batch_of_the_same_member_is_not_ones_own() -> None:
    first, second = neighbours()
    stolen = {
        **first.certificate(LEAF),
        "evidence": second.world.evidence(second.block),
        "transactionHash": second.certificate(0)["transactionHash"],
    }
    report = check(canonical(stolen))
    assert (report.verdict, report.step) == (Verdict.FORGED, 4)


# --- whatever the bytes


@given(st.binary(max_size=200))
def test_any_bytes_get_a_report(raw: bytes) -> None:
    assert check(raw).verdict is Verdict.MALFORMED


@given(st.integers(-(2**70), 2**70))
def test_any_clock_gets_a_report(now: int) -> None:
    assert check(stapled(), now=now).verdict in (Verdict.VALID, Verdict.AUTHENTIC, Verdict.CANNOT_CHECK)
