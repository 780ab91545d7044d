import contextlib

import pytest
import rlp as oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.consensus import qbft
from certs.errors import CertError, VerificationError
from certs.evm.header import parse_header
from certs.evm.keccak import keccak256

CAPTURED = [
    "qbft4_1receipt", "qbft4_4receipts_mixed", "qbft4_gt16receipts", "qbft4_lying_validators_in_extra", "qbft4_round_gt0",
    "qbft7_1receipt", "qbft7_4receipts_mixed", "qbft_vote_in_out",
    "qbft4_gt128receipts", "qbft4_conflict_after_powerloss_full",
]  # fmt: skip


def unhex(text):
    return bytes.fromhex(text[2:])


def captured(block, name="qbft4_1receipt"):
    return parse_header(unhex(block(name)["headers"][0]["header_rlp"]))


def with_extra(header, extra):
    return parse_header(header.encoded_with(extra if isinstance(extra, bytes) else oracle.encode(extra)))


def code_of(call, header):
    with pytest.raises(CertError) as caught:
        call(header)
    return caught.value.code


@pytest.mark.parametrize("name", CAPTURED)
def test_captured_headers_have_the_hash_digest_round_and_signers_their_nodes_say(block, name):
    for told in block(name)["headers"]:
        header = parse_header(unhex(told["header_rlp"]))
        assert header.number == told["number"]
        assert qbft.block_hash(header) == unhex(told["hash"])
        assert qbft.seal_digest(header) == unhex(told["seal_digest"])
        assert qbft.signers(header) == tuple(unhex(signer) for signer in told["seal_signers"])
        assert qbft.listed(header) == tuple(unhex(validator) for validator in told["validators_in_extra"])
        assert qbft.parse_extra(header).round == told["round"]


@pytest.mark.parametrize(
    "name", ["qbft4_1receipt", "qbft4_gt16receipts", "qbft4_round_gt0", "qbft7_1receipt", "qbft_vote_in_out"]
)
def test_other_nodes_keep_other_seals_of_the_same_block(block, name):
    case = block(name)
    for told in (node for node in case["same_block_on_other_nodes"] if "header_rlp" in node):  # one node was down
        header = parse_header(unhex(told["header_rlp"]))
        assert qbft.block_hash(header) == unhex(case["block_hash"])
        assert qbft.signers(header) == tuple(unhex(signer) for signer in told["seal_signers"])


def test_the_hash_of_the_genesis_block_needs_no_seals(block):
    told = block("qbft4_1receipt")["genesis_header"]
    header = parse_header(unhex(told["header_rlp"]))
    assert qbft.block_hash(header) == unhex(told["hash"]) == keccak256(header.raw)
    assert qbft.signers(header) == ()


def test_a_round_covers_the_seals_and_not_the_hash(block):
    header = captured(block, "qbft4_round_gt0")
    items = oracle.decode(header.extra_data)
    other = with_extra(header, [*items[:3], b"", items[4]])
    assert qbft.block_hash(other) == qbft.block_hash(header)
    assert qbft.seal_digest(other) == qbft.block_hash(header) != qbft.seal_digest(header)
    assert not set(qbft.signers(other)) & set(qbft.signers(header))


VALIDATOR = b"\x11" * 20
EXTRA = [bytes(32), [VALIDATOR], [], b"", []]


def changed(at, value):
    return [*EXTRA[:at], value, *EXTRA[at + 1 :]]


