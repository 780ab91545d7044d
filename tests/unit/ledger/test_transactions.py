"""Build, sign, send, look up: what is signed is what was asked, and no answer of a node decides a fate."""

from __future__ import annotations

import pytest
from eth_account import Account

from certs.evm.keccak import keccak256
from certs.evm.transaction import parse_transaction
from ledger.errors import NodeContradicts, RpcRefused, RpcUnavailable, SignerRefused, WrongChain
from ledger.quantities import to_data
from ledger.signers import KeystoreSigner
from ledger.transactions import Outcome, Sent, UnsignedTransaction, latest_nonce, receipt, send, send_in_order, sign

KEY = Account.from_key(b"\x11" * 32)
OTHER = Account.from_key(b"\x22" * 32)
CALL = UnsignedTransaction(chain_id=7, nonce=3, gas=100_000, to=b"\xc3" * 20, data=b"\x01\x02")
HASH = b"\xaa" * 32
RECEIPT = {
    "transactionHash": to_data(HASH),
    "blockNumber": "0x5",
    "blockHash": "0x" + "bb" * 32,
    "transactionIndex": "0x1",
    "status": "0x1",
    "gasUsed": "0x5208",
    "contractAddress": None,
}


@pytest.fixture
def signer():
    return KeystoreSigner(KEY)


class Lying:
    """A signer that signs something else than it was asked, or as somebody else."""

    address = KEY.address

    def __init__(self, account=KEY, **changed):
        self._account, self._changed = account, changed

    def sign(self, transaction):
        return bytes(self._account.sign_transaction({**transaction, **self._changed}).raw_transaction)


def test_a_signed_call_is_a_legacy_transaction_of_our_chain_at_price_zero(signer):
    signed = sign(signer, CALL)
    read = parse_transaction(signed.raw)
    assert (read.type, read.chain_id, read.nonce, read.to, read.value, read.data) == (0, 7, 3, b"\xc3" * 20, 0, b"\x01\x02")
    assert signed.hash == keccak256(signed.raw) == read.hash
    assert signed.nonce == 3


def test_signing_the_same_transaction_again_gives_the_same_bytes(signer):
    assert sign(signer, CALL) == sign(signer, CALL)


def test_a_creation_has_no_target(signer):
    creation = UnsignedTransaction(chain_id=7, nonce=0, gas=100_000, to=None, data=b"\x60")
    assert parse_transaction(sign(signer, creation).raw).to is None


def test_a_price_is_signed_as_given(signer):
    priced = UnsignedTransaction(chain_id=7, nonce=0, gas=1, to=None, data=b"", gas_price=10**9)
    assert sign(signer, priced).raw != sign(signer, UnsignedTransaction(chain_id=7, nonce=0, gas=1, to=None, data=b"")).raw


@pytest.mark.parametrize(
    "changed",
    [{"nonce": 4}, {"gas": 1}, {"gasPrice": 1}, {"chainId": 8}, {"value": 1}, {"data": "0x01"}, {"to": "0x" + "44" * 20}],
)
def test_a_signer_that_signs_something_else_is_refused(changed):
    with pytest.raises(SignerRefused) as caught:
        sign(Lying(**changed), CALL)
    assert caught.value.code == "ledger.signer.bytes"


def test_a_signer_that_signs_as_another_is_refused():
    with pytest.raises(SignerRefused) as caught:
        sign(Lying(OTHER), CALL)
    assert caught.value.code == "ledger.signer.address"


@pytest.mark.parametrize("raw", [b"", b"\x80", b"\xc0", b"\x02\xc0", b"not rlp"])
def test_bytes_that_are_no_transaction_are_refused(raw):
    class Broken(Lying):
        def sign(self, transaction):
            return raw

    with pytest.raises(SignerRefused):
        sign(Broken(), CALL)


def test_a_taken_transaction_is_taken(function_port):
    port = function_port(lambda method, params: to_data(keccak256(b"raw")))
    assert send(port, b"raw") == Sent(Outcome.TAKEN)
    assert port.asked == [("eth_sendRawTransaction", [to_data(b"raw")])]


def test_a_node_that_took_something_else_contradicts(function_port):
    with pytest.raises(NodeContradicts):
        send(function_port(lambda method, params: to_data(keccak256(b"other"))), b"raw")


@pytest.mark.parametrize("code", [-32000, -32603, 3, -32601])
def test_any_error_number_is_a_refusal_and_nothing_more(function_port, code):
    def refuse(method, params):
        raise RpcRefused(code)

    assert send(function_port(refuse), b"raw") == Sent(Outcome.REFUSED, code)


def test_no_answer_leaves_every_fate_unknown(function_port):
    def silence(method, params):
        raise RpcUnavailable("ledger.rpc.timeout")

    assert send_in_order(function_port(silence), [b"a", b"b"]) == [Sent(Outcome.UNKNOWN)] * 2


def test_another_chain_is_not_an_unknown_fate(function_port):
    def wrong(method, params):
        raise WrongChain("ledger.chain.id")

    with pytest.raises(WrongChain):
        send(function_port(wrong), b"raw")


def test_many_are_sent_in_their_order_and_answered_each(function_port):
    def answer(method, params):
        if params == [to_data(b"b")]:
            raise RpcRefused(-32000)
        return to_data(keccak256(bytes.fromhex(params[0][2:])))

    port = function_port(answer)
    assert [sent.outcome.value for sent in send_in_order(port, [b"a", b"b", b"c"])] == ["taken", "refused", "taken"]
    assert [params for _, params in port.asked] == [[to_data(raw)] for raw in (b"a", b"b", b"c")]


def test_the_nonce_is_that_of_the_latest_block(function_port):
    port = function_port(lambda method, params: "0x9")
    assert latest_nonce(port, "0xab") == 9
    assert port.asked == [("eth_getTransactionCount", ["0xab", "latest"])]


def test_a_transaction_without_receipt_is_none(function_port):
    assert receipt(function_port(lambda method, params: None), HASH) is None


@pytest.mark.parametrize(("status", "succeeded"), [("0x1", True), ("0x0", False)])
def test_a_receipt_says_where_the_transaction_is_and_whether_it_succeeded(function_port, status, succeeded):
    found = receipt(function_port(lambda method, params: {**RECEIPT, "status": status}), HASH)
    assert (found.block_number, found.block_hash, found.index) == (5, b"\xbb" * 32, 1)
    assert (found.succeeded, found.gas_used, found.contract_address) == (succeeded, 21000, None)


def test_a_receipt_of_another_transaction_contradicts(function_port):
    with pytest.raises(NodeContradicts):
        receipt(function_port(lambda method, params: RECEIPT), b"\xab" * 32)


@pytest.mark.parametrize("name", [name for name in RECEIPT if name != "contractAddress"])
def test_a_receipt_that_lacks_a_field_contradicts(function_port, name):
    short = {key: value for key, value in RECEIPT.items() if key != name}
    with pytest.raises(NodeContradicts):
        receipt(function_port(lambda method, params: short), HASH)
