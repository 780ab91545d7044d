"""
Transactions in four separate acts: build, sign, send, look up. The first two do no I/O: bytes are stored before they are sent.

Legacy type 0 with EIP-155, gas price 0 by default: the one form that Besu, GoQuorum, geth and the embedded chain all take.
Sending says only whether the node took the bytes, answered with an error, or gave no answer. It never decides the fate of a
transaction: that is read from the contract's state (RELIABILITY.md §1 R3; ENGINES.md lists four spellings of one fact).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from eth_account import Account
from eth_utils.address import to_checksum_address

from certs.errors import VerificationError
from certs.evm.keccak import keccak256
from certs.evm.rlp import decode
from ledger.errors import NodeContradicts, RpcRefused, RpcUnavailable, SignerRefused
from ledger.quantities import data_bytes, field_of, quantity, to_data
from ledger.rpc import ChainPort
from ledger.signers import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedTransaction:
    """A call or a creation (`to` None) before it is signed; no value is ever sent. `gas_price` in wei."""

    chain_id: int
    nonce: int
    gas: int
    to: bytes | None
    data: bytes
    gas_price: int = 0


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """The bytes to store and send: the same for ever. `hash` is keccak256(raw)."""

    raw: bytes
    hash: bytes
    nonce: int


class Outcome(Enum):
    """What came of sending; none of them is the transaction's fate."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sent:
    """`rpc_code` is the node's error number when it refused, else None."""

    outcome: Outcome
    rpc_code: int | None = None


@dataclass(frozen=True, slots=True)
class Included:
    """Where a transaction is on the chain now, as one node says. `succeeded` is the receipt's status."""

    block_number: int
    block_hash: bytes
    index: int
    succeeded: bool
    gas_used: int
    contract_address: bytes | None


def sign(signer: Signer, transaction: UnsignedTransaction) -> SignedTransaction:
    """Signs, and checks that the signer signed this and as itself. Raises `SignerRefused` (`ledger.signer.{bytes,address}`)."""
    fields: dict[str, Any] = {
        "chainId": transaction.chain_id,
        "nonce": transaction.nonce,
        "gas": transaction.gas,
        "gasPrice": transaction.gas_price,
        "value": 0,
        "data": to_data(transaction.data),
    }
    if transaction.to is not None:
        fields["to"] = to_checksum_address(transaction.to)  # eth-account takes no other spelling
    raw = signer.sign(fields)
    _check_signed(raw, transaction)
    if Account.recover_transaction(raw) != signer.address:
        raise SignerRefused("ledger.signer.address")
    return SignedTransaction(raw, keccak256(raw), transaction.nonce)


def _check_signed(raw: bytes, transaction: UnsignedTransaction) -> None:
    """The legacy fields are those asked for, and v carries our chain id (EIP-155): nothing replayable elsewhere is stored."""
    numbers = [transaction.nonce, transaction.gas_price, transaction.gas]
    wanted = [*(_integer(number) for number in numbers), transaction.to or b"", b"", transaction.data]
    try:
        fields = decode(raw)
    except VerificationError:
        raise SignerRefused("ledger.signer.bytes") from None
    protected = [_integer(2 * transaction.chain_id + 35 + parity) for parity in (0, 1)]
    same = isinstance(fields, list) and len(fields) == 9 and fields[:6] == wanted and fields[6] in protected
    if not same:
        raise SignerRefused("ledger.signer.bytes")


def _integer(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def send(rpc: ChainPort, raw: bytes) -> Sent:
    """Hands the bytes to the node. Raises `NodeContradicts` when it took something of another hash, and `WrongChain`."""
    return send_in_order(rpc, [raw])[0]


def send_in_order(rpc: ChainPort, raws: Sequence[bytes]) -> list[Sent]:
    """The same for many, in one batch and in this order (nonce by nonce). No answer at all is UNKNOWN for every one."""
    try:
        answers = rpc.batch([("eth_sendRawTransaction", [to_data(raw)]) for raw in raws])
    except RpcUnavailable:
        return [Sent(Outcome.UNKNOWN) for _ in raws]
    return [_sent(raw, answer) for raw, answer in zip(raws, answers, strict=True)]


def _sent(raw: bytes, answer: Any) -> Sent:
    if isinstance(answer, RpcRefused):
        return Sent(Outcome.REFUSED, answer.rpc_code)
    if data_bytes(answer, "hash", length=32) != keccak256(raw):
        raise NodeContradicts("ledger.node.hash", "transaction")
    return Sent(Outcome.TAKEN)


def latest_nonce(rpc: ChainPort, address: str) -> int:
    """The account's nonce in the latest block: how many of its transactions are on the chain."""
    return quantity(rpc.call("eth_getTransactionCount", [address, "latest"]), "nonce")


def receipt(rpc: ChainPort, transaction_hash: bytes) -> Included | None:
    """Where the transaction is now, or None when this node knows no receipt. Raises `NodeContradicts` for another's receipt."""
    answer = rpc.call("eth_getTransactionReceipt", [to_data(transaction_hash)])
    if answer is None:
        return None
    if data_bytes(field_of(answer, "transactionHash"), "transactionHash", length=32) != transaction_hash:
        raise NodeContradicts("ledger.node.hash", "receipt")
    created = answer.get("contractAddress")
    return Included(
        block_number=quantity(field_of(answer, "blockNumber"), "blockNumber"),
        block_hash=data_bytes(field_of(answer, "blockHash"), "blockHash", length=32),
        index=quantity(field_of(answer, "transactionIndex"), "transactionIndex"),
        succeeded=quantity(field_of(answer, "status"), "status") == 1,
        gas_used=quantity(field_of(answer, "gasUsed"), "gasUsed"),
        contract_address=None if created is None else data_bytes(created, "contractAddress", length=20),
    )
