import contextlib
from dataclasses import replace

import pytest
from eth_abi import encode as abi
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.errors import CertError, VerificationError
from certs.evm.log import ANCHORED, VALIDATORS_CHANGED, Anchored, ValidatorsChanged, decode_anchored, decode_validators_changed
from certs.evm.receipt import Log

USCC, OTHER = "11310000MB2F30546K", "113100000024201445"
ROOT = b"\x77" * 32


def word(value):
    return value.to_bytes(32, "big")


def text(value):
    return value.encode().ljust(32, b"\0")


def anchored(member=None, seq=None, root=ROOT, size=None, scope=None, suite=None, code=None):
    """A good log; every argument replaces one raw word."""
    return Log(
        address=bytes(20),
        topics=(ANCHORED, member or text(USCC), seq or word(12), root),
        data=(size or word(345)) + (scope or word(2**63 + 1)) + (suite or word(2)) + (code or text("COM")),
    )


def code_of(call, log):
    with pytest.raises(CertError) as caught:
        call(log)
    return caught.value.code


def test_the_signature_hashes_are_those_of_the_interface():
    assert ANCHORED.hex() == "c528279a94e7047b3eb4a1dd6aabcee964538fef4e6103e2a1da7b8f55331880"
    assert VALIDATORS_CHANGED.hex() == "efd81a0c7926b00e93caeaa5d7db64f7f6d50e6807107da1be07cf5882571215"


def test_an_anchor_is_read():
    assert decode_anchored(anchored()) == Anchored(USCC, 12, ROOT, 345, 2**63 + 1, 2, "COM")


def test_solidity_lays_the_data_out_like_this():
    data = abi(["uint64", "uint64", "uint8", "bytes8"], [345, 2**63 + 1, 2, b"COM"])
    assert data == anchored().data


@pytest.mark.parametrize("code", ["AB", "A1B2C3D4", "00"])
def test_codes_of_2_to_8_characters_are_read(code):
    assert decode_anchored(anchored(code=text(code))).code == code


@pytest.mark.parametrize(
    "code",
    [
        bytes(32),
        text("A"),
        text("ABCDEFGHI"),
        text("ab"),
        text("A B"),
        text("A\0B"),
        text("\0AB"),
        text("AB")[:31] + b"\x01",
        text("AB\n"),
    ],
)
def test_other_codes_are_refused(code):
    assert code_of(decode_anchored, anchored(code=code)) == "evm.log.code"


@pytest.mark.parametrize(
    "member",
    [
        bytes(32),
        text(USCC[:17]),
        text(USCC + "X"),
        text(USCC.lower()),
        text("I" + USCC[1:]),
        text(USCC)[:31] + b"\x01",
        text(USCC[:16] + "é"),
    ],
)
def test_a_member_is_18_characters_of_the_uscc_alphabet_then_zeros(member):
    assert code_of(decode_anchored, anchored(member=member)) == "evm.log.member"


@pytest.mark.parametrize(
    ("name", "least", "most"), [("seq", 1, 2**48 - 1), ("size", 1, 2**48 - 1), ("scope", 0, 2**64 - 1), ("suite", 1, 255)]
)
def test_numbers_stay_in_their_ranges(name, least, most):
    for value in (least, most):
        assert getattr(decode_anchored(anchored(**{name: word(value)})), name) == value
    for value in {least - 1, most + 1, 2**64, 2**255} - {-1}:
        assert code_of(decode_anchored, anchored(**{name: word(value)})) == "evm.log.range"


def test_an_empty_root_is_refused():
    assert code_of(decode_anchored, anchored(root=bytes(32))) == "evm.log.root"


