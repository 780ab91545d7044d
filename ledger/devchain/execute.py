"""
Calls and gas estimates against any block's state; nothing is kept.

A call sees the block's own number and time (as geth does) and pays nothing. Its gas is capped, so that none runs for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eth.abc import ComputationAPI, StateAPI
from eth.exceptions import Revert
from eth.vm.forks.london.transactions import LondonTransactionBuilder
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address
from eth_utils.exceptions import ValidationError

from ledger.devchain.admission import intrinsic_gas_too_low
from ledger.devchain.errors import RpcError, refused

CALL_GAS: Final = 10_000_000  # the worst loop takes some seconds of Python; the largest deployment needs half of it
_ERROR_STRING: Final = bytes.fromhex("08c379a0")  # Error(string)
_FAILURES: Final = {
    "OutOfGas": "out of gas",
    "InvalidInstruction": "invalid opcode",
    "InvalidJumpDestination": "invalid jump destination",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A message to try: addresses of 20 bytes, `to` empty for a creation, gas ≤ CALL_GAS, value in wei."""

    sender: bytes
    to: bytes
    gas: int
    value: int
    data: bytes


def call(state: StateAPI, message: Call) -> bytes:
    """What the call returns. Raises RpcError 3 with the revert data, or -32000."""
    return bytes(_succeeded(_run(state, message, gas=message.gas)).output)


def estimate(state: StateAPI, message: Call) -> int:
    """A gas limit ≤ `message.gas` that is enough, at most 1.5 % too high (geth's tolerance). Raises as `call` does."""
    tried = _succeeded(_run(state, message, gas=message.gas))
    spent = message.gas - tried.get_gas_remaining()  # before refunds, which come after the fact
    if not _run(state, message, gas=spent).is_error:
        return spent
    low, high = spent, message.gas  # a callee gets 63/64 of what is left, so more may be needed than is spent
    while (high - low) * 1000 > high * 15:
        middle = (high + low) // 2
        if _run(state, message, gas=middle).is_error:
            low = middle
        else:
            high = middle
    return high


def _transaction(message: Call, *, nonce: int, gas: int) -> SpoofTransaction:
    unsigned = LondonTransactionBuilder.create_unsigned_transaction(
        nonce=nonce, gas_price=0, gas=gas, to=Address(message.to), value=message.value, data=message.data
    )
    return SpoofTransaction(unsigned, from_=message.sender)


def _intrinsic(message: Call) -> int:
    return int(_transaction(message, nonce=0, gas=0).intrinsic_gas)


def _run(state: StateAPI, message: Call, *, gas: int) -> ComputationAPI:
    needed = _intrinsic(message)
    if gas < needed:
        raise intrinsic_gas_too_low(have=gas, want=needed)
    snapshot = state.snapshot()
    try:
        return state.apply_transaction(_transaction(message, nonce=state.get_nonce(message.sender), gas=gas))  # type: ignore[arg-type]
    except ValidationError as error:
        raise refused("insufficient funds for transfer") from error
    finally:
        state.revert(snapshot)


def _succeeded(computation: ComputationAPI) -> ComputationAPI:
    if not computation.is_error:
        return computation
    if isinstance(computation.error, Revert):
        output = bytes(computation.output)
        raise RpcError(3, _revert_text(output), "0x" + output.hex())
    raise refused(_FAILURES.get(type(computation.error).__name__, "execution failed"))


def _revert_text(output: bytes) -> str:
    """With the reason when it is an `Error(string)`: selector, offset 0x20, length, bytes."""
    length = int.from_bytes(output[36:68], "big")
    if output[:4] != _ERROR_STRING or int.from_bytes(output[4:36], "big") != 32 or len(output) < 68 + length:
        return "execution reverted"
    try:
        return "execution reverted: " + output[68 : 68 + length].decode()
    except UnicodeDecodeError:
        return "execution reverted"
