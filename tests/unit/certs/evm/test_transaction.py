import contextlib

import pytest
import rlp as oracle
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from certs.errors import CertError, VerificationError
from certs.evm.rlp import encode
from certs.evm.transaction import parse_transaction
from certs.evm.trie import NodeSet

KEY = b"\x01" * 32
TO = b"\x22" * 20
BASE = {"nonce": 5, "gas": 21_000, "to": TO, "value": 7, "data": b"\xab\xcd", "chainId": 720_004}
ACCESS = [{"address": "0x" + "33" * 20, "storageKeys": ["0x" + "44" * 32, "0x" + "55" * 32]}]


def signed(kind, **changed):
    price = {"maxFeePerGas": 9, "maxPriorityFeePerGas": 1} if kind == 2 else {"gasPrice": 9}
    access = {"type": kind, "accessList": ACCESS} if kind else {}
    return bytes(Account.sign_transaction({**BASE, **price, **access, **changed}, KEY).raw_transaction)


def items_of(kind):
    raw = signed(kind)
    return oracle.decode(raw[1:] if kind else raw)


def code_of(kind, items):
    with pytest.raises(CertError) as caught:
        parse_transaction((bytes([kind]) if kind else b"") + encode(items))
    return caught.value.code


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_what_eth_account_signs_is_read(kind):
    transaction = parse_transaction(signed(kind))
    assert (transaction.type, transaction.chain_id, transaction.nonce, transaction.value) == (kind, 720_004, 5, 7)
    assert (transaction.to, transaction.data) == (TO, b"\xab\xcd")
    access = {"type": kind, "accessList": ACCESS} if kind else {}
    price = {"maxFeePerGas": 9, "maxPriorityFeePerGas": 1} if kind == 2 else {"gasPrice": 9}
    assert transaction.hash == bytes(Account.sign_transaction({**BASE, **price, **access}, KEY).hash)


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_a_creation_goes_to_nobody(kind):
    assert parse_transaction(signed(kind, to=b"")).to is None


def number(text):
    value = int(text, 16)
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def unhex(text):
    return bytes.fromhex(text[2:]) if text else b""


def from_rpc(tx):
    """The raw bytes of a transaction as a node's JSON-RPC tells it."""
    kind = int(tx["type"], 16)
    access = [[unhex(e["address"]), [unhex(k) for k in e["storageKeys"]]] for e in tx.get("accessList") or []]
    prices = [number(tx[k]) for k in (["maxPriorityFeePerGas", "maxFeePerGas"] if kind == 2 else ["gasPrice"])]
    body = [number(tx["nonce"]), *prices, number(tx["gas"]), unhex(tx["to"]), number(tx["value"]), unhex(tx["input"])]
    if kind:
        body = [number(tx["chainId"]), *body, access]
    raw = oracle.encode([*body, number(tx["v"]), number(tx["r"]), number(tx["s"])])
    return (bytes([kind]) if kind else b"") + raw


@pytest.mark.parametrize("name", ["qbft4_4receipts_mixed", "qbft4_gt16receipts", "clique4_4receipts_mixed", "clique4_1receipt"])
def test_captured_transactions_are_read_and_proven(block, name):
    case = block(name)
    told = case["rpc_block"]["transactions"]
    trie = HexaryTrie({})
    for index, tx in enumerate(told):
        trie[oracle.encode(index)] = from_rpc(tx)
    root = unhex(case["rpc_block"]["transactionsRoot"])
    assert trie.root_hash == root
    for index, tx in enumerate(told):
        proof = (encode(node) for node in trie.get_proof(oracle.encode(index)))
        raw = NodeSet([node for node in proof if len(node) >= 32]).get(root, oracle.encode(index))
        transaction = parse_transaction(raw)
        assert transaction.hash == unhex(tx["hash"])
        assert transaction.chain_id == case["chainId"]
        assert transaction.to == (unhex(tx["to"]) or None)
        assert transaction.data == unhex(tx["input"])


@pytest.mark.parametrize("v", [0, 1, 27, 28, 34])
def test_a_legacy_transaction_that_names_no_chain_is_refused(v):
    items = items_of(0)
    items[6] = bytes([v]) if v else b""
    assert code_of(0, items) == "evm.transaction.unprotected"


@pytest.mark.parametrize(("v", "chain"), [(35, 0), (36, 0), (37, 1), (38, 1)])
def test_eip_155_names_the_chain(v, chain):
    items = items_of(0)
    items[6] = bytes([v])
    assert parse_transaction(encode(items)).chain_id == chain


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_a_field_more_or_less_is_refused(kind):
    assert code_of(kind, [*items_of(kind), b""]) == "evm.transaction.fields"
    assert code_of(kind, items_of(kind)[:-1]) == "evm.transaction.fields"


# position of every integer, with its most bytes
INTEGERS = {
    0: {0: 8, 1: 32, 2: 8, 4: 32, 6: 32, 7: 32, 8: 32},
    1: {0: 32, 1: 8, 2: 32, 3: 8, 5: 32, 8: 1, 9: 32, 10: 32},
    2: {0: 32, 1: 8, 2: 32, 3: 32, 4: 8, 6: 32, 9: 1, 10: 32, 11: 32},
}


@pytest.mark.parametrize(("kind", "at", "most"), [(k, at, most) for k, row in INTEGERS.items() for at, most in row.items()])
def test_integers_are_canonical_and_bounded(kind, at, most):
    for value, code in ((b"\0", "evm.rlp.integer"), (b"\x01" * (most + 1), "evm.rlp.size"), ([], "evm.rlp.kind")):
        items = items_of(kind)
        items[at] = value
        assert code_of(kind, items) == code


@pytest.mark.parametrize(("kind", "at"), [(0, 3), (1, 4), (2, 5)])
def test_a_target_is_20_bytes_or_none(kind, at):
    for value, code in ((TO[1:], "evm.rlp.size"), (TO + b"\0", "evm.rlp.size"), ([], "evm.rlp.kind")):
        items = items_of(kind)
        items[at] = value
        assert code_of(kind, items) == code


@pytest.mark.parametrize(("kind", "at"), [(0, 5), (1, 6), (2, 7)])
def test_data_is_bytes(kind, at):
    items = items_of(kind)
    items[at] = []
    assert code_of(kind, items) == "evm.rlp.kind"


@pytest.mark.parametrize(("kind", "at"), [(1, 8), (2, 9)])
def test_the_parity_is_0_or_1(kind, at):
    items = items_of(kind)
    items[at] = b"\x02"
    assert code_of(kind, items) == "evm.transaction.parity"


@pytest.mark.parametrize(
    ("access", "code"),
    [
        (b"", "evm.rlp.kind"),
        ([b""], "evm.rlp.kind"),
        ([[TO]], "evm.rlp.count"),
        ([[TO, [], []]], "evm.rlp.count"),
        ([[TO[1:], []]], "evm.rlp.size"),
        ([[TO, b""]], "evm.rlp.kind"),
        ([[TO, [bytes(31)]]], "evm.rlp.size"),
        ([[TO, [[]]]], "evm.rlp.kind"),
    ],
)
def test_an_access_list_of_another_shape_is_refused(access, code):
    for kind, at in ((1, 7), (2, 8)):
        items = items_of(kind)
        items[at] = access
        assert code_of(kind, items) == code


@given(st.sampled_from([0, 1, 2]), st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_transaction_raises_only_our_errors(kind, data):
    raw = bytearray(signed(kind))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(VerificationError):
        parse_transaction(bytes(raw))
