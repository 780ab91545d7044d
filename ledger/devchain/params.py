"""
JSON-RPC parameters in: quantities, byte strings, block names, call objects. Strict as a geth node is, never more lenient.

Every refusal is -32602 `invalid argument N: …`; the text names the form that was wanted and never repeats the input.
"""

from __future__ import annotations

import re
from typing import Final

from eth.abc import BlockHeaderAPI

from ledger.devchain.blocks import Blocks
from ledger.devchain.errors import invalid_params, refused
from ledger.devchain.execute import CALL_GAS, Call

_QUANTITY: Final = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_UNKNOWN_NAMES: Final = ("finalized", "safe")  # QBFT engines know neither (ENGINES.md)
_CALL_NAMES: Final = frozenset(("from", "to", "gas", "value", "data", "input"))
# These change nothing: a call pays nothing and has the account's own nonce.
_IDLE_CALL_NAMES: Final = frozenset(("gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "nonce", "type", "chainId"))


def quantity(value: object, index: int) -> int:
    """A hex quantity without leading zeros, below 2^256."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise invalid_params(f"invalid argument {index}: not a hex quantity")
    return int(value, 16)


def data(value: object, index: int, *, length: int | None = None) -> bytes:
    """Whole bytes in hex, of exactly `length` bytes when given."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise invalid_params(f"invalid argument {index}: not a hex string of whole bytes with 0x prefix")
    raw = bytes.fromhex(value[2:])
    if length is not None and len(raw) != length:
        raise invalid_params(f"invalid argument {index}: hex string has length {2 * len(raw)}, want {2 * length}")
    return raw


def flag(value: object, index: int) -> bool:
    """A JSON boolean."""
    if not isinstance(value, bool):
        raise invalid_params(f"invalid argument {index}: not a boolean")
    return value


def slot(value: object, index: int) -> int:
    """A storage slot: a hex quantity, or 1 to 32 bytes in hex with any leading zeros, as geth takes both."""
    if isinstance(value, str) and 2 < len(value) <= 66 and re.fullmatch(r"0x[0-9a-fA-F]+", value):
        return int(value, 16)
    raise invalid_params(f"invalid argument {index}: not a storage key of at most 32 bytes")


def block(blocks: Blocks, value: object, index: int) -> BlockHeaderAPI | None:
    """The header named by a height, `latest`, `pending` (the same here), `earliest`, a hash, or EIP-1898's object; or None."""
    if isinstance(value, dict):
        given = {name: member for name, member in value.items() if name != "requireCanonical"}
        if len(given) != 1 or not given.keys() <= {"blockHash", "blockNumber"}:
            raise invalid_params(f"invalid argument {index}: want one of blockHash and blockNumber")
        if "blockHash" in given:
            return blocks.header_of(data(given["blockHash"], index, length=32))
        value = given["blockNumber"]
    if value in ("latest", "pending"):
        return blocks.head
    if value == "earliest":
        return blocks.header_at(0)
    if value in _UNKNOWN_NAMES:
        raise invalid_params(f"invalid argument {index}: hex string without 0x prefix")
    if isinstance(value, str) and len(value) == 66:
        return blocks.header_of(data(value, index, length=32))
    return blocks.header_at(quantity(value, index))


def known_block(blocks: Blocks, value: object, index: int) -> BlockHeaderAPI:
    """As `block`; -32000 when there is none."""
    header = block(blocks, value, index)
    if header is None:
        raise refused("header not found")
    return header


def call(value: object, index: int) -> Call:
    """A call object; more gas than CALL_GAS is cut to it, as geth cuts to its cap, and none given means all of it."""
    if not isinstance(value, dict) or not value.keys() <= _CALL_NAMES | _IDLE_CALL_NAMES:
        raise invalid_params(f"invalid argument {index}: not a call object")
    given = {name: member for name, member in value.items() if member is not None}
    inputs = {data(given[name], index) for name in ("data", "input") if name in given}
    if len(inputs) > 1:
        raise invalid_params(f'invalid argument {index}: both "data" and "input" are set and not equal')
    return Call(
        sender=data(given.get("from", "0x" + "00" * 20), index, length=20),
        to=data(given["to"], index, length=20) if "to" in given else b"",
        gas=min(quantity(given.get("gas", hex(CALL_GAS)), index), CALL_GAS),
        value=quantity(given.get("value", "0x0"), index),
        data=inputs.pop() if inputs else b"",
    )
