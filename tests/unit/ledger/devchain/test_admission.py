"""What is taken from outside, and the words for what is not (ENGINES.md, the column of geth)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from ledger.devchain.admission import MAX_TRANSACTION_BYTES, check_account, decode
from ledger.devchain.errors import RpcError
from ledger.devchain.keys import SECP256K1_ORDER

CHAIN = 7
TO = "0x" + "33" * 20


@pytest.fixture
def wallet(wallet_of: Callable[[str], Any]) -> Any:
    return wallet_of("0x" + "11" * 32)


def refusal(raw: bytes) -> str:
    with pytest.raises(RpcError) as caught:
        decode(raw, chain_id=CHAIN)
    assert caught.value.code == -32000
    return caught.value.message


@pytest.mark.parametrize(
    "fields",
    [{"gasPrice": 0}, {"gasPrice": 0, "accessList": [], "type": 1}, {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0}],
)
def test_types_0_1_and_2_are_taken_without_a_fee(wallet: Any, fields: dict[str, Any]) -> None:
    raw = wallet.sign(TO, **fields)
    taken = decode(raw, chain_id=CHAIN)
    assert taken.encode() == raw
    assert "0x" + taken.sender.hex() == wallet.address


@pytest.mark.parametrize("fields", [{"gasPrice": 0}, {"gasPrice": 0, "accessList": [], "type": 1}])
def test_another_chain_id_is_refused_for_every_type(wallet: Any, fields: dict[str, Any]) -> None:
    assert refusal(wallet.sign(TO, chainId=8, **fields)) == "invalid chain id for signer"


def test_a_transaction_without_replay_protection_is_refused(wallet: Any) -> None:
    unprotected = wallet.account.sign_transaction(
        {"nonce": 0, "gas": 21000, "gasPrice": 0, "to": "0x" + "33" * 20, "value": 0, "data": b""}
    )
    assert refusal(bytes(unprotected.raw_transaction)) == "only replay-protected (EIP-155) transactions allowed over RPC"


@pytest.mark.parametrize("first", [0, 3, 4, 0x7F, 0x80, 0xBF])
def test_other_types_are_refused(wallet: Any, first: int) -> None:
    typed = wallet.sign(TO, maxFeePerGas=0, maxPriorityFeePerGas=0)
    assert refusal(bytes([first]) + typed[1:]) == "transaction type not supported"


def test_bytes_that_are_no_transaction_are_refused(wallet: Any) -> None:
    legacy, typed = wallet.sign(TO), wallet.sign(TO, maxFeePerGas=0, maxPriorityFeePerGas=0)
    assert refusal(b"") == "typed transaction too short"
    for raw in (b"\xc0", b"\x02", b"\x02\xc0", legacy + b"\0", legacy[:-1], typed + b"\0", typed[:-1], b"\x01" + typed[1:]):
        assert refusal(raw) == "rlp: the bytes are not a transaction"
    assert refusal(bytes(MAX_TRANSACTION_BYTES + 1)) == "oversized data"


def test_the_twin_with_the_other_s_is_refused(wallet: Any) -> None:
    fields = rlp.decode(wallet.sign(TO))
    fields[8] = (SECP256K1_ORDER - int.from_bytes(fields[8], "big")).to_bytes(32, "big").lstrip(b"\0")
    fields[6] = bytes([fields[6][0] ^ 0b11]) if fields[6][0] in (49, 50) else fields[6]
    assert refusal(rlp.encode(fields)) == "invalid sender"


def test_the_twin_of_a_typed_transaction_and_a_parity_that_is_none_are_refused(wallet: Any) -> None:
    fields = rlp.decode(wallet.sign(TO, maxFeePerGas=0, maxPriorityFeePerGas=0)[1:])
    twin = (SECP256K1_ORDER - int.from_bytes(fields[11], "big")).to_bytes(32, "big").lstrip(b"\0")
    other = b"" if fields[9] else b"\1"
    assert refusal(b"\2" + rlp.encode([*fields[:9], other, fields[10], twin])) == "invalid sender"
    for parity in (b"\2", b"\x1b", b"\xff" * 32):
        assert refusal(b"\2" + rlp.encode([*fields[:9], parity, *fields[10:]])) == "invalid sender"


def test_the_last_nonce_is_never_used(wallet: Any) -> None:
    assert decode(wallet.sign(TO, nonce=2**64 - 2), chain_id=CHAIN).nonce == 2**64 - 2
    fields = rlp.decode(wallet.sign(TO))
    for nonce in (2**64 - 1, 2**64, 2**300):
        fields[0] = nonce.to_bytes(40, "big").lstrip(b"\0")
        assert refusal(rlp.encode(fields)) == "nonce has max value"


@pytest.mark.parametrize("place", [7, 8])
@pytest.mark.parametrize("value", [b"", b"\xff" * 32])
def test_a_signature_out_of_range_is_refused(wallet: Any, place: int, value: bytes) -> None:
    for raw, start in ((wallet.sign(TO), b""), (wallet.sign(TO, maxFeePerGas=0, maxPriorityFeePerGas=0), b"\x02")):
        fields = rlp.decode(raw.removeprefix(start))
        fields[place - 9] = value if start == b"" else fields[place - 9]
        if start:
            fields[10 + place - 7] = value
        assert refusal(start + rlp.encode(fields)) == "invalid sender"


def test_gas_must_pay_for_being_a_transaction_and_fit_into_a_block(wallet: Any) -> None:
    assert refusal(wallet.sign(TO, gas=20_999)) == "intrinsic gas too low: gas 20999, minimum needed 21000"
    assert refusal(wallet.sign(TO, gas=30_000_001)) == "exceeds block gas limit"
    assert decode(wallet.sign(TO, gas=21_000), chain_id=CHAIN).gas == 21_000
    assert decode(wallet.sign(TO, gas=30_000_000), chain_id=CHAIN).gas == 30_000_000


def test_a_tip_above_the_cap_is_refused(wallet: Any) -> None:
    raw = wallet.sign(TO, maxFeePerGas=1, maxPriorityFeePerGas=2)
    assert refusal(raw) == "max priority fee per gas higher than max fee per gas"


def test_the_account_must_be_able_to_pay_and_the_nonce_must_be_unused(wallet: Any) -> None:
    free, costly = (decode(wallet.sign(TO, nonce=13, gas=21_000, gasPrice=price), chain_id=CHAIN) for price in (0, 2))
    check_account(free, nonce=13, balance=0)
    check_account(free, nonce=0, balance=0)
    check_account(costly, nonce=13, balance=42_000)
    with pytest.raises(RpcError, match=r"^nonce too low: next nonce 14, tx nonce 13$"):
        check_account(free, nonce=14, balance=0)
    with pytest.raises(
        RpcError, match=r"^insufficient funds for gas \* price \+ value: balance 41999, tx cost 42000, overshot 1$"
    ):
        check_account(costly, nonce=13, balance=41_999)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x01", b"\x02", b"\xc9", b"\xf8\x66"]))
def test_no_bytes_raise_anything_but_a_refusal(tail: bytes, start: bytes) -> None:
    with pytest.raises(RpcError):
        decode(start + tail, chain_id=CHAIN)