@pytest.mark.parametrize(
    "extra",
    [
        EXTRA,
        changed(1, []),
        changed(2, [VALIDATOR, b"\xff"]),
        changed(2, [VALIDATOR, b""]),
        changed(3, b"\x01"),
        changed(3, b"\xff" * 4),
        changed(4, [b"a seal is judged when it is counted", []]),
    ],
)
def test_extra_data_has_five_items_of_their_forms(block, extra):
    assert list(qbft.parse_extra(with_extra(captured(block), extra)).items) == extra


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (b"", "evm.rlp.short"),
        (b"\x80", "evm.rlp.kind"),
        (bytes(32), "evm.rlp.trailing"),
        (oracle.encode(EXTRA) + b"\0", "evm.rlp.trailing"),
        (EXTRA[:4], "evm.rlp.count"),
        ([*EXTRA, b""], "evm.rlp.count"),
        (changed(0, bytes(31)), "evm.rlp.size"),
        (changed(0, []), "evm.rlp.kind"),
        (changed(1, b""), "evm.rlp.kind"),
        (changed(1, [VALIDATOR[1:]]), "evm.rlp.size"),
        (changed(1, [[]]), "evm.rlp.kind"),
        (changed(2, b""), "evm.rlp.kind"),
        (changed(2, [VALIDATOR]), "consensus.qbft.vote"),
        (changed(2, [VALIDATOR, b"", b""]), "consensus.qbft.vote"),
        (changed(2, [VALIDATOR, b"\0"]), "consensus.qbft.vote"),
        (changed(2, [VALIDATOR, b"\x01"]), "consensus.qbft.vote"),
        (changed(2, [VALIDATOR, []]), "consensus.qbft.vote"),
        (changed(2, [VALIDATOR[1:], b"\xff"]), "consensus.qbft.vote"),
        (changed(2, [[], b"\xff"]), "evm.rlp.kind"),
        (changed(3, b"\0"), "evm.rlp.integer"),
        (changed(3, bytes(4)), "evm.rlp.integer"),
        (changed(3, b"\x01" * 5), "evm.rlp.size"),
        (changed(3, []), "evm.rlp.kind"),
        (changed(4, b""), "evm.rlp.kind"),
    ],
)
def test_extra_data_of_another_form_is_refused_everywhere(block, extra, code):
    header = with_extra(captured(block), extra)
    for call in (qbft.parse_extra, qbft.block_hash, qbft.seal_digest, qbft.signers, qbft.listed):
        assert code_of(call, header) == code


def with_seals(block, change):
    header = captured(block)
    items = oracle.decode(header.extra_data)
    return with_extra(header, [*items[:4], change(list(items[4]))])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda seals: [*seals, b""], "consensus.seal.length"),
        (lambda seals: [*seals, []], "consensus.seal.length"),
        (lambda seals: [*seals[:2], seals[2][:64]], "consensus.seal.length"),
        (lambda seals: [*seals, seals[0][:64] + b"\x1b"], "consensus.seal.v"),
        (lambda seals: [*seals, bytes(65)], "consensus.seal.scalar"),
        (lambda seals: [*seals, (5).to_bytes(32, "big") + seals[0][32:]], "consensus.seal.recover"),
    ],
)
def test_one_seal_that_is_no_signature_spoils_the_header(block, change, code):
    header = with_seals(block, change)
    assert qbft.block_hash(header) == qbft.block_hash(captured(block))
    assert code_of(qbft.signers, header) == code


def test_repeats_are_told_as_often_as_they_stand_there(block):
    signers = qbft.signers(with_seals(block, lambda seals: [*seals, seals[0]]))
    assert signers == (*qbft.signers(captured(block)), signers[0])


def test_a_thousand_copies_of_one_seal_are_recovered_once(block, monkeypatch):
    header = with_seals(block, lambda seals: seals[:1] * 1000)
    calls = []
    monkeypatch.setattr(qbft, "recover_address", lambda digest, seal: calls.append(seal) or VALIDATOR)
    qbft.signers.cache_clear()
    assert qbft.signers(header) == (VALIDATOR,) * 1000
    assert qbft.signers(header) == (VALIDATOR,) * 1000
    qbft.signers.cache_clear()
    assert len(calls) == 1


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_extra_data_raises_only_our_errors(block, data):
    header = captured(block)
    extra = bytearray(header.extra_data)
    extra[data.draw(st.integers(0, len(extra) - 1))] = data.draw(st.integers(0, 255))
    other = with_extra(header, bytes(extra))
    for call in (qbft.block_hash, qbft.signers, qbft.listed):
        with contextlib.suppress(VerificationError):
            call(other)
