import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.errors import CertError, VerificationError
from certs.evm.header import parse_header
from certs.evm.rlp import encode

CAPTURED = ["qbft4_1receipt", "qbft7_4receipts_mixed", "clique4_1receipt", "clique4_berlin_1receipt"]


def unhex(text):
    return bytes.fromhex(text[2:])


def fields(**changed):
    """A header of 16 fields, some of them replaced by position (`f8=…`) ."""
    items = [
        bytes(32),
        bytes(32),
        bytes(20),
        bytes(32),
        bytes(32),
        bytes(32),
        bytes(256),
        b"\x01",
        b"\x02",
        b"\x03",
        b"",
        b"\x04",
    ]
    items += [b"extra", bytes(32), bytes(8), b""]
    for name, value in changed.items():
        items[int(name[1:])] = value
    return items


def code_of(items):
    with pytest.raises(CertError) as caught:
        parse_header(items if isinstance(items, bytes) else encode(items))
    return caught.value.code


@pytest.mark.parametrize("name", CAPTURED)
def test_a_captured_header_reads_as_its_node_says(block, name):
    case = block(name)
    rpc, raw = case["rpc_block"], unhex(case["headers"][0]["header_rlp"])
    header = parse_header(raw)
    assert (header.number, header.timestamp) == (int(rpc["number"], 16), int(rpc["timestamp"], 16))
    assert header.parent_hash == unhex(rpc["parentHash"])
    assert header.beneficiary == unhex(rpc["miner"])
    assert header.state_root == unhex(rpc["stateRoot"])
    assert header.transactions_root == unhex(rpc["transactionsRoot"])
    assert header.receipts_root == unhex(rpc["receiptsRoot"])
    assert header.extra_data == unhex(rpc["extraData"])
    assert header.encoded_with(header.extra_data) == header.raw == raw
    assert len(header.items) == (16 if "baseFeePerGas" in rpc else 15)


def test_equality_is_by_bytes():
    one, two = parse_header(encode(fields())), parse_header(encode(fields(f8=b"\x07")))
    assert one == parse_header(encode(fields()))
    assert hash(one) == hash(parse_header(encode(fields())))
    assert one != two


def test_later_forks_may_add_byte_strings_up_to_32_fields():
    assert parse_header(encode([*fields(), *[b"any"] * 16])).number == 2
    assert code_of([*fields(), *[b"any"] * 17]) == "evm.header.fields"
    assert code_of([*fields(), []]) == "evm.rlp.kind"


def test_fewer_than_15_fields_are_refused():
    assert parse_header(encode(fields()[:15])).number == 2
    assert code_of(fields()[:14]) == "evm.header.fields"


@pytest.mark.parametrize("at", [0, 1, 2, 3, 4, 5, 6, 13, 14])
def test_a_field_of_another_length_is_refused(at):
    good = fields()[at]
    for value in (good[1:], good + b"\0", b""):
        assert code_of(fields(**{f"f{at}": value})) == "evm.rlp.size"
    assert code_of(fields(**{f"f{at}": []})) == "evm.rlp.kind"


@pytest.mark.parametrize(("at", "most"), [(7, 32), (8, 8), (9, 8), (10, 8), (11, 8), (15, 32)])
def test_integers_are_canonical_and_bounded(at, most):
    assert code_of(fields(**{f"f{at}": b"\0"})) == "evm.rlp.integer"
    assert code_of(fields(**{f"f{at}": b"\0\x01"})) == "evm.rlp.integer"
    assert code_of(fields(**{f"f{at}": b"\x01" * (most + 1)})) == "evm.rlp.size"
    assert code_of(fields(**{f"f{at}": [b""]})) == "evm.rlp.kind"


@pytest.mark.parametrize("at", [8, 11])
def test_number_and_time_stay_below_2_to_the_53(at):
    parse_header(encode(fields(**{f"f{at}": (2**53 - 1).to_bytes(7, "big")})))
    assert code_of(fields(**{f"f{at}": (2**53).to_bytes(7, "big")})) == "evm.header.range"


def test_extra_data_is_bytes_of_any_length():
    assert parse_header(encode(fields(f12=b""))).extra_data == b""
    with pytest.raises(CertError) as caught:
        parse_header(encode(fields(f12=[])))
    assert (caught.value.code, caught.value.field) == ("evm.rlp.kind", "header.extraData")


def test_a_header_is_a_list_and_nothing_follows():
    assert code_of(b"\x80") == "evm.rlp.kind"
    assert code_of(encode(fields()) + b"\0") == "evm.rlp.trailing"


def test_a_million_fields_are_refused():
    assert code_of([b""] * 10**6) == "evm.header.fields"


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_header_raises_only_our_errors(block, data):
    raw = bytearray(unhex(block("qbft4_1receipt")["headers"][0]["header_rlp"]))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        header = parse_header(bytes(raw))
    except VerificationError:
        return
    assert header.encoded_with(header.extra_data) == raw
