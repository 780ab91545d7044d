"""Artifacts and codecs: exact decoding, code compared outside its immutables, errors named."""

from __future__ import annotations

import dataclasses

import pytest
from eth_abi.abi import encode

from certs.evm.keccak import keccak256
from certs.evm.log import ANCHORED
from ledger.contracts import (
    ANCHOR_LOG,
    CONSORTIUM,
    STATUS_REGISTRY,
    Refusal,
    artifact,
    decode_call,
    decode_refusal,
    decode_result,
    encode_call,
    encode_constructor,
    event_topic,
    immutables_are,
    runtime_matches,
)
from ledger.errors import NodeContradicts

LOG, REGISTRY = artifact(ANCHOR_LOG), artifact(STATUS_REGISTRY)
ADDRESS, OTHER = b"\x11" * 20, b"\x22" * 20
HEAD_TYPES = ["bytes32", "uint48", "uint48", "uint8", "uint64"]


def with_immutables(contract, **values):
    code = bytearray(contract.runtime)
    for name, places in contract.immutables:
        for start, length in places:
            code[start : start + length] = values[name].rjust(length, b"\0")
    return bytes(code)


def test_call_data_is_the_selector_and_the_arguments():
    data = encode_call(LOG, "head", [b"\x01" * 32, 7])
    assert data == keccak256(b"head(bytes32,uint64)")[:4] + encode(["bytes32", "uint64"], [b"\x01" * 32, 7])


def test_call_data_reads_back():
    data = encode_call(LOG, "anchor", [7, b"\x01" * 32, 5, 9, 2])
    assert decode_call(LOG, data) == ("anchor", (7, b"\x01" * 32, 5, 9, 2))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + bytes(32),
        lambda data: data[:4] + b"\x01" + data[5:],  # a uint64 that overflows its type
        lambda data: b"\xff" * 4 + data[4:],
        lambda data: data[:3],
        lambda data: b"",
    ],
)
def test_call_data_in_any_other_spelling_is_not_read(change):
    assert decode_call(LOG, change(encode_call(LOG, "anchor", [7, b"\x01" * 32, 5, 9, 2]))) is None


def test_call_data_whose_offsets_are_not_the_compilers_is_not_read():
    contract = artifact(CONSORTIUM)
    data = encode_call(contract, "announce", [["0x" + "11" * 20], [b"\x01" * 32]])
    shifted = data[:4] + (96).to_bytes(32, "big") + (160).to_bytes(32, "big") + bytes(32) + data[68:]
    assert decode_call(contract, data) is not None
    assert decode_call(contract, shifted) is None


def test_creation_data_is_the_bytecode_and_the_arguments():
    assert encode_constructor(LOG, ["0x" + "11" * 20]) == LOG.creation + encode(["address"], ["0x" + "11" * 20])


@pytest.mark.parametrize("name", ["nosuch", "Anchored"])
def test_a_function_the_contract_lacks_is_a_programming_error(name):
    with pytest.raises(KeyError):
        encode_call(LOG, name, [])


def test_the_topic_is_the_one_the_verifier_knows():
    assert event_topic(LOG, "Anchored") == ANCHORED


def test_a_result_is_decoded():
    assert decode_result(LOG, "head", encode(HEAD_TYPES, [b"\x01" * 32, 2, 3, 4, 5])) == (b"\x01" * 32, 2, 3, 4, 5)


@pytest.mark.parametrize("result", [b"", b"\0" * 31, b"\0" * 128, b"\xff" * 160, b"\0" * 192])
def test_a_result_that_is_not_exactly_one_is_refused(result):
    with pytest.raises(NodeContradicts) as caught:
        decode_result(LOG, "head", result)
    assert caught.value.code == "ledger.node.result"


def test_a_custom_error_is_named_with_its_arguments():
    data = keccak256(b"AnchorAlreadySet(bytes32,uint64)")[:4] + encode(["bytes32", "uint64"], [b"\x01" * 32, 7])
    assert decode_refusal([LOG], data) == Refusal("AnchorAlreadySet", (b"\x01" * 32, 7))


def test_an_error_of_a_callee_is_found_in_its_contract():
    data = keccak256(b"AnchoringIsPaused()")[:4]
    assert decode_refusal([LOG], data) == Refusal("")
    assert decode_refusal([LOG, artifact(CONSORTIUM)], data) == Refusal("AnchoringIsPaused")


@pytest.mark.parametrize(
    "data", [b"", b"\x01", b"\x01\x02\x03\x04", keccak256(b"AnchorAlreadySet(bytes32,uint64)")[:4] + b"\x01"]
)
def test_revert_data_that_names_no_error_of_ours_has_no_name(data):
    assert decode_refusal([LOG, REGISTRY], data) == Refusal("")


def test_code_matches_whatever_its_immutables_are():
    assert runtime_matches(LOG, LOG.runtime)
    assert runtime_matches(LOG, with_immutables(LOG, _consortium=ADDRESS))


@pytest.mark.parametrize("at", [0, 100, -1])
def test_one_other_byte_outside_the_immutables_does_not_match(at):
    code = bytearray(LOG.runtime)
    code[at] ^= 1
    assert not runtime_matches(LOG, bytes(code))


@pytest.mark.parametrize("code", [b"", LOG.runtime[:-1], LOG.runtime + b"\0"])
def test_code_of_another_length_does_not_match(code):
    assert not runtime_matches(LOG, code)


def test_code_cut_off_at_an_immutable_does_not_match():
    ending = dataclasses.replace(LOG, runtime=b"\x01" * 4 + bytes(32), immutables=(("_consortium", ((4, 32),)),))
    assert runtime_matches(ending, b"\x01" * 4 + b"\x02" * 32)
    assert not runtime_matches(ending, b"\x01" * 4)


def test_immutables_are_compared_by_name_in_all_their_places():
    code = with_immutables(REGISTRY, _consortium=ADDRESS, _anchorLog=OTHER)
    assert immutables_are(REGISTRY, code, {"_consortium": ADDRESS, "_anchorLog": OTHER})
    assert not immutables_are(REGISTRY, code, {"_consortium": OTHER, "_anchorLog": ADDRESS})
    assert not immutables_are(REGISTRY, code, {"_consortium": ADDRESS})
    last = dict(REGISTRY.immutables)["_consortium"][-1]
    mixed = bytearray(code)
    mixed[sum(last) - 1] ^= 1
    assert not immutables_are(REGISTRY, bytes(mixed), {"_consortium": ADDRESS, "_anchorLog": OTHER})


def test_consortium_has_no_immutables():
    assert immutables_are(artifact(CONSORTIUM), artifact(CONSORTIUM).runtime, {})
