import pytest

from certs.consensus import endorsement, qbft
from certs.consensus.endorsement import Endorsement, check_extra, check_run, endorse, needed
from certs.errors import CertError
from certs.evm.header import parse_header

QBFT = [
    "qbft4_1receipt", "qbft4_4receipts_mixed", "qbft4_gt16receipts", "qbft4_round_gt0", "qbft7_1receipt", "qbft7_4receipts_mixed",
]  # fmt: skip
CLIQUE = ["clique4_1receipt", "clique4_4receipts_mixed", "clique4_berlin_1receipt", "clique4_gt16receipts", "clique7_1receipt"]
NEGATIVES = {
    "f_plus_1_only": "endorsement.short",
    "duplicate": "endorsement.short",
    "malleated_duplicate": "endorsement.short",
    "foreign_signer": "endorsement.short",
    "wrong_round": "endorsement.short",
    "no_seals": "endorsement.short",
    "false_validators": "endorsement.short",
    "truncated_seal": "consensus.seal.length",
    "v27": "consensus.seal.v",
}


def unhex(text):
    return bytes.fromhex(text[2:])


def headers_of(case, name="headers"):
    return [parse_header(unhex(told["header_rlp"])) for told in case[name]]


def validators_of(case):
    return {unhex(validator) for validator in case["validators"]}


def code_of(call, *args):
    with pytest.raises(CertError) as caught:
        call(*args)
    return caught.value.code


@pytest.mark.parametrize(("total", "want"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (9, 6), (10, 7), (64, 43)])
def test_two_thirds_are_rounded_up(total, want):
    assert needed(total) == want


# --- qbft ---


@pytest.mark.parametrize("name", QBFT)
def test_captured_qbft_blocks_are_endorsed(block, name):
    case = block(name)
    told = case["headers"][0]
    want = Endorsement(tuple(sorted(unhex(s) for s in told["seal_signers"])), case["quorum"], case["N"], True)
    assert endorse("qbft", headers_of(case), validators_of(case)) == want
    assert endorsement.block_hash("qbft", headers_of(case)[0]) == unhex(case["block_hash"])


def test_every_negative_gets_its_verdict(block):
    case = block("negatives_qbft4")
    validators = validators_of(case)
    for negative in case["cases"]:
        headers = [parse_header(unhex(negative["header_rlp"]))]
        assert endorsement.block_hash("qbft", headers[0]) == unhex(negative["block_hash_of_this"])
        assert (negative["block_hash_of_this"] == case["block_hash"]) == negative["same_block_hash"]
        if negative["expect"] == "accept":
            assert len(endorse("qbft", headers, validators).signers) >= case["quorum"], negative["name"]
        else:
            assert code_of(endorse, "qbft", headers, validators) == NEGATIVES.pop(negative["name"])
    assert not NEGATIVES


def test_a_false_list_in_extra_data_changes_nothing_about_the_set_in_force(block):
    case = block("qbft4_lying_validators_in_extra")
    liar = headers_of(case)[1]
    assert set(qbft.listed(liar)) != validators_of(case)
    assert endorse("qbft", [liar], validators_of(case)).total == 4
    assert code_of(endorse, "qbft", [liar], qbft.listed(liar)) == "endorsement.short"


def test_a_voted_change_needs_the_set_of_its_time(block):
    case = block("qbft_vote_in_out")
    before, after = validators_of({"validators": case["headers"][0]["validators_in_extra"]}), None
    for told, header in zip(case["headers"], headers_of(case), strict=True):
        after = {unhex(validator) for validator in told["validators_in_extra"]}
        assert endorse("qbft", [header], after).needed == needed(len(after))
    assert before != after


def test_strangers_beside_enough_validators_do_no_harm(block):
    case = block("qbft4_1receipt")
    others = {*validators_of(case)} - {qbft.signers(headers_of(case)[0])[0]}
    assert code_of(endorse, "qbft", headers_of(case), others | {b"\x01" * 20}) == "endorsement.short"
    assert endorse("qbft", headers_of(case), others) == Endorsement(
        tuple(sorted(others & set(qbft.signers(headers_of(case)[0])))), 2, 3, False
    )


def test_a_set_given_twice_counts_once(block):
    case = block("qbft4_1receipt")
    assert endorse("qbft", headers_of(case), [*validators_of(case)] * 2).total == 4


def test_an_empty_set_endorses_nothing(block):
    assert code_of(endorse, "qbft", headers_of(block("qbft4_1receipt")), []) == "endorsement.set"