def test_topics_and_words_are_counted():
    log = anchored()
    assert code_of(decode_anchored, replace(log, topics=log.topics[:3])) == "evm.log.topics"
    assert code_of(decode_anchored, replace(log, topics=())) == "evm.log.event"
    assert code_of(decode_anchored, replace(log, topics=(bytes(32), *log.topics[1:]))) == "evm.log.event"
    assert code_of(decode_anchored, replace(log, data=log.data[:-32])) == "evm.log.words"
    assert code_of(decode_anchored, replace(log, data=log.data + bytes(32))) == "evm.log.words"
    assert code_of(decode_anchored, replace(log, data=log.data[:-1])) == "evm.log.words"
    assert code_of(decode_anchored, replace(log, data=b"")) == "evm.log.words"


VALIDATORS = (b"\x01" * 20, b"\x02" * 20, b"\x03" * 20)
OPERATORS = (USCC, OTHER, USCC)


def changed(validators=VALIDATORS, operators=OPERATORS, from_block=99):
    data = abi(["uint64", "address[]", "bytes32[]"], [from_block, list(validators), [text(uscc) for uscc in operators]])
    return Log(address=bytes(20), topics=(VALIDATORS_CHANGED, word(4)), data=data)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_an_announced_set_is_read(count):
    want = ValidatorsChanged(4, 99, VALIDATORS[:count], OPERATORS[:count])
    assert decode_validators_changed(changed(VALIDATORS[:count], OPERATORS[:count])) == want


def with_word(at, value):
    log = changed()
    return replace(log, data=log.data[: 32 * at] + value + log.data[32 * at + 32 :])


# words: 0 fromBlock, 1 and 2 offsets, 3 count, 4–6 addresses, 7 count, 8–10 members
@pytest.mark.parametrize("at", [1, 2, 3, 7])
@pytest.mark.parametrize("value", [0, 2, 4, 2**64, 2**256 - 1])
def test_offsets_and_counts_have_one_spelling(at, value):
    assert code_of(decode_validators_changed, with_word(at, word(value))) == "evm.log.layout"


def test_padding_of_addresses_members_and_numbers_is_zero():
    assert code_of(decode_validators_changed, with_word(5, b"\x01" + bytes(11) + VALIDATORS[1])) == "evm.log.address"
    assert code_of(decode_validators_changed, with_word(5, bytes(11) + b"\x01" + VALIDATORS[1])) == "evm.log.address"
    assert code_of(decode_validators_changed, with_word(9, text(OTHER)[:31] + b"\x01")) == "evm.log.member"
    assert code_of(decode_validators_changed, with_word(0, word(2**64))) == "evm.log.range"


@pytest.mark.parametrize("validators", [VALIDATORS[:2], (*VALIDATORS, b"\x04" * 20)])
def test_every_validator_has_one_operator(validators):
    assert code_of(decode_validators_changed, changed(validators)) in ("evm.log.words", "evm.log.layout")


def test_nothing_follows_and_nothing_is_missing():
    log = changed()
    for data in (log.data + bytes(32), log.data + bytes(64), log.data[:-32], log.data[:-64], log.data[:-1], log.data[:128], b""):
        assert code_of(decode_validators_changed, replace(log, data=data)) in ("evm.log.words", "evm.log.layout")


def test_an_epoch_is_a_uint64_and_the_event_is_the_right_one():
    log = changed()
    assert code_of(decode_validators_changed, replace(log, topics=(VALIDATORS_CHANGED, word(2**64)))) == "evm.log.range"
    assert code_of(decode_validators_changed, replace(log, topics=(VALIDATORS_CHANGED,))) == "evm.log.topics"
    assert code_of(decode_validators_changed, anchored()) == "evm.log.event"
    assert code_of(decode_anchored, log) == "evm.log.event"


@given(st.sampled_from([anchored(), changed()]), st.data())
@settings(max_examples=100, deadline=None)
def test_changed_logs_raise_only_our_errors(log, data):
    raw = bytearray(log.data)
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    for call in (decode_anchored, decode_validators_changed):
        with contextlib.suppress(VerificationError):
            call(replace(log, data=bytes(raw)))
