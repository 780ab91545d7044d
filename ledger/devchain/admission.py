"""
Which raw transactions the chain takes, and the words in which it refuses the others (geth's; table in ENGINES.md).

Types 0, 1 and 2, only with this chain's id, at any gas price that the sender can pay: 0 is enough, accounts need no balance.
"""

from __future__ import annotations

from typing import Final

import rlp  # type: ignore[import-untyped]
from eth.abc import SignedTransactionAPI
from eth.vm.forks.london.transactions import LondonTransactionBuilder
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ledger.devchain.errors import RpcError, refused
from ledger.devchain.keys import SECP256K1_ORDER
from ledger.devchain.vm import GAS_LIMIT

MAX_TRANSACTION_BYTES: Final = 128 * 1024  # geth's txMaxSize
MAX_NONCE: Final = 2**64 - 1  # EIP-2681: never used, so that a nonce can always be counted on
_TYPED: Final = (1, 2)
_FIRST_LEGACY_BYTE: Final = 0xC0


def decode(raw: bytes, *, chain_id: int) -> SignedTransactionAPI:
    """The transaction in these bytes, its form, chain id and signature checked; nothing of the state is looked at.

    Raises RpcError -32000 in geth's words.
    """
    if len(raw) > MAX_TRANSACTION_BYTES:
        raise refused("oversized data")
    if not raw:
        raise refused("typed transaction too short")
    if raw[0] < _FIRST_LEGACY_BYTE and raw[0] not in _TYPED:
        raise refused("transaction type not supported")
    try:
        transaction = LondonTransactionBuilder.decode(raw)
    except (rlp.exceptions.RLPException, ValidationError) as error:
        raise refused("rlp: the bytes are not a transaction") from error
    if transaction.chain_id is None:
        raise refused("only replay-protected (EIP-155) transactions allowed over RPC")
    if transaction.chain_id != chain_id:
        raise refused("invalid chain id for signer")
    if transaction.nonce >= MAX_NONCE:
        raise refused("nonce has max value")
    if transaction.gas > GAS_LIMIT:
        raise refused("exceeds block gas limit")
    if transaction.gas < transaction.intrinsic_gas:
        raise intrinsic_gas_too_low(have=transaction.gas, want=transaction.intrinsic_gas)
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise refused("max priority fee per gas higher than max fee per gas")
    _check_signature(transaction)
    return transaction


def _check_signature(transaction: SignedTransactionAPI) -> None:
    if transaction.s > SECP256K1_ORDER // 2:  # EIP-2: a twin with the other s would have another hash
        raise refused("invalid sender")
    try:
        _ = transaction.sender
    except (BadSignature, ValidationError) as error:
        raise refused("invalid sender") from error


def check_account(transaction: SignedTransactionAPI, *, nonce: int, balance: int) -> None:
    """Whether the sender's account allows it: `nonce` is its next one, `balance` in wei. Raises RpcError as `decode` does."""
    if transaction.nonce < nonce:
        raise refused(f"nonce too low: next nonce {nonce}, tx nonce {transaction.nonce}")
    cost = transaction.gas * transaction.max_fee_per_gas + transaction.value
    if cost > balance:
        raise refused(f"insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {cost - balance}")


def intrinsic_gas_too_low(*, have: int, want: int) -> RpcError:
    """The refusal of a gas limit that does not even pay for being a transaction."""
    return refused(f"intrinsic gas too low: gas {have}, minimum needed {want}")