def test_qbft_takes_exactly_one_header(block):
    headers = headers_of(block("qbft_vote_in_out"))[:2]
    assert code_of(check_run, "qbft", headers) == "endorsement.run"
    assert code_of(check_run, "qbft", []) == "endorsement.run"
    check_run("qbft", headers[:1])


# --- clique ---


@pytest.mark.parametrize("name", CLIQUE)
def test_captured_clique_blocks_are_endorsed_by_the_blocks_on_top(block, name):
    case = block(name)
    headers, many = headers_of(case), case["blocks_needed"]
    result = endorse("clique", headers[:many], validators_of(case))
    assert (len(result.signers), result.needed, result.total) == (case["quorum"], case["quorum"], case["N"])
    assert code_of(endorse, "clique", headers[: many - 1], validators_of(case)) == "endorsement.short"
    assert code_of(endorse, "clique", headers[: many + 1], validators_of(case)) == "endorsement.surplus"


def test_both_branches_after_a_power_loss_are_endorsed(block):
    case = block("clique4_conflict_after_powerloss")
    for branch in ("headers", "conflicting_headers"):
        run = [header for header in headers_of(case, branch) if header.number >= case["block_number"]]
        assert any(endorsed(run[:length], validators_of(case)) for length in range(1, len(run) + 1))


def endorsed(run, validators):
    try:
        return endorse("clique", run, validators)
    except CertError:
        return None


def test_a_voted_out_signer_is_a_stranger(block):
    case = block("clique4_1receipt")
    headers = headers_of(case)[: case["blocks_needed"]]
    gone = endorse("clique", headers, validators_of(case)).signers[0]
    assert code_of(endorse, "clique", headers, (validators_of(case) - {gone}) | {b"\x01" * 20}) == "endorsement.short"


def test_the_headers_of_a_run_follow_each_other(block):
    headers = headers_of(block("clique_vote_in_out"))
    check_run("clique", headers)
    assert code_of(check_run, "clique", [headers[0], headers[2]]) == "endorsement.number"
    assert code_of(check_run, "clique", [headers[1], headers[0]]) == "endorsement.number"
    assert code_of(check_run, "clique", [headers[0], headers[0]]) == "endorsement.number"
    stranger = headers_of(block("clique4_conflict_after_powerloss"))[1]
    assert stranger.number == headers[0].number + 1
    assert code_of(check_run, "clique", [headers[0], stranger]) == "endorsement.parent"


def test_nothing_is_counted_over_headers_that_do_not_follow_each_other(block):
    case = block("clique4_1receipt")
    headers = headers_of(case)
    assert code_of(endorse, "clique", [headers[0], headers[2], headers[1]], validators_of(case)) == "endorsement.number"
    case = block("qbft_vote_in_out")
    assert code_of(endorse, "qbft", headers_of(case)[:2], validators_of(case)) == "endorsement.run"


def test_a_run_has_1_to_64_headers(block):
    headers = headers_of(block("clique_vote_in_out"))
    assert code_of(check_run, "clique", []) == "endorsement.run"
    assert code_of(check_run, "clique", [*headers, *headers][:65]) == "endorsement.run"
    assert code_of(check_run, "clique", [*headers, *headers][:64]) == "endorsement.number"


def test_the_last_headers_extra_data_is_checked_too(block):
    header = headers_of(block("clique4_1receipt"))[0]
    short = parse_header(header.encoded_with(b""))
    assert code_of(check_run, "clique", [short]) == "consensus.clique.extra"
    assert code_of(check_run, "qbft", [short]) == "evm.rlp.short"


# --- engines ---


def test_extra_data_is_judged_by_the_engines_form(block):
    one, other = headers_of(block("qbft4_1receipt"))[0], headers_of(block("clique4_1receipt"))[0]
    check_extra("qbft", one)
    check_extra("clique", other)
    assert code_of(check_extra, "qbft", other).startswith("evm.rlp.")
    assert code_of(check_extra, "clique", one) == "consensus.clique.extra"


def test_an_unknown_engine_is_refused(block):
    headers = headers_of(block("qbft4_1receipt"))
    for call, args in ((check_run, (headers,)), (endorse, (headers, [b"\x01" * 20])), (check_extra, (headers[0],))):
        assert code_of(call, "raft", *args) == "endorsement.engine"
    assert code_of(endorsement.block_hash, "", headers[0]) == "endorsement.engine"
