import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from certs.errors import CertError, VerificationError
from certs.evm.receipt import Log, parse_receipt
from certs.evm.rlp import encode

LOG = [bytes(20), [bytes(32)], b"data"]
GOOD = [b"\x01", b"\x10", bytes(256), [LOG]]


def unhex(text):
    return bytes.fromhex(text[2:])


def code_of(items):
    with pytest.raises(CertError) as caught:
        parse_receipt(items if isinstance(items, bytes) else encode(items))
    return caught.value.code


def with_log(log):
    return code_of([*GOOD[:3], [log]])


@pytest.mark.parametrize(
    "name", ["qbft4_1receipt", "qbft4_4receipts_mixed", "qbft4_gt16receipts", "clique4_1receipt", "clique4_4receipts_mixed"]
)
def test_a_captured_receipt_reads_as_its_node_says(block, name):
    case = block(name)
    told = case["receipts"][case["tx_index"]]
    receipt = parse_receipt(unhex(case["receipt_rlp"]))
    assert receipt.type == int(told["type"], 16)
    assert receipt.cumulative_gas == int(told["cumulativeGasUsed"], 16)
    assert receipt.bloom == unhex(told["logsBloom"])
    assert receipt.logs == tuple(
        Log(unhex(log["address"]), tuple(unhex(topic) for topic in log["topics"]), unhex(log["data"])) for log in told["logs"]
    )


@pytest.mark.parametrize("kind", [1, 2])
def test_typed_receipts_are_type_and_list(kind):
    assert parse_receipt(bytes([kind]) + encode(GOOD)).type == kind


def test_a_captured_failed_receipt_is_refused(block):
    """The block's trie, rebuilt from what the node told, has the captured root: the failed receipt is the real one."""
    case = block("clique4_4receipts_mixed")
    trie = HexaryTrie({})
    for index, told in enumerate(case["receipts"]):
        kind = int(told["type"], 16)
        logs = [[unhex(log["address"]), [unhex(topic) for topic in log["topics"]], unhex(log["data"])] for log in told["logs"]]
        gas = int(told["cumulativeGasUsed"], 16)
        status = b"\x01" if told["status"] == "0x1" else b""
        body = encode([status, gas.to_bytes((gas.bit_length() + 7) // 8, "big"), unhex(told["logsBloom"]), logs])
        trie[encode(bytes([index]) if index else b"")] = (bytes([kind]) if kind else b"") + body
    assert trie.root_hash == unhex(case["receiptsRoot"])
    with pytest.raises(CertError) as caught:
        parse_receipt(trie[b"\x01"])
    assert caught.value.code == "evm.receipt.failed"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (b"", "evm.receipt.failed"),
        (b"\x02", "evm.receipt.status"),
        (b"\0", "evm.receipt.status"),
        (b"\0\x01", "evm.receipt.status"),
        (bytes(31), "evm.receipt.status"),
        (bytes(32), "evm.receipt.pre-byzantium"),
        (bytes(31) + b"\x01", "evm.receipt.pre-byzantium"),
        ([], "evm.rlp.kind"),
    ],
)
def test_only_status_1_is_success(status, code):
    assert code_of([status, *GOOD[1:]]) == code


@pytest.mark.parametrize(
    ("items", "code"),
    [
        (GOOD[:3], "evm.receipt.fields"),
        ([*GOOD, b""], "evm.receipt.fields"),
        ([b"\x01", b"\0", *GOOD[2:]], "evm.rlp.integer"),
        ([b"\x01", b"\x01" * 9, *GOOD[2:]], "evm.rlp.size"),
        ([b"\x01", b"\x10", bytes(255), []], "evm.rlp.size"),
        ([b"\x01", b"\x10", [], []], "evm.rlp.kind"),
        ([b"\x01", b"\x10", bytes(256), b""], "evm.rlp.kind"),
        (b"\x03" + encode(GOOD), "evm.envelope.type"),
        (encode(GOOD) + b"\0", "evm.rlp.trailing"),
    ],
)
def test_a_receipt_of_another_form_is_refused(items, code):
    assert code_of(items) == code


@pytest.mark.parametrize(
    ("log", "code"),
    [
        (b"", "evm.rlp.kind"),
        (LOG[:2], "evm.rlp.count"),
        ([*LOG, b""], "evm.rlp.count"),
        ([bytes(19), *LOG[1:]], "evm.rlp.size"),
        ([bytes(20), b"", b""], "evm.rlp.kind"),
        ([bytes(20), [bytes(31)], b""], "evm.rlp.size"),
        ([bytes(20), [[]], b""], "evm.rlp.kind"),
        ([bytes(20), [], []], "evm.rlp.kind"),
        ([bytes(20), [bytes(32)] * 5, b""], "evm.receipt.topics"),
    ],
)
def test_a_log_of_another_form_is_refused(log, code):
    assert with_log(log) == code


@pytest.mark.parametrize("count", range(5))
def test_a_log_has_up_to_four_topics(count):
    assert len(parse_receipt(encode([*GOOD[:3], [[bytes(20), [bytes(32)] * count, b""]]])).logs[0].topics) == count


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_receipt_raises_only_our_errors(block, data):
    raw = bytearray(unhex(block("clique4_4receipts_mixed")["receipt_rlp"]))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(VerificationError):
        parse_receipt(bytes(raw))
