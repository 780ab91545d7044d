"""Headers, transactions and receipts rebuilt from what real nodes answered, byte for byte."""

from __future__ import annotations

import pytest
from trie.hexary import HexaryTrie

from certs.evm.keccak import keccak256
from ledger.blocks import header_of, index_proof, receipt_raw, transaction_raw
from ledger.errors import NodeContradicts
from ledger.quantities import to_data

CAPTURED = [
    "clique4_1receipt", "clique4_4receipts_mixed", "clique4_berlin_1receipt", "clique4_gt16receipts", "clique7_1receipt",
    "qbft4_1receipt", "qbft4_4receipts_mixed", "qbft4_gt16receipts", "qbft4_round_gt0", "qbft7_1receipt", "qbft7_4receipts_mixed",
]  # fmt: skip


@pytest.fixture(params=CAPTURED)
def captured(request, vector):
    return vector(request.param)


def of_interest(captured):
    return next(header for header in captured["headers"] if header["hash"] == captured["block_hash"])


def test_a_header_is_rebuilt_byte_for_byte(captured):
    header = header_of(captured["rpc_block"], captured["engine"])
    assert to_data(header.raw) == of_interest(captured)["header_rlp"]


def test_every_transaction_is_rebuilt_to_its_hash(captured):
    for transaction in captured["rpc_block"]["transactions"]:
        assert to_data(keccak256(transaction_raw(transaction))) == transaction["hash"]


def test_the_receipt_and_its_proof_are_those_the_capture_holds(captured):
    raws = [receipt_raw(entry) for entry in captured["receipts"]]
    index = captured["tx_index"]
    root = bytes.fromhex(captured["receiptsRoot"][2:])
    assert to_data(raws[index]) == captured["receipt_rlp"]
    assert [to_data(node) for node in index_proof(raws, index, root=root, field="receipts")] == captured["receipt_proof"]


def test_the_transactions_have_the_headers_root(captured):
    header = header_of(captured["rpc_block"], captured["engine"])
    raws = [transaction_raw(entry) for entry in captured["rpc_block"]["transactions"]]
    for index in range(len(raws)):
        assert index_proof(raws, index, root=header.transactions_root, field="transactions")


HEADER_NAMES = [
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number",
    "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "hash",
]  # fmt: skip


@pytest.mark.parametrize("name", HEADER_NAMES)
@pytest.mark.parametrize("engine", ["qbft", "clique"])
def test_a_header_with_one_changed_field_is_noticed(vector, engine, name):
    block = vector(f"{engine}4_1receipt")["rpc_block"]
    text = block[name]
    at = 8 if name == "extraData" else len(text) - 1  # the end of extraData is seals, which the hash of qbft leaves out
    block[name] = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
    with pytest.raises(NodeContradicts):
        header_of(block, engine)


@pytest.mark.parametrize("name", [*HEADER_NAMES, "baseFeePerGas"])
def test_a_header_that_lacks_a_field_is_noticed(vector, name):
    block = vector("clique4_1receipt")["rpc_block"]
    del block[name]
    with pytest.raises(NodeContradicts):
        header_of(block, "clique")


def test_a_later_field_that_is_null_is_not_there(vector):
    captured = vector("clique4_berlin_1receipt")
    header = header_of({**captured["rpc_block"], "baseFeePerGas": None}, "clique")
    assert to_data(header.raw) == of_interest(captured)["header_rlp"]


def test_a_header_read_as_another_engines_is_noticed(vector):
    with pytest.raises(NodeContradicts):
        header_of(vector("clique4_1receipt")["rpc_block"], "qbft")


@pytest.mark.parametrize("block", [[], "block", 7, {}])
def test_what_is_no_block_is_noticed(block):
    with pytest.raises(NodeContradicts):
        header_of(block, "qbft")


@pytest.mark.parametrize("kind", ["0x3", "0x4", "0x7f", None, 0])
def test_a_type_we_do_not_know_is_refused(vector, kind):
    captured = vector("qbft4_1receipt")
    for rebuild, entry in ((transaction_raw, captured["rpc_block"]["transactions"][0]), (receipt_raw, captured["receipts"][0])):
        with pytest.raises(NodeContradicts):
            rebuild({**entry, "type": kind})


def test_an_entry_without_a_type_is_type_0(vector):
    captured = vector("qbft4_1receipt")
    entry = captured["rpc_block"]["transactions"][0]
    raw = transaction_raw(entry)
    del entry["type"]
    assert transaction_raw(entry) == raw


@pytest.mark.parametrize("entry", [None, [], "x"])
def test_what_is_no_object_is_refused(entry):
    for rebuild in (transaction_raw, receipt_raw):
        with pytest.raises(NodeContradicts):
            rebuild(entry)


@pytest.mark.parametrize(
    ("name", "value"), [("logs", None), ("logs", [None]), ("logs", [{"address": "0x" + "11" * 20, "topics": 3, "data": "0x"}])]
)
def test_logs_of_another_shape_are_refused(vector, name, value):
    entry = vector("qbft4_1receipt")["receipts"][0]
    with pytest.raises(NodeContradicts):
        receipt_raw({**entry, name: value})


def test_an_access_list_is_part_of_a_transaction(vector):
    entry = vector("clique4_4receipts_mixed")["rpc_block"]["transactions"][3]
    listed = [{"address": "0x" + "11" * 20, "storageKeys": ["0x" + "22" * 32]}]
    assert transaction_raw({**entry, "accessList": listed}) != transaction_raw(entry)
    with pytest.raises(NodeContradicts):
        transaction_raw({**entry, "accessList": [{"address": "0x" + "11" * 20}]})


def test_a_trie_of_another_root_is_noticed(vector):
    captured = vector("qbft4_4receipts_mixed")
    raws = [receipt_raw(entry) for entry in captured["receipts"]]
    root = bytes.fromhex(captured["receiptsRoot"][2:])
    with pytest.raises(NodeContradicts) as caught:
        index_proof(raws[:-1], 0, root=root, field="receipts")
    assert caught.value.code == "ledger.node.root"


def test_nodes_inside_their_parent_are_not_listed_again():
    trie = HexaryTrie({})
    trie[b"\x80"], trie[b"\x01"] = b"a", b"b"  # the keys rlp(0) and rlp(1); both leaves take less than 32 bytes
    assert len(index_proof([b"a", b"b"], 0, root=trie.root_hash, field="receipts")) == 1
